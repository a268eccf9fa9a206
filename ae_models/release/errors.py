"""Errors of the Hub -> sentences that a reader can act on."""

import errno
import json

import httpx2  # the HTTP client of huggingface_hub 2, for its errors
from huggingface_hub import constants
from huggingface_hub import errors as hub_errors

FAILURES = (OSError, RuntimeError, ValueError, httpx2.HTTPError)  # raised by huggingface_hub


def to_value_error(error: Exception, repo: str, revision: str) -> ValueError:
    """One sentence about a failure that ends in the remedy, without any header of the request."""
    for cause in reversed(causes(error)):
        for kinds, message in MESSAGES:
            if isinstance(cause, kinds) and (text := message(cause)):
                return ValueError(f"{repo} at {revision}: {text}")
    text = " ".join(str(error).split())[:200]
    return ValueError(f"{repo} at {revision}: {type(error).__name__}: {text}; try again later")


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed soon; without any network it will not."""
    if isinstance(error, hub_errors.HfHubHTTPError):
        return error.response.status_code in (408, 429) or error.response.status_code >= 500
    broken = isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.ConnectError)
    return (
        broken
        or isinstance(error, json.JSONDecodeError)
        or "Consistency check failed" in str(error)
    )


def causes(error: BaseException) -> list[BaseException]:
    """An error and those it was raised from: the library wraps a broken connection in its own."""
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    return chain


def retry_after(error: BaseException) -> float:
    """Seconds of the answer's Retry-After header, at most 60; 0 if there is none."""
    if not isinstance(error, hub_errors.HfHubHTTPError):
        return 0.0
    value = error.response.headers.get("Retry-After", "")
    return min(60.0, float(value)) if value.isdigit() else 0.0


def _missing_repository(error: hub_errors.RepositoryNotFoundError) -> str:
    status = error.response.status_code
    found = (
        "the Hub knows no such repository"
        if status == 404
        else f"the Hub refuses access ({status})"
    )
    return f"{found}, or it is private; check the name, or log in with hf auth login"


def _missing_file(error: hub_errors.RemoteEntryNotFoundError) -> str:
    name = str(error.response.url.path).rsplit("/", 1)[-1]
    return f"no file {name} there; push the release again"


def _status(error: hub_errors.HfHubHTTPError) -> str:
    status = error.response.status_code
    meaning = {
        401: "the Hub does not accept the token (401); log in with hf auth login",
        403: "the token may not do that (403); make one with write access, or choose a namespace "
        "of your own",
        409: "the Hub is busy with this repository or it changed meanwhile (409); try again",
        429: "the Hub asks to slow down (429); wait some minutes and try again",
    }
    return meaning.get(status, f"the Hub answers with an error ({status}); try again later")


def _disk(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room, or let HF_HOME name a folder on another disk"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{error.filename} cannot be written; let HF_HOME name a folder that can"
    if error.errno == errno.EFBIG:
        return f"{error.strerror}; this is no release of Autoencoder Studio"
    if "Consistency check failed" in str(error):
        return "a file arrived with the wrong size; try again, or push the release again"
    return ""


NO_HUB = "what answers is not a Hub; check HF_ENDPOINT and the proxy"
UNREACHABLE = f"{constants.ENDPOINT} cannot be reached; check the network, then start again"
MESSAGES = (  # (kind of error, function from it to a message); the first with a message holds
    (
        hub_errors.GatedRepoError,
        lambda e: "access must be asked for on the repository's page; do that, then log in",
    ),
    (hub_errors.RepositoryNotFoundError, _missing_repository),
    (
        hub_errors.RevisionNotFoundError,
        lambda e: (
            "no such commit or branch there; correct the revision, or the line in ae_models/zoo.py"
        ),
    ),
    (hub_errors.RemoteEntryNotFoundError, _missing_file),
    (hub_errors.HfHubHTTPError, _status),
    (
        hub_errors.OfflineModeIsEnabled,
        lambda e: "not in the cache, and HF_HUB_OFFLINE is set; unset it once to fetch it",
    ),
    (httpx2.ConnectError, lambda e: UNREACHABLE),
    (httpx2.TimeoutException, lambda e: "the Hub did not answer in time; try again later"),
    (httpx2.TransportError, lambda e: "the connection broke off; try again"),
    (
        hub_errors.HFValidationError,
        lambda e: "expected a repository named NAMESPACE/NAME; correct the name",
    ),
    (hub_errors.FileMetadataError, lambda e: NO_HUB),
    (json.JSONDecodeError, lambda e: NO_HUB),
    (OSError, _disk),
)
