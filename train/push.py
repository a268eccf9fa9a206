"""Publish releases on the Hugging Face Hub, or the whole app as a Space.

    python -m train.push <slug> --repo NAMESPACE/NAME [--weights DIR] [--private]
                         [--revision BRANCH]
    python -m train.push --all --namespace NAMESPACE
    python -m train.push --space NAMESPACE/NAME [--embed]

--dry-run sends nothing and lists the files, their sizes and licenses.

Needs a token with write access: hf auth login, or HF_TOKEN. A release is checked strictly, uploaded
in one commit, read back and verified. Prints its commit and the line of ae_models/zoo.py that makes
the app use it. Pushing the same release again makes no new commit. The Space gets the files the app
needs, and its weights by reference to those lines, or with --embed as files; then its license is
not that of the code alone, and TERMS.md says what is whose."""

import argparse
import re
import sys
from pathlib import Path

from ae_models import zoo
from ae_models.release import files, hub

ROOT = Path(__file__).resolve().parents[1]
CODE, TERMS = "Apache-2.0", "TERMS.md"
SOCIAL = "docs/social.png"  # shown where someone links to the Space
SPACE = (
    "app.py",
    "requirements.txt",
    "LICENSE",
    "docs/*.webp",
    "docs/lessons/*.html",
    "docs/lessons/*.ipynb",
    "docs/lessons/pictures/*.webp",
    SOCIAL,
    "train/LOG.md",
    "ae_models/**/*.py",
    "ui/*.py",
    "ui/static/**/*",
)


def push(slug: str, repo: str, folder: Path, private: bool, branch: str, dry: bool) -> None:
    """Publish one release and print where it is; if `dry`, list its files. Raises ValueError."""
    zoo.load_release(folder, slug)  # the hub knows no network: whether the weights fit is seen here
    picture = ROOT / "docs" / f"{slug}.webp"
    sheet = picture if picture.is_file() else None
    if dry:
        print(listing(repo, hub.release_files(folder, repo, sheet), {slug: terms(folder)}))
        return
    commit = hub.push(folder, repo, private, branch, sheet)
    print(f"{slug}: {repo} at {commit}, verified; in PUBLISHED of ae_models/zoo.py:")
    print(f'    "{slug}": "{repo}@{commit}",')


def push_space(repo: str, embed: bool, private: bool, dry: bool) -> None:
    """Publish the app with its weights, by reference or embedded; if `dry`, list its files.

    Raises ValueError."""
    content = space_files(repo, embed)
    if dry:
        licenses = {"code": CODE} | (embedded_terms() if embed else {})
        print(listing(f"space {repo}", content, licenses))
        return
    commit = hub.upload(repo, content, "Autoencoder Studio", kind="space", private=private)
    megabytes = sum(map(len, content.values())) / 1e6
    print(f"space {repo} at {commit}: {len(content)} files, {megabytes:.1f} MB")


def listing(where: str, content: dict[str, bytes], licenses: dict[str, str]) -> str:
    """List of what a push would send: a line for each file and each license, and the sum."""
    lines = [f"{len(data):>12,}  {path}" for path, data in sorted(content.items())]
    lines += ["", *(f"{name}: {text}" for name, text in licenses.items()), ""]
    total = sum(map(len, content.values()))
    return "\n".join([*lines, f"{where}: {len(content)} files, {total:,} bytes; nothing was sent"])


def space_files(repo: str, embed: bool) -> dict[str, bytes]:
    """Path in the Space -> content, for exactly the files that `python app.py` needs. Raises
    ValueError if a release is damaged or, without embed, not published."""
    paths = sorted(path for pattern in SPACE for path in ROOT.glob(pattern) if path.is_file())
    content = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if embed:
        for slug in zoo.BY_SLUG:
            zoo.load_release(zoo.WEIGHTS / slug, slug)
            names = (files.CONFIG, files.WEIGHTS, files.CARD)
            content |= {
                f"weights/{slug}/{name}": (zoo.WEIGHTS / slug / name).read_bytes() for name in names
            }
        readme = with_terms(readme)
        content[TERMS] = terms_of_all().encode()
    else:
        readme = with_references(readme, zoo.PUBLISHED)
    if SOCIAL in content:
        address = f"https://huggingface.co/spaces/{repo}/resolve/main/{SOCIAL}"
        readme = with_lines(readme, [f"thumbnail: {address}"])
    return content | {"README.md": readme.encode()}


