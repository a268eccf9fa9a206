"""Make up the example portraits of the app: random points in the space of eigenfaces.

    python -m docs.make.portraits --data DIR

DIR holds the CUHK Face Sketch Database; the portraits are written to ui/static/examples.

Each is the mean of the training photos and their mirror images plus random amounts of the first
principal components (Turk & Pentland 1991), so it shows nobody; the command prints how far the
nearest training photo is."""

import argparse
import sys
from pathlib import Path

import torch

from ae_models import images
from train.datasets import readers

EXAMPLES = Path(__file__).resolve().parents[2] / "ui" / "static" / "examples"
COUNT, COMPONENTS, SPREAD, SEED = 6, 24, 0.8, 3


def portraits(photos: torch.Tensor) -> torch.Tensor:
    """Training photos (N, 3, H, W), uint8 -> new ones (COUNT, 3, H, W) in [0, 1]."""
    photos = torch.cat([photos, photos.flip(3)]).float() / 255
    mean = photos.mean(0, keepdim=True)
    _, strength, basis = torch.linalg.svd((photos - mean).flatten(1), full_matrices=False)
    generator = torch.Generator().manual_seed(SEED)
    amounts = (
        torch.randn(COUNT, COMPONENTS, generator=generator)
        * strength[:COMPONENTS]
        / len(photos) ** 0.5
        * SPREAD
    )
    return ((amounts @ basis[:COMPONENTS]).reshape(COUNT, *photos.shape[1:]) + mean).clamp(0, 1)


def main(root: Path) -> None:
    photos, _ = readers.cufs(root, "train", subsets=("cuhk_student",))
    made = portraits(photos)
    for i, picture in enumerate(images.to_images(made), 1):
        picture.save(EXAMPLES / f"portrait-{i}.webp", quality=90)
    nearest = (
        torch.cdist(made.flatten(1), photos.float().flatten(1) / 255).min(1).values
        / made[0].numel() ** 0.5
    )
    print(
        "root mean square distance to the nearest training photo:",
        [round(x, 3) for x in nearest.tolist()],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m docs.make.portraits")
    parser.add_argument("--data", type=Path, required=True)
    try:
        main(parser.parse_args().data)
    except ValueError as error:
        sys.exit(f"error: {error}")
