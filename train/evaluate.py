"""Measure a network on test pictures, beside trivial baselines.

    python -m train.evaluate <slug> --data DIR [--fit DIR] [--weights DIR] [--write]

Prints one JSON object: `images`, and under `metrics` and `baselines` each figure as {value, low,
high}, the mean over pictures with its bootstrap 95 % interval. Baselines that need training
pictures (mean picture, PCA, KLT) are fitted on the training split in --fit (--data unless given);
without one they are left out, with a line on stderr. --weights is a release folder other than
weights/<slug>. --write puts the object into the release's config.json and model card.

PSNR: mean over pictures after rounding to 8 bits. SSIM: 11x11 Gaussian window of sigma 1.5 (Wang et
al. 2004)."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from torch import nn

from ae_models import zoo
from ae_models.release import files
from train.datasets.files import Split
from train.measures.statistics import bootstrap
from train.measures.table import MEASURES


def evaluate(slug: str, network: nn.Module, root: Path, fit: Path | None = None) -> dict:
    """The object that the command prints. Raises ValueError for an unknown slug or unusable
    data."""
    if slug not in MEASURES:
        raise ValueError(f"expected one of {', '.join(MEASURES)}, got {slug!r}")
    measure = MEASURES[slug]
    test = measure.read(root, "test")
    count = len(test[0])
    results = measure.figures(network, test, _training_pictures(measure.read, fit or root))
    figures = {
        method: {name: bootstrap(figure, count) for name, figure in row.items()}
        for method, row in results.items()
    }
    return {
        "system": slug,
        "command": f"python -m train.evaluate {slug} --data DIR",
        "pictures": measure.pictures,
        "images": count,
        "metrics": figures.pop("network"),
        "baselines": figures,
    }


def _training_pictures(read: Callable[[Path, str], Split], root: Path) -> Split | None:
    try:
        return read(root, "train")
    except ValueError as error:
        sentence = "no training pictures, so no baselines that are fitted on them"
        print(f"{sentence}: {error}", file=sys.stderr)
        return None


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m train.evaluate")
    parser.add_argument("slug", choices=MEASURES)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument(
        "--fit", type=Path, help="folder whose training split the baselines are fitted on"
    )
    parser.add_argument("--weights", type=Path, help="release folder; weights/<slug> unless given")
    parser.add_argument("--write", action="store_true", help="put the figures into the release")
    args = parser.parse_args(argv)
    folder = args.weights or zoo.WEIGHTS / args.slug
    try:
        network = zoo.load_release(folder, args.slug)
        result = evaluate(args.slug, network, args.data, args.fit)
        if args.write:
            files.save_config(folder, files.read_config(folder) | {"metrics": result})
    except ValueError as error:
        sys.exit(f"error: {error}")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
