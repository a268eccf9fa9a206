"""The command line: what the tasks do, on files and folders.

    python -m ae_models color-sketch drawing.png scans/ --out colored --palette "#e8563f:2,#f4c95d"
    python -m ae_models colorize old-photos/ --jobs 2
    python -m ae_models morph a.jpg b.jpg --out morph.gif
    python -m ae_models compress photos/ --rate 3 --out small
    python -m ae_models models --json

Results are PNG files with the pixels that the app's endpoints give; compress writes .aes files.
Exit status 1 if a file failed; the others are written all the same.
"""

import argparse
import functools
import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from PIL import Image, ImageColor

from ae_models import batch, images, tasks, zoo
from ae_models.codec import file
from ae_models.face import align

FRAME_MS = 60  # of a morph's GIF


# ---- one picture ----


def color_sketch(slug: str, palette, seed: int, source: Path, target: Path) -> None:
    tasks.color_sketch(zoo.load(slug), images.read(source), palette, seed=seed).save(target)


def colorize(slug: str, saturation: float, source: Path, target: Path) -> None:
    tasks.colorize(zoo.load(slug), images.read(source), saturation).save(target)


def translate(slug: str, find_face: bool, source: Path, target: Path) -> None:
    picture = images.read(source)
    if find_face:
        picture = in_pose(picture, zoo.row(slug).data.pose)
    tasks.translate_face(zoo.load(slug), picture).save(target)


def in_pose(picture: Image.Image, pose: str) -> Image.Image:
    """The largest face of a picture in a data set's pose; without a face, the part of the picture
    that the network takes by itself."""
    try:
        return align.align_face(picture, pose)[0]
    except align.NoFace:
        return align.whole(picture, pose)


def edit(slug: str, changes: dict[str, float], source: Path, target: Path) -> None:
    face = in_pose(images.read(source), zoo.row(slug).data.pose)
    tasks.edit(zoo.load(slug), face, changes).save(target)


def compress(slug: str, rate: int, refine: int, source: Path, target: Path) -> None:
    target.write_bytes(tasks.compress(zoo.load(slug), images.read(source), rate, refine))


def decompress(source: Path, target: Path) -> None:
    tasks.decompress(source.read_bytes()).save(target)


# ---- commands ----


def each_file(
    args: argparse.Namespace, work: batch.Work, suffix: str = ".png", suffixes=batch.SUFFIXES
) -> list[batch.Outcome]:
    """Do `work` for all inputs of a command; `suffixes` are those of the files in folders."""
    zoo.load(args.slug)  # what is wrong with the weights is said once, before the first file
    return batch.run(work, batch.plan(args.inputs, args.out, suffix, suffixes), args.jobs)


def run_color_sketch(args: argparse.Namespace) -> list[batch.Outcome]:
    return each_file(args, functools.partial(color_sketch, args.slug, args.palette, args.seed))


def run_colorize(args: argparse.Namespace) -> list[batch.Outcome]:
    return each_file(args, functools.partial(colorize, args.slug, args.saturation))


def run_translate(args: argparse.Namespace) -> list[batch.Outcome]:
    return each_file(args, functools.partial(translate, args.slug, not args.whole))


def run_edit(args: argparse.Namespace) -> list[batch.Outcome]:
    return each_file(args, functools.partial(edit, args.slug, dict(args.change)))


def run_compress(args: argparse.Namespace) -> list[batch.Outcome]:
    work = functools.partial(compress, args.slug, args.rate, args.refine)
    return each_file(args, work, file.SUFFIX)


def run_decompress(args: argparse.Namespace) -> list[batch.Outcome]:
    return each_file(args, decompress, suffixes={file.SUFFIX})


def run_morph(args: argparse.Namespace) -> list[batch.Outcome]:
    """One GIF, or a folder of PNG frames."""
    pose = zoo.row(args.slug).data.pose
    a, b = (in_pose(images.read(path), pose) for path in (args.a, args.b))
    frames = tasks.morph(zoo.load(args.slug), a, b, args.steps, args.mode)
    if args.out.suffix.lower() == ".gif":
        args.out.parent.mkdir(parents=True, exist_ok=True)
        first, *rest = frames
        first.save(args.out, save_all=True, append_images=rest, duration=FRAME_MS, loop=0)
        return [batch.Outcome(f"{args.a} {args.b}", str(args.out))]
    return numbered(frames, args.out, "frame")


def run_sample(args: argparse.Namespace) -> list[batch.Outcome]:
    network = zoo.load(args.slug)
    faces = tasks.sample(network, args.count, args.seed, args.temperature, args.prior)
    return numbered(faces, args.out, "face")


