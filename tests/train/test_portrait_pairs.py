"""Pairs of face photos and sketches, and their augmentation."""

import pytest
import torch
from PIL import ImageDraw

from ae_models import images
from tests.pictures import blob
from train import face_sketch_plus, sketch_face_plus
from train.datasets import portrait_pairs


def generator():
    return torch.Generator().manual_seed(5)


def studio_photo():
    """(1, 3, 250, 200) uint8: a dark head and shoulders on blue, a blue tie where no way leads to
    the edge."""
    image = blob((200, 250), 0)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 200, 250), fill=(120, 200, 240))
    draw.ellipse((50, 60, 150, 200), fill=(80, 60, 50))
    draw.rectangle((20, 200, 180, 250), fill=(80, 60, 50))
    draw.rectangle((95, 215, 105, 240), fill=(120, 200, 240))
    return images.to_uint8(images.to_tensor(image))


def batch(count=16):
    photo = studio_photo().expand(count, -1, -1, -1)
    sketch = torch.randint(0, 256, (count, 1, 250, 200), generator=generator(), dtype=torch.uint8)
    return (
        photo,
        sketch,
        portrait_pairs.background(photo),
        torch.zeros(count, 1, 1, 1, dtype=torch.uint8),
    )


def test_pairs_say_whose_style(pictures):
    photos, sketches, behind, styles = portrait_pairs.pairs(pictures, "train")
    assert len(photos) == len(sketches) == len(behind) == len(styles)
    assert styles.flatten().tolist() == sorted(styles.flatten().tolist()) and set(
        styles.flatten().tolist()
    ) == {0, 1}


def test_background_is_what_is_seen_from_the_edges():
    behind = portrait_pairs.background(studio_photo())
    assert behind[0, 0, 30, 100] == behind[0, 0, 150, 10] == 255
    assert behind[0, 0, 130, 100] == behind[0, 0, 230, 100] == 0  # the face; the tie


def test_warp_moves_photo_and_sketch_alike_and_leaves_others_sharp():
    photo = torch.randint(0, 256, (16, 3, 40, 32), generator=generator(), dtype=torch.uint8)
    moved, sketch, _, _ = portrait_pairs.warp(
        (photo, photo[:, :1], photo[:, :1], photo[:, :1, :1, :1]), generator()
    )
    assert torch.equal(moved[:, :1], sketch)
    kept = [
        bool((m == p / 255).all() or (m == p.flip(2) / 255).all()) for m, p in zip(moved, photo)
    ]
    assert 3 < sum(kept) < 13


@pytest.mark.parametrize(
    "recipe", [face_sketch_plus, sketch_face_plus], ids=lambda r: r.RECIPE.slug
)
def test_only_the_input_is_changed_and_some_stay_as_they_were(recipe):
    rows = batch()
    given, wanted, styles = recipe.augment(rows, generator())
    photo, sketch, _, _ = portrait_pairs.warp(rows, generator())
    source, target = (photo, sketch) if recipe is face_sketch_plus else (sketch, photo)
    assert torch.equal(wanted, target) and torch.equal(styles, rows[3])
    assert given.min() >= 0 and given.max() <= 1
    assert 1 < sum(torch.equal(a, b) for a, b in zip(given, source)) < 13
    again, _, _ = recipe.augment(rows, generator())
    assert torch.equal(given, again)
