"""Does each press of "Surprise me" show something new?

    python -m benchmarks.surprises --data DIR [--sketches 30]

Presses eight times, four pictures each, for sketches of sketch2photo's test split. Prints means
over the sketches: distinct palettes of 32; the mean difference (of 1) between the two most similar
of the 32 pictures, and between the two most similar of one press; and in how many sketches the
second press shows a palette of the first."""

import argparse
from pathlib import Path

import torch

from ae_models import images, metrics, tasks, zoo
from train.datasets import readers

PRESSES = 8


def least_difference(pictures: torch.Tensor) -> float:
    """Mean absolute difference between the two most similar of pictures (N, 3, H, W)."""
    rows = [
        metrics.l1(pictures[i:], pictures[: len(pictures) - i]) for i in range(1, len(pictures))
    ]
    return min(row.min().item() for row in rows)


def figures(network, sketch) -> tuple[int, float, float, bool]:
    """Figures of one sketch: distinct palettes, least difference of all and of a press, second
    press repeats."""
    presses = [tasks.surprise(network, sketch, seed) for seed in range(PRESSES)]
    pictures = [torch.cat([images.to_tensor(p) for p, _ in press]) for press in presses]
    palettes = [[str(palette) for _, palette in press] for press in presses]
    return (
        len({palette for press in palettes for palette in press}),
        least_difference(torch.cat(pictures)),
        min(map(least_difference, pictures)),
        bool(set(palettes[0]) & set(palettes[1])),
    )


def main(data: Path, count: int) -> None:
    torch.set_num_threads(1)
    network = zoo.load("sketch-color-plus")
    sketches = images.to_images(readers.sketch2photo(data, "test")[0][:count].float() / 255)
    rows = torch.tensor([figures(network, sketch) for sketch in sketches])
    distinct, least, beside, repeated = rows.mean(0).tolist()
    print(f"distinct palettes of {4 * PRESSES}: {distinct:.1f}, least {int(rows[:, 0].min())}")
    print(f"least difference of all: {least:.4f}, of one press: {beside:.4f}")
    print(f"second press repeats a palette: {round(repeated * len(rows))} of {len(rows)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surprises")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sketches", type=int, default=30)
    args = parser.parse_args()
    main(args.data, args.sketches)
