"""Checks of config.json of a release, which may come from a stranger on the Hub.

Types, ranges and sizes are checked here before anything is built from it. No file is read, and no
path is taken from it."""

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path

REMEDY = "restore the folder from the repository (git checkout) or train it again"
MOST_BYTES = 1_000_000

# key -> type. `system` is the slug. `card` holds the facts and texts of the model card, `training`
# how the weights were made, `metrics` the figures of train.evaluate.
FIELDS = {
    "system": str,
    "class": str,
    "arguments": dict,
    "input_size": int,
    "channels": int,
    "color_space": str,
    "value_range": list,
    "card": dict,
    "training": dict,
    "metrics": dict,
    "sha256": str,
}
COLOR_SPACES = ("RGB", "L", "Lab")
CARD_TEXTS = ("summary", "use", "limits", "example", "sheet", "task", "terms", "page")
CARD_LISTS = ("tags", "datasets")
NUMBERS = ("images", "epochs", "steps", "batch", "seconds", "seed")  # of `training`
TEXTS = ("command", "data", "device", "commit")


def parse(data: bytes, path: Path) -> dict:
    """Bytes of config.json -> checked dictionary. Raises ValueError that names `path`."""
    if len(data) > MOST_BYTES:
        raise ValueError(
            f"{path}: expected at most {MOST_BYTES:,} bytes, got {len(data):,}; {REMEDY}"
        )
    try:
        config = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # bad JSON, bad UTF-8, endless brackets
        raise ValueError(f"{path}: expected JSON, got a damaged file ({error}); {REMEDY}") from None
    check(config, path)
    return config


def check(config: object, path: Path) -> None:
    """Raise ValueError unless config has exactly FIELDS, each of its type and within its range."""
    if not isinstance(config, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(config).__name__}; {REMEDY}")
    _check_keys(config, FIELDS, path)
    for key, kind in FIELDS.items():
        if not isinstance(config[key], kind) or isinstance(config[key], bool):
            got = type(config[key]).__name__
            raise ValueError(f"{path}: expected {key} to be {kind.__name__}, got {got}; {REMEDY}")
    _check_keys(config["card"], CARD_TEXTS + CARD_LISTS, f"{path}: card")
    for holds, expected in _ranges(config):
        if not holds:
            raise ValueError(f"{path}: expected {expected}; {REMEDY}")


def _check_keys(found: dict, expected: Iterable[str], where: Path | str) -> None:
    missing, unknown = set(expected) - set(found), set(found) - set(expected)
    if missing or unknown:
        raise ValueError(
            f"{where}: missing keys {sorted(missing)}, unknown keys {sorted(unknown)}; {REMEDY}"
        )


def _ranges(config: dict):
    """(condition, expectation) pairs, one by one: a later one may rely on those before it."""
    yield (
        re.fullmatch(r"[a-z0-9-]{1,60}", config["system"]),
        "system to be a slug of a-z, 0-9 and -",
    )
    yield re.fullmatch(r"[A-Za-z_]\w{0,60}", config["class"], re.ASCII), "class to be a name"
    yield (
        8 <= config["input_size"] <= 4096,
        f"input_size from 8 to 4096, got {config['input_size']}",
    )
    yield 1 <= config["channels"] <= 4, f"channels from 1 to 4, got {config['channels']}"
    yield (
        config["color_space"] in COLOR_SPACES,
        f"color_space to be one of {', '.join(COLOR_SPACES)}",
    )
    span = config["value_range"]
    yield (
        len(span) == 2 and all(map(_number, span)) and span[0] < span[1],
        "value_range to be [low, high]",
    )
    yield re.fullmatch(r"[0-9a-f]{64}", config["sha256"]), "sha256 to be 64 hexadecimal digits"
    for key, value in config["arguments"].items():
        yield (
            key.isidentifier() and _argument(value),
            f"argument {key[:60]!r} to be a number below 65536 or a short list",
        )
    yield from _card(config["card"])
    yield from _training(config["training"])
    yield from _metrics(config["metrics"])


def _card(card: dict):
    for key in CARD_TEXTS:
        yield isinstance(card[key], str) and len(card[key]) < 10_000, f"card {key} to be a text"
    for key in CARD_LISTS:
        names = card[key]
        yield (
            isinstance(names, list) and len(names) <= 20 and all(map(_name, names)),
            f"card {key} to be a list of names",
        )
    yield _name(card["task"]), "card task to be a name"


def _training(training: dict):
    for key in NUMBERS:
        yield _number(training.get(key, 0)), f"training {key} to be a number"
    for key in TEXTS:
        value = training.get(key, "")
        yield isinstance(value, str) and len(value) < 2_000, f"training {key} to be a text"
    curve = training.get("curve", [])
    rows = isinstance(curve, list) and all(
        isinstance(r, list) and len(r) == 3 and all(map(_number, r)) for r in curve
    )
    yield rows, "training curve to be rows of step, training loss and validation loss"


def _metrics(metrics: dict):
    if not metrics:
        return  # not measured yet
    texts = all(isinstance(metrics.get(key), str) for key in ("system", "command", "pictures"))
    yield (
        texts and _number(metrics.get("images")),
        "metrics to state system, command, pictures and images",
    )
    yield isinstance(metrics.get("baselines"), dict), "metrics to hold baselines"
    for figures in (metrics.get("metrics"), *metrics["baselines"].values()):
        yield (
            isinstance(figures, dict) and all(map(_figure, figures.values())),
            "figures of value, low and high",
        )


def _name(value: object) -> bool:
    """A tag, a task of the Hub or an id of a data set there: NAME or NAMESPACE/NAME."""
    return isinstance(value, str) and bool(
        re.fullmatch(r"[\w.-]{1,96}(/[\w.-]{1,96})?", value, re.A)
    )


def _figure(figure: object) -> bool:
    return isinstance(figure, dict) and "value" in figure and all(map(_number, figure.values()))


def _number(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e15
        and math.isfinite(value)
    )


def _argument(value: object, depth: int = 2) -> bool:
    """A constructor argument: a number below 65536, a flag, a word, None, or a list of at most 64
    of these, nested at most twice. Enough for any network here, too little to exhaust a machine."""
    if isinstance(value, list | tuple):
        return depth > 0 and len(value) <= 64 and all(_argument(v, depth - 1) for v in value)
    if isinstance(value, str):
        return len(value) <= 60
    return value is None or isinstance(value, bool) or (_number(value) and abs(value) < 65536)


def _refuse(constant: str):
    raise ValueError(f"{constant} is not JSON")
