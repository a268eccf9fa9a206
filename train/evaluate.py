"""Measure a system on test pictures, beside its trivial baselines.

    python -m train.evaluate <slug> --data DIR [--fit DIR] [--weights DIR] [--write]

Prints one JSON object: `images`, and under `metrics` and `baselines` each figure as {value, low, high}, the mean over
pictures with its bootstrap 95 % interval. Baselines that need training pictures (mean picture, PCA, KLT) are fitted on
the training split in --fit (--data unless given); without one they are left out, which is said on stderr. --weights is
a release folder other than weights/<slug>. --write puts the object into the release's config.json and model card.

PSNR: mean over pictures after rounding to 8 bits. SSIM: 11x11 Gaussian window of sigma 1.5 (Wang et al. 2004).
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from torch import nn

from ae_models import zoo
from ae_models.release import files
from train.measures.systems import SYSTEMS, Statistic

RESAMPLES = 2000


def bootstrap(statistic: Statistic, count: int, seed: int = 0) -> dict[str, float]:
    """Value with its percentile 95 % interval (Efron 1979) over pictures drawn anew: `count` of them, or as many as a
    tensor has. A figure that comes with its own interval is only rounded."""
    if isinstance(statistic, dict):
        return {key: _round(value) for key, value in statistic.items()}
    count = count if callable(statistic) else len(statistic)
    measure = statistic if callable(statistic) else lambda rows: statistic[rows].mean().item()
    generator = torch.Generator().manual_seed(seed)
    draws = [measure(torch.randint(count, (count,), generator=generator)) for _ in range(RESAMPLES)]
    low, high = torch.tensor(draws).quantile(torch.tensor([0.025, 0.975])).tolist()
    return {"value": _round(measure(torch.arange(count))), "low": _round(low), "high": _round(high)}


def evaluate(slug: str, network: nn.Module, root: Path, fit: Path | None = None) -> dict:
    """The object that the command prints. Raises ValueError for an unknown slug or unusable data."""
    if slug not in SYSTEMS:
        raise ValueError(f"expected one of {', '.join(SYSTEMS)}, got {slug!r}")
    measure, read, pictures = SYSTEMS[slug]
    test = read(root, "test")
    try:
        train = read(fit or root, "train")
    except ValueError as error:
        print(
            f"no training pictures, so no baselines that are fitted on them: {error}",
            file=sys.stderr,
        )
        train = None
    results = measure(network, test, train)
    count = len(test[0])
    figures = {
        method: {k: bootstrap(v, count) for k, v in row.items()} for method, row in results.items()
    }
    own = figures.pop("network")
    command = f"python -m train.evaluate {slug} --data DIR"
    return {
        "system": slug,
        "command": command,
        "pictures": pictures,
        "images": count,
        "metrics": own,
        "baselines": figures,
    }


def _round(value: float) -> float:
    return float(f"{value:.5g}")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m train.evaluate")
    parser.add_argument("slug", choices=SYSTEMS)
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