def terms(folder: Path) -> str:
    """Terms of use of a release, with the page that states them."""
    card = files.read_config(folder)["card"]
    return f"{card['terms']} {card['page']}".strip()


def embedded_terms() -> dict[str, str]:
    """Terms of use of each network's embedded weights, by slug."""
    return {slug: terms(zoo.WEIGHTS / slug) for slug in zoo.BY_SLUG}


def terms_of_all() -> str:
    """Text of TERMS.md: how each part of a Space with embedded weights may be used."""
    rows = "\n".join(f"- `weights/{slug}`: {text}" for slug, text in embedded_terms().items())
    return f"""\
# Terms

The code is under {CODE}, see LICENSE. The weights are under the terms of the pictures that they
were trained on; those of the face networks are for non-commercial research.

{rows}
"""


def with_terms(readme: str) -> str:
    """The README of a Space that holds weights: its license is not that of the code alone."""
    lines = ["license: other", "license_name: terms-of-code-and-weights", f"license_link: {TERMS}"]
    return re.sub(r"^license: .*$", "\n".join(lines), readme, count=1, flags=re.MULTILINE)


def with_lines(readme: str, lines: list[str]) -> str:
    """The README with further lines at the end of its front matter."""
    start, front, body = readme.split("---\n", 2)
    return "---\n".join((start, front + "\n".join(lines) + "\n", body))


def with_references(readme: str, published: dict[str, str]) -> str:
    """The README with `models` and `preload_from_hub` in its front matter: a Space fetches those
    files at their commits when it is built, so that it starts without a request. Raises ValueError
    if a network is not published."""
    if missing := [slug for slug in zoo.BY_SLUG if slug not in published]:
        raise ValueError(
            f"not in PUBLISHED of ae_models/zoo.py: {', '.join(missing)}; push them and put the "
            "printed lines there, or add --embed to upload the weights with the Space"
        )
    pinned = [published[slug].split("@") for slug in zoo.BY_SLUG]
    lines = ["models:", *(f"- {repo}" for repo, _ in pinned), "preload_from_hub:"]
    lines += [f"- {repo} {files.CONFIG},{files.WEIGHTS} {commit}" for repo, commit in pinned]
    return with_lines(readme, lines)


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.push")
    parser.add_argument(
        "slug",
        nargs="?",
        choices=[*zoo.BY_SLUG, *zoo.INSTRUMENTS],
        help="network whose release to publish",
    )
    parser.add_argument(
        "--all", action="store_true", help="publish the releases of all networks of the app"
    )
    parser.add_argument("--space", metavar="NAMESPACE/NAME", help="publish the app as this Space")
    parser.add_argument("--repo", metavar="NAMESPACE/NAME", help="repository for the release")
    parser.add_argument(
        "--namespace", help="user or organization; the repository is autoencoder-studio-<slug>"
    )
    parser.add_argument("--weights", type=Path, help="release folder; weights/<slug> unless given")
    parser.add_argument(
        "--private", action="store_true", help="create the repository for your eyes only"
    )
    parser.add_argument(
        "--revision",
        default="main",
        metavar="BRANCH",
        help="branch to commit to, created if needed",
    )
    parser.add_argument("--embed", action="store_true", help="upload the weights with the Space")
    parser.add_argument("--dry-run", action="store_true", help="list what would be sent")
    args = parser.parse_args(argv)
    if sum((bool(args.slug), args.all, bool(args.space))) != 1:
        parser.error("expected one of <slug>, --all and --space")
    if args.slug and bool(args.repo) == bool(args.namespace):
        parser.error("expected --repo NAMESPACE/NAME or --namespace NAMESPACE")
    if args.all and (not args.namespace or args.repo or args.weights):
        parser.error("expected --all with --namespace NAMESPACE, and without --repo and --weights")
    return args


def main(argv: list[str] | None = None) -> None:
    args = parse(argv)
    try:
        if args.space:
            push_space(args.space, args.embed, args.private, args.dry_run)
        for slug in zoo.BY_SLUG if args.all else filter(None, [args.slug]):
            repo = args.repo or zoo.repo_name(slug, args.namespace)
            folder = args.weights or zoo.WEIGHTS / slug
            push(slug, repo, folder, args.private, args.revision, args.dry_run)
    except ValueError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
