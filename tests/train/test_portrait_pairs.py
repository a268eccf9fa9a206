"""Pairs of face photos and sketches, and their augmentation."""

import pytest
import torch
from PIL import ImageDraw

from ae_models import images
from tests.pictures import blob
from train import face_sketch_plus, sketch_face_plus
from train.datasets import drawn_portraits, portrait_pairs


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
def test_only_the_input_is_changed_and_some_stay_as_they_were(recipe, monkeypatch):
    monkeypatch.setattr(face_sketch_plus, "OTHERS", 0)  # with whom the sketch changes, too
    rows = batch()
    given, wanted, styles = recipe.augment(rows, generator())
    photo, sketch, _, _ = portrait_pairs.warp(rows, generator())
    source, target = (photo, sketch) if recipe is face_sketch_plus else (sketch, photo)
    assert torch.equal(wanted, target) and torch.equal(styles, rows[3])
    assert given.min() >= 0 and given.max() <= 1
    assert 1 < sum(torch.equal(a, b) for a, b in zip(given, source)) < 13
    again, _, _ = recipe.augment(rows, generator())
    assert torch.equal(given, again)


def test_other_tones_of_skin_shade_the_sketch_and_gray_hair_lightens_it():
    photo, sketch, behind, _ = (x.float() / 255 for x in batch())
    sketch, skin = torch.full_like(sketch, 0.8), torch.tensor([0.8, 0.6, 0.5])[:, None, None]
    photo[:, :, 120:180, 80:120] = skin  # in dark hair
    people, drawn = face_sketch_plus.other_tones(photo, sketch, behind, generator())
    assert torch.equal(people[:, :, 30, 100], photo[:, :, 30, 100])  # the wall
    assert torch.allclose(drawn[:, :, 30, 100], sketch[:, :, 30, 100])
    darker = (photo - people)[:, :, 150, 100].mean(1)
    assert (darker >= -1e-4).all() and 0.1 < darker.max() < 0.6
    ink = (sketch - drawn)[:, 0, 150, 100]
    assert torch.equal(ink.argsort(stable=True), darker.argsort(stable=True))
    grayer = (people - photo)[:, :, 80, 100].mean(1) > 0.01
    assert 1 < grayer.sum() < 15
    assert torch.equal(drawn[:, 0, 80, 100] > 0.801, grayer)


def test_a_shaded_sketch_is_darker_where_the_photo_is_and_only_there():
    photo, sketch, behind, _ = (x.float() / 255 for x in batch(2))
    shaded = sketch_face_plus.shaded(torch.ones_like(sketch), photo, behind, generator())
    assert (shaded[:, :, 40, 100] == 1).all()  # before the wall
    assert (shaded[:, :, 130, 100] < 0.9).all()  # the face


def test_everyone_but_the_first_style_is_before_gray():
    photo, behind = studio_photo(), portrait_pairs.background(studio_photo())
    gray = drawn_portraits.neutral(photo, behind)
    assert (gray[0, :, 30, 100] == drawn_portraits.BACKDROP).all()
    assert torch.equal(gray[0, :, 130, 100], photo[0, :, 130, 100])


def test_pairs_for_everyone_repeat_each_kind_and_say_which_style(pictures, monkeypatch):
    drawn = tuple(x[:1] for x in batch(1))
    drawn[3].fill_(1)
    monkeypatch.setattr(drawn_portraits, "drawn", lambda root, split: drawn)
    ours, own = (module.pairs(pictures, "train") for module in (drawn_portraits, portrait_pairs))
    students = int((own[3] == 0).sum())
    times = drawn_portraits.TIMES
    assert int((ours[3] == 0).sum()) == times["blue"] * students
    others = times["gray"] * students + times["ar"] * (len(own[0]) - students) + times["drawn"]
    assert int((ours[3] == 1).sum()) == others