def numbered(pictures: list[Image.Image], out: Path, name: str) -> list[batch.Outcome]:
    """Write OUT/<name>-000.png and so on."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{name}-{i:03}.png" for i in range(len(pictures))]
    for picture, path in zip(pictures, paths):
        picture.save(path)
    return [batch.Outcome(f"{name} {i}", str(path)) for i, path in enumerate(paths)]


def run_models(args: argparse.Namespace) -> None:
    """Print the networks of the zoo, with where their weights are."""
    rows = [
        {"slug": row.slug, "does": row.summary, "weights": _origin(row.slug)} for row in zoo.ROWS
    ]
    lines = (f"{row['slug']:18} {row['does']} ({row['weights']})" for row in rows)
    print(json.dumps(rows, indent=1) if args.json else "\n".join(lines))


def _origin(slug: str) -> str:
    try:
        return zoo.source(slug).origin
    except ValueError as error:
        return f"not available: {error}"


# ---- arguments ----


def palette(text: str) -> list[tuple[tuple[int, int, int], float]]:
    """ "#e8563f:2,#f4c95d" -> colors with weights, 1 unless given."""
    entries = []
    for entry in text.split(","):
        color, _, weight = entry.partition(":")
        entries.append((ImageColor.getrgb(color.strip())[:3], float(weight or 1)))
    return entries


def change(text: str) -> tuple[str, float]:
    """ "Smiling=1.5" -> ("Smiling", 1.5)."""
    name, _, amount = text.partition("=")
    return name, float(amount)


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="autoencoder-studio",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add_coloring(commands)
    add_codec(commands)
    add_faces(commands)
    models = commands.add_parser("models", help="List the networks.")
    models.add_argument("--json", action="store_true")
    models.set_defaults(run=run_models, system=None)
    args = parser.parse_args(argv)
    if args.system:
        args.slug = zoo.networks(args.system)[args.model]
    return args


def add_coloring(commands) -> None:
    sketch = add_for_files(
        commands,
        "color-sketch",
        "sketch-color",
        run_color_sketch,
        "Color line drawings.",
        "colored",
    )
    sketch.add_argument("--palette", type=palette, help='colors with weights: "#e8563f:2,#f4c95d"')
    sketch.add_argument("--seed", type=int, default=0, help="another palette where none is given")
    photo = add_for_files(
        commands, "colorize", "photo-color", run_colorize, "Color gray photos.", "colored"
    )
    photo.add_argument(
        "--saturation", type=float, default=1.0, help="0 (gray) to 3; 1 = as predicted"
    )


def add_codec(commands) -> None:
    small = add_for_files(
        commands, "compress", "dcae", run_compress, "Write pictures as small files.", "files"
    )
    small.add_argument("--rate", type=int, default=3, help="1 (smallest) to 5")
    small.add_argument(
        "--refine", type=int, default=0, help="steps that make files smaller, slowly"
    )
    add_for_files(
        commands, "decompress", "dcae", run_decompress, "Read what compress wrote.", "pictures"
    )


def add_faces(commands) -> None:
    for name, system, what in (
        ("sketch", "face-sketch", "Draw face photos as pencil sketches."),
        ("photo", "sketch-face", "Turn pencil sketches of faces into photos."),
    ):
        added = add_for_files(commands, name, system, run_translate, what, name)
        added.add_argument("--whole", action="store_true", help="do not look for a face")
    edit = add_for_files(commands, "edit", "face-vae", run_edit, "Change faces.", "edited")
    edit.add_argument(
        "--change", type=change, action="append", required=True, metavar="NAME=AMOUNT"
    )
    morph = add(commands, "morph", "face-vae", run_morph, "Morph a face into another.", "morph.gif")
    morph.add_argument("a", type=Path)
    morph.add_argument("b", type=Path)
    morph.add_argument("--steps", type=int, default=33, help="frames, 2 to 257")
    morph.add_argument("--mode", choices=("slerp", "lerp"), default="slerp")
    sample = add(commands, "sample", "face-vae", run_sample, "Draw new faces.", "faces")
    sample.add_argument("--count", type=int, default=8, help="1 to 64")
    sample.add_argument("--seed", type=int, default=0)
    sample.add_argument("--temperature", type=float, default=0.7, help="0 (the mean face) to 2")
    sample.add_argument("--prior", choices=("mixture", "normal"))


def add(commands, name: str, system: str, run, what: str, out: str) -> argparse.ArgumentParser:
    """Add a command: what it is called and does, whose networks it runs, where results go."""
    parser = commands.add_parser(name, help=what, description=what)
    parser.add_argument("--out", type=Path, default=Path(out), help=f"where to; {out} unless given")
    kinds = zoo.networks(system)
    parser.add_argument("--model", choices=kinds, default=next(iter(kinds)), help="which network")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    parser.set_defaults(run=run, system=system)
    return parser


def add_for_files(commands, *command) -> argparse.ArgumentParser:
    """Add a command, as `add`, that takes files and folders."""
    parser = add(commands, *command)
    parser.add_argument("inputs", nargs="+", type=Path, help="pictures, and folders of them")
    parser.add_argument("--jobs", type=int, default=1, help="processes to share the work")
    return parser


def report(outcomes: list[batch.Outcome], as_json: bool) -> int:
    """Print what was written and what failed; the exit status."""
    failed = [outcome for outcome in outcomes if outcome.error]
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        for outcome in failed:
            print(f"error: {outcome.input}: {outcome.error}", file=sys.stderr)
        print(f"{len(outcomes) - len(failed)} written, {len(failed)} failed")
    return 1 if failed else 0


def main(argv: list[str] | None = None) -> None:
    torch.set_num_threads(1)  # as the app: the same pixels, and --jobs shares the cores
    args = parse(argv)
    try:
        outcomes = args.run(args)
    except (ValueError, OSError) as error:
        sys.exit(f"error: {error}")
    if outcomes is not None:
        sys.exit(report(outcomes, args.json))
