"""Figures of the networks that color line sketches."""

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, metrics, tasks, zoo
from ae_models.sketch import palettes
from train.datasets import artwork, lines
from train.datasets.files import Split
from train.measures import things
from train.measures.pictures import apply
from train.measures.statistics import Ratio, Results, Statistic, mean_picture


def sketch_color(network: nn.Module, test: Split, train: Split | None) -> Results:
    """At 128x128 px. mse is on [-1, 1], the source's range."""
    sketches, pictures = (x.float() / 255 for x in test)

    def figures(drawn: Tensor) -> dict[str, Statistic]:
        return {"mse": 4 * metrics.mse(drawn, pictures), **_figures(drawn, pictures)}

    results = {"network": figures(apply(lambda s: tasks.color_sketch(network, s), sketches))}
    results["white picture"] = figures(torch.ones_like(pictures))
    results["the sketch itself"] = figures(sketches.expand_as(pictures))
    if train is not None:
        results["mean training picture"] = figures(mean_picture(train[1]).expand_as(pictures))
    return results


def sketch_color_plus(network: nn.Module, test: Split, train: Split | None) -> Results:
    """At 128x128 px, on the sketches of the data, given

    psnr_palette                 the true palette (artwork.dominant)
    psnr_palette_10_hints         the true palette and 10 hints of true color
    psnr_10_hints                 the hints alone
    psnr, colorfulness_ratio     nothing
    psnr_256                     the true palette at 256 px, where the sketch's own lines lie half
                                 over the picture
    psnr_pens, psnr_left_out_pen the true palette and drawings of the artwork in the styles of
                                 train/datasets/lines.py, and in the one that was not trained on
    surprises_l1                 nothing, four times: the mean absolute difference of the two most
                                 similar pictures; surprises_l1_least is the least over sketches.
    things...                    as in train/measures/things.py"""
    sketches, pictures = (x.float() / 255 for x in test)
    generator = torch.Generator().manual_seed(0)
    true = [palettes.to_entries(p) for p in artwork.dominant(pictures)]
    ten = images.to_images(artwork.hints(pictures, torch.full((len(pictures),), 10), generator))
    pens = lines.draw(pictures, sketches, generator)
    other = lines.by_hand(lines.LEFT_OUT(pictures, generator), generator)

    def color(drawings: Tensor, *given: list) -> Tensor:
        return apply(lambda *row: tasks.color_sketch(network, *row), drawings, *given)

    def psnr(drawings: Tensor, *given: list) -> Tensor:
        drawn = images.resize_tensor(color(drawings, *given), pictures.shape[2:])
        return metrics.psnr(drawn, pictures)

    no_palette = [None] * len(pictures)
    surprises = torch.stack([_most_alike(network, s) for s in images.to_images(sketches)])
    figures = {
        "psnr_palette": psnr(sketches, true),
        "psnr_palette_10_hints": psnr(sketches, true, ten),
        "psnr_10_hints": psnr(sketches, no_palette, ten),
        **_figures(color(sketches), pictures),
        "psnr_pens": psnr(pens, true),
        "psnr_left_out_pen": psnr(other, true),
        "psnr_256": psnr(images.resize_tensor(sketches, (256, 256)), true),
        "surprises_l1": surprises,
        "surprises_l1_least": lambda rows: surprises[rows].min().item(),
    }
    classic = apply(lambda s: tasks.color_sketch(zoo.load("sketch-color"), s), sketches)
    of_things, main_color = things.figures(network)
    baselines = _baselines(classic, pictures, train) | {"the main color everywhere": main_color}
    return {"network": figures | of_things} | baselines


def _baselines(classic: Tensor, pictures: Tensor, train: Split | None) -> Results:
    """Pictures that are the same for any palette."""
    baselines = {"white picture": torch.ones_like(pictures)}
    if train is not None:
        baselines["mean training picture"] = mean_picture(train[1]).expand_as(pictures)
    baselines["classic network"] = classic
    rows = {name: _figures(drawn, pictures) for name, drawn in baselines.items()}
    return {name: {"psnr_palette": row["psnr"], **row} for name, row in rows.items()}


def _figures(drawn: Tensor, pictures: Tensor) -> dict[str, Statistic]:
    colorful = Ratio(metrics.colorfulness(drawn), metrics.colorfulness(pictures))
    return {"psnr": metrics.psnr(drawn, pictures), "colorfulness_ratio": colorful}


def _most_alike(network: nn.Module, sketch: Image.Image) -> Tensor:
    """The least mean absolute difference between two of the four surprises for a sketch."""
    four = torch.cat([images.to_tensor(picture) for picture, _ in tasks.surprise(network, sketch)])
    return torch.stack(
        [metrics.l1(four[i:], four[: len(four) - i]).min() for i in range(1, len(four))]
    ).min()
