"""Lines, palettes and dabs: what they are made of, and what a user may give."""

import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps

from ae_models import drawing, images, palettes, regions, sketch_color_plus, tasks, zoo
from tests.conftest import MINIATURE
from train import colours, data, lines
from train import sketch_color_plus as sketch_color_plus_recipe
from train.sketch_color_plus import VIVID, without_extremes

RED_BLUE = [((255, 0, 0), 2), ((0, 0, 255), 1)]


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = zoo.build("sketch-color-plus", **MINIATURE["sketch-color-plus"]).eval()
    network.palettes.copy_(torch.rand(6, 5, 4))
    return network


def circle(size=(64, 64), width=3, ink=0, paper=255):
    image = Image.new("L", size, paper)
    w, h = size
    ImageDraw.Draw(image).ellipse((w * 0.2, h * 0.2, w * 0.8, h * 0.8), outline=ink, width=width)
    return image


def art(count=3):
    """Discs with a black outline on white, as artwork is."""
    pictures = []
    for seed in range(count):
        image = Image.new("RGB", (64, 64), "white")
        colour = tuple(np.random.default_rng(seed).integers(0, 200, 3).tolist())
        ImageDraw.Draw(image).ellipse((12, 12, 52, 52), fill=colour, outline="black", width=2)
        pictures.append(images.to_tensor(image))
    return torch.cat(pictures)


# ---- a user's drawing ----


def test_ink_of_pencil_on_grey_paper_and_of_white_on_black():
    assert drawing.ink_of(circle()).max() == 1
    grey = drawing.ink_of(circle(ink=120, paper=220))
    assert grey.median() == 0 and 0.3 < grey.max() < 0.6
    assert torch.equal(drawing.ink_of(ImageOps.invert(circle())), drawing.ink_of(circle()))


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_a_blank_sheet_stays_blank(network, shade):
    picture = tasks.color_sketch(network, Image.new("RGB", (40, 30), (shade,) * 3))
    assert picture.getextrema() == ((255, 255),) * 3 and picture.size == (40, 30)
    with pytest.raises(ValueError, match="blank sheet"):
        tasks.surprise(network, Image.new("L", (40, 30), shade))


def test_thin_lines_of_a_large_drawing_reach_the_network():
    small = drawing.for_network(drawing.ink_of(circle((2000, 1000), width=2)), 64)
    assert small.shape == (1, 1, 64, 64) and small.min() < 0.4 and small.max() == 1


def test_colours_do_not_flow_across_lines():
    ink = drawing.ink_of(circle((256, 256), width=6))
    colour = torch.ones(1, 3, 64, 64)
    y, x = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    colour[:, 1:, ((x - 31.5) ** 2 + (y - 31.5) ** 2).sqrt() < 19] = 0  # red inside
    picture = drawing.under_lines(colour, ink)
    assert picture[0, 1, 128, 60] < 0.1 and picture[0, 1, 128, 44] > 0.9  # 3 px off the line on both sides
    assert picture[0, :, 128, 52].max() < 0.2  # the line itself


def test_a_drawing_of_the_networks_size_is_its_picture():
    colour = torch.rand(1, 3, 64, 64)
    assert torch.equal(drawing.under_lines(colour, drawing.ink_of(circle())), colour)


def test_dabs_keep_their_colour_when_they_shrink():
    hints = Image.new("RGBA", (500, 300))
    ImageDraw.Draw(hints).ellipse((100, 100, 112, 112), fill=(10, 200, 30, 255))
    x = drawing.dabs_for_network(hints, 64)
    there = x[0, 3] > 0
    assert 4 <= there.sum() <= 25
    assert torch.allclose(x[0, :3, there], torch.tensor([10, 200, 30])[:, None] / 255, atol=0.02)


@pytest.mark.parametrize("size", [(16, 16), (5000, 40), (33, 300)])
def test_any_size_with_everything_given(network, size):
    hints = Image.new("RGBA", size, (255, 0, 0, 255))
    assert tasks.color_sketch(network, circle(size), RED_BLUE, hints).size == size


def test_given_things_change_the_picture_and_seeds_choose_palettes(network):
    plain = tasks.color_sketch(network, circle())
    assert plain.tobytes() == tasks.color_sketch(network, circle(), []).tobytes()
    assert plain.tobytes() == tasks.color_sketch(network, circle(), hints=Image.new("RGBA", (64, 64))).tobytes()
    assert plain.tobytes() != tasks.color_sketch(network, circle(), RED_BLUE).tobytes()
    hints = Image.new("RGBA", (64, 64), (255, 0, 0, 255))
    assert plain.tobytes() != tasks.color_sketch(network, circle(), hints=hints).tobytes()
    assert len({tasks.color_sketch(network, circle(), seed=seed).tobytes() for seed in range(12)}) > 1


def test_the_order_of_a_palette_does_not_matter(network):
    a, b = (tasks.color_sketch(network, circle(), p) for p in (RED_BLUE, RED_BLUE[::-1]))
    assert np.abs(np.asarray(a, int) - np.asarray(b, int)).max() <= 1


def test_surprises_differ_and_repeat(network):
    four = tasks.surprise(network, circle(), seed=3)
    assert len({picture.tobytes() for picture, _ in four}) == 4
    assert [p for _, p in four] == [p for _, p in tasks.surprise(network, circle(), seed=3)]
    picture, palette = four[2]
    again = tasks.color_sketch(network, circle(), palette)  # 8 bits of colour are lost on the way
    assert np.abs(np.asarray(picture, int) - np.asarray(again, int)).max() <= 3


def test_without_a_palette_one_is_taken_that_holds_the_dabs_colours(network):
    x = drawing.for_network(drawing.ink_of(circle()), 16)
    for palette in network.palettes:
        assert torch.equal(network.propose(x, wanted=palette[:3, :3])[0], palette)


def test_colours_wanted_take_the_place_of_the_entries_most_like_them():
    palette = torch.tensor([[1.0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    pink, blue = torch.tensor([1.0, 0.5, 0.6]), torch.tensor([0.0, 0.1, 1.0])
    changed = palettes.with_colours(palette, torch.stack([pink, blue, pink]))
    assert torch.equal(changed[0, :3], pink) and torch.equal(changed[1:], palette[1:])  # blue was near enough
    many = palettes.with_colours(palette, torch.rand(20, 3))
    assert torch.equal(many[:, 3], palette[:, 3]) and torch.equal(many[3:], palette[3:])


def test_the_network_may_point_at_the_colour_of_a_dab_on_this_side_of_a_line(network):
    sketch, dabs = torch.ones(1, 1, 32, 32), torch.zeros(1, 4, 32, 32)
    sketch[..., 16:18] = 0
    red = torch.tensor([0.9, 0.2, 0.1])
    dabs[:, :3, 8:12, 6:10], dabs[:, 3, 8:12, 6:10] = red[:, None, None], 1
    ink, near = network.encode(sketch, None, dabs)[:2]
    assert ink.shape == (1, 1, 16, 16) and near.shape == (1, 8, 32, 32)
    assert (near[0, :3, 10, 2] / near[0, 3, 10, 2] - red).abs().max() < 1e-4  # a dab has one colour
    assert near[0, 7, 10, 2] > 0.5 > 0.01 > near[0, 7, 10, 28]  # on the far side of the line nothing is sure
    wanted = [torch.zeros(1, width, 32, 32) for width in network.outputs]
    wanted[1][:, 2:] = 30  # the logits of dabs; a shade of 0 is light
    painted = network._paint(torch.cat(wanted, 1), torch.zeros(1, 5, 8), torch.zeros(1, 5, 4), ink, near)
    assert (painted[0, :, 10, 2] - red).abs().max() < 0.02


def test_the_network_is_told_where_the_paper_around_a_closed_drawing_is(network):
    seen = []
    network.unet.stem.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network(1 - drawing.ink_of(circle()))
    outside = torch.pixel_shuffle(seen[0], 2)[0, -1]
    assert outside[:, :8].min() > 0.9 and outside[24:40, 24:40].max() < 0.1


@pytest.mark.parametrize("obeyed", [0, 1])
def test_each_region_has_one_entry_and_areas_obey_the_weights(monkeypatch, obeyed):
    monkeypatch.setattr(sketch_color_plus, "OBEYED", obeyed)
    torch.manual_seed(0)
    weights = torch.tensor([[0.5, 0.3, 0.2, 0, 0], [0.0] * 5])
    there = (weights > 0)[:, :, None, None]
    likes = torch.tensor([0.0, 1, 0, 0, 0, 0])[:, None, None]  # in doubt, for the second; the last is paper
    taste = torch.randn(2, 6, 32, 32).repeat_interleave(4, 2).repeat_interleave(4, 3)  # of each tile
    shares = (torch.randn(2, 6, 128, 128) + 2 * taste + likes).softmax(1)[:, :5] * there
    tiles = torch.arange(1, 2 * 32 * 32 + 1).reshape(2, 1, 32, 32)
    chosen = sketch_color_plus._choice(shares, weights, tiles.repeat_interleave(2, 2).repeat_interleave(2, 3))
    assert torch.allclose(chosen.sum(1), shares.sum(1), atol=1e-5) and ((chosen > 0).sum(1) <= 1).all()
    blocks = (chosen[0] > 0).unflatten(1, (32, 4)).unflatten(3, (32, 4)).float()
    assert torch.equal(blocks.amax((2, 4)), blocks.amin((2, 4)))
    before, after = (sketch_color_plus._areas(x)[0] for x in (shares, chosen))
    assert before[1] > 0.45 and (after - (weights[0] if obeyed else before)).abs().max() < 0.1
    assert chosen[1].max() == 0


def test_lines_do_not_count_among_the_areas(monkeypatch):
    monkeypatch.setattr(sketch_color_plus, "OBEYED", 1)
    torch.manual_seed(0)
    tiles = torch.arange(1, 1025).reshape(1, 1, 32, 32).repeat_interleave(2, 2).repeat_interleave(2, 3)
    tiles[..., 32:] = 0  # lines on half of the picture
    shares = torch.randn(1, 2, 32, 32).mul(2).softmax(1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    shares = torch.cat([shares, torch.zeros(1, 3, 128, 128)], 1)
    chosen = sketch_color_plus._choice(shares, torch.tensor([[0.8, 0.2, 0, 0, 0]]), tiles)
    assert sketch_color_plus._areas(chosen[..., :64])[0, 0] == pytest.approx(0.8, abs=0.08)


def test_a_decided_colour_keeps_part_of_the_mixtures_lightness(monkeypatch):
    palette = torch.tensor([[[0.0, 0, 0, 0.5], [1, 1, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]])
    given = torch.tensor([0.2, 0.8, 0, 0, 0])[None, :, None, None].expand(1, 5, 16, 16), palette
    everywhere = torch.ones(1, 1, 8, 8, dtype=torch.long)
    mixed, used = sketch_color_plus._mixed(*given).mean(), sketch_color_plus._decided(*given, everywhere).mean()
    monkeypatch.setattr(sketch_color_plus, "LIGHTNESS", 0)
    chosen = sketch_color_plus._decided(*given, everywhere).mean()
    assert abs(chosen - mixed) > 0.1 and abs(used - mixed) < 0.5 * abs(chosen - mixed)


def painted(network, paper, taste):
    """What the network paints, (3, 32, 32), with a line in columns 16 and 17, if its U-Net gives these logits of paper and
    so different a liking for entries from pixel to pixel."""
    torch.manual_seed(0)
    ink, palette = torch.zeros(1, 1, 16, 16), palettes.from_entries(RED_BLUE)[None]
    ink[..., 8] = 1
    query, logits, own, shade = [torch.zeros(1, width, 32, 32) for width in network.outputs]
    logits[:, 0], logits[:, 1:] = paper, -30
    y = torch.cat([taste * query.normal_(), logits, own, shade], 1)  # a shade of 0 is light
    return network._paint(y, torch.randn(1, 5, query.shape[1]), palette, ink, torch.zeros(1, 8, 32, 32))[0]


def test_in_use_a_part_has_one_colour_and_in_training_a_pixel_its_own(network, monkeypatch):
    monkeypatch.setattr(sketch_color_plus, "LIGHTNESS", 0)
    used, trained = (painted(n(), -30, taste=1) for n in (network.eval, network.train))
    assert used[:, :, :16].std((1, 2)).max() < 1e-4 < 0.1 < trained[:, :, :16].std((1, 2)).max()
    assert min((used[:, 0, 0] - torch.tensor(c)).abs().max() for c in ([1.0, 0, 0], [0, 0, 1.0])) < 1e-4
    assert torch.equal(used[:, :, 16:18], trained[:, :, 16:18])


def test_in_use_smudges_on_paper_are_left_out(network):
    paper = torch.full((32, 32), 30.0)
    paper[4:6, 4:6] = 2  # mostly paper
    used, trained = (painted(n(), paper, taste=0)[:, 4:6, 4:6] for n in (network.eval, network.train))
    assert used.min() > 0.999 > 0.95 > trained.amin(0).max()


def test_smudges_on_paper_go_and_open_parts_of_a_creature_stay():
    shares = torch.zeros(1, 9, 32, 32)
    shares[:, 5] = 1
    shares[0, :, :4, :4] = torch.tensor([0.2, 0, 0, 0, 0, 0.8, 0, 0, 0])[:, None, None]  # a smudge
    shares[0, :, :4, 8:12] = torch.tensor([0.9, 0, 0, 0, 0, 0.1, 0, 0, 0])[:, None, None]  # a leg
    doubtful = torch.tensor([0.4, 0, 0, 0, 0, 0.6, 0, 0, 0])
    shares[0, :, 16:] = doubtful[:, None, None]  # a region of its own
    halves = torch.arange(1, 3).repeat_interleave(8)[None, None, :, None].expand(1, 1, 16, 16)
    cleaned = sketch_color_plus._without_smudges(shares, halves)
    assert cleaned[0, 5, :4, :4].min() > 0.99
    assert torch.allclose(cleaned[..., 8:12], shares[..., 8:12])
    assert torch.equal(cleaned[..., 16:, :], shares[..., 16:, :])


def test_regions_are_what_lines_part():
    ink = torch.zeros(2, 1, 16, 16)
    ink[0, :, :, 8] = ink[1, :, 4] = 1
    region = regions.regions(ink)
    left, right, above, below = region[0, 0, :, :8], region[0, 0, :, 9:], region[1, 0, :4], region[1, 0, 5:]
    assert sorted(int(x.unique()) for x in (left, right, above, below)) == [1, 2, 3, 4]
    assert torch.equal(region == 0, ink == 1)
    x, weight = torch.rand(2, 3, 16, 16), torch.rand(2, 1, 16, 16)
    mean = (x * weight)[0, :, :, :8].sum((1, 2)) / weight[0, :, :, :8].sum()
    averaged = regions.averaged(x, weight, region)
    assert torch.allclose(averaged[0, :, :, :8], mean[:, None, None].expand(3, 16, 8), atol=1e-5)
    assert averaged[0, :, :, 8].abs().max() == 0


def test_a_picture_is_the_same_in_any_batch(network):
    sketches = torch.cat([1 - drawing.ink_of(circle(width=width)) for width in (3, 6)])
    palette = palettes.from_entries(RED_BLUE)[None].expand(2, 5, 4)
    alone = [network(x, p) for x, p in zip(sketches.split(1), palette.split(1))]
    assert torch.allclose(network(sketches, palette), torch.cat(alone), atol=1e-4)


def test_the_release_does_without_the_least_and_the_most_vivid_palettes(network):
    kept, suited = network.palettes.clone(), network.prior.weight.clone()
    vivid = palettes.vividness(kept)
    smaller = without_extremes(network)
    assert len(smaller.palettes) == smaller.config.palettes == len(smaller.prior.bias) < len(kept)
    least, most = (vivid.quantile(x) for x in VIVID)
    rows = [i for i in range(len(kept)) if least <= vivid[i] <= most]
    assert torch.equal(smaller.palettes, kept[rows]) and torch.equal(smaller.prior.weight, suited[rows])


def test_dabs_are_obeyed_up_to_the_lines(monkeypatch):
    monkeypatch.setattr(drawing, "SHADING", 0)  # what that leaves is the next test's
    sketch = torch.ones(1, 1, 64, 64)
    sketch[..., 32] = 0
    colour, dabs = torch.full((1, 3, 64, 64), 0.5), torch.zeros(1, 4, 64, 64)
    colour[..., 48:, :] = 1  # paper
    dabs[:, :, 14:18, 14:18] = torch.tensor([1.0, 0, 0, 1])[:, None, None]
    painted = drawing.obey(colour, dabs, sketch)
    assert (painted[0, :, 16, 16] - torch.tensor([1.0, 0, 0])).abs().max() < 0.25
    assert (
        0.52 < painted[0, 0, 16, 28] < painted[0, 0, 16, 22] < painted[0, 0, 16, 16]
        and (painted[..., 40:] - colour[..., 40:]).abs().max() < 0.02
    )
    assert torch.equal(painted[..., 50:, :], colour[..., 50:, :])


@pytest.mark.parametrize(("light", "least", "most"), [(0.45, 0, 1e-4), (0.2, 0.08, 0.3)])
def test_beside_a_dab_a_little_light_and_shadow_stays(light, least, most):
    dabs = torch.zeros(1, 4, 32, 32)
    dabs[:, :, 14:18, 14:18] = torch.tensor([0.5, 0.5, 0.5, 1])[:, None, None]
    painted = drawing.obey(torch.full((1, 3, 32, 32), light), dabs, torch.ones(1, 1, 32, 32))
    assert least <= (painted[..., 15:17, 15:17] - light).mean() <= most


@pytest.mark.parametrize(
    ("palette", "words"),
    [
        (RED_BLUE * 3, "at most 5 colours, got 6"),
        ([((256, 0, 0), 1)], "colours from 0 to 255"),
        ([((-1, 0, 0), 1)], "colours from 0 to 255"),
        ([((math.nan, 0, 0), 1)], "colours from 0 to 255"),
        ([((1, 0, 0), -1)], "weights of at least 0"),
        ([((1, 0, 0), math.inf)], "finite weights"),
        ([((1, 0, 0), math.nan)], "finite weights"),
        ([((1, 0, 0), 0)], "not all 0"),
        ([((1, 0), 1)], "entries"),
        ([(1, 0, 0)], "entries"),
        (["red"], "entries"),
        ([("red", 1)], "entries"),
    ],
)
def test_bad_palettes_are_refused(network, palette, words):
    with pytest.raises(ValueError, match=words):
        tasks.color_sketch(network, circle(), palette)


@pytest.mark.parametrize("hints", [Image.new("RGBA", (63, 64)), Image.new("RGB", (64, 64)), "red"])
def test_bad_hints_are_refused(network, hints):
    with pytest.raises(ValueError, match="expected hints"):
        tasks.color_sketch(network, circle(), hints=hints)


# ---- palettes ----


def test_entries_there_and_back():
    assert palettes.to_entries(palettes.from_entries(RED_BLUE)) == [((255, 0, 0), 1.0), ((0, 0, 255), 0.5)]
    assert palettes.from_entries([]) is None and palettes.from_entries(None) is None


def test_distance_ignores_order_and_missing_entries():
    a, b = palettes.from_entries(RED_BLUE)[None], palettes.from_entries(RED_BLUE[::-1])[None]
    assert palettes.distance(a, b) == 0
    assert palettes.distance(a, palettes.from_entries([((0, 255, 0), 1)])[None]) > 1
    assert palettes.vividness(a) > palettes.vividness(palettes.from_entries([((90, 90, 90), 1)])[None])


def test_dominant_colours_are_those_of_the_picture():
    picture = torch.ones(1, 3, 32, 32)
    picture[:, :, :8] = torch.tensor([1.0, 0, 0])[:, None, None]
    picture[:, :, 8:12] = torch.tensor([0.0, 0, 1])[:, None, None]
    palette = colours.dominant(picture)[0]
    assert torch.allclose(palette[:2, :3], torch.tensor([[1.0, 0, 0], [0, 0, 1]]), atol=1e-3)
    assert palette[0, 3] == pytest.approx(2 / 3, abs=0.05) and palette[2:, 3].sum() == 0


def test_recolouring_keeps_paper_and_lines_and_moves_palette_and_picture_alike():
    pictures, generator = art(), torch.Generator().manual_seed(0)
    own = colours.dominant(pictures)
    new, palette = colours.recolour(pictures, own, torch.tensor([True, True, False]), generator)
    paper = (pictures == 1).all(1, keepdim=True).expand_as(pictures)
    assert torch.allclose(new[paper], pictures[paper], atol=1e-5)
    assert torch.equal(new[2], pictures[2]) or torch.allclose(new[2], pictures[2], atol=1e-6)
    assert palettes.distance(colours.dominant(new), palette).diagonal().max() < 0.05
    assert (new[0] - pictures[0]).abs().max() > 0.05


def test_dabs_have_the_pictures_colours():
    pictures = art()
    hints = colours.dabs(pictures, torch.tensor([0, 1, 10]), torch.Generator().manual_seed(1))
    areas = hints[:, 3].sum((1, 2))
    assert areas[0] == 0 and 4 < areas[1] < areas[2]
    assert ((hints[:, :3] - pictures).abs() * hints[:, 3:]).sum() / (3 * areas.sum()) < 0.15


def test_medoids_are_some_of_those_given():
    all_palettes = colours.dominant(art(8))
    few = colours.medoids(all_palettes, 3)
    assert palettes.distance(few, all_palettes).amin(1).max() < 1e-6
    assert len(colours.medoids(all_palettes[:2], 5)) == 5


# ---- lines ----


@pytest.mark.parametrize("style", [*lines.STYLES, lines.LEFT_OUT], ids=lambda s: s.__name__)
def test_each_style_draws_the_outline_and_leaves_paper_alone(style):
    ink = style(art(), torch.Generator().manual_seed(0))
    assert ink.shape == (3, 1, 64, 64) and ink.min() >= 0 and ink.max() <= 1
    ring, far = ink[:, 0, 10:14, 28:36].amax((1, 2)), ink[:, 0, :6]
    assert (ring > 0.5).all() and far.max() == 0


def test_drawings_repeat_for_a_generator_and_differ():
    pictures = art()
    given = 1 - lines.silhouette(pictures)
    a, b, c = (lines.draw(pictures, given, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert torch.equal(a, b) and not torch.equal(a, c)
    assert a.min() >= 0 and a.max() <= 1 and lines.LEFT_OUT not in lines.STYLES
    assert len(lines.SHARES) == 1 + len(lines.STYLES)


def test_pens_are_of_many_widths():
    thin = torch.zeros(1, 1, 64, 64)
    thin[..., 32, 8:56] = 1
    widths = [lines.pen(thin, torch.Generator().manual_seed(s)).sum().item() / 48 for s in range(30)]
    assert min(widths) < 1.3 and 3 < max(widths) < 10


# ---- the recipe ----


def test_given_lines_are_seen_as_they_are_and_from_both_sides(pictures, monkeypatch):
    rows = sketch_color_plus_recipe.read(pictures, "train")
    assert len(rows[0]) == 2 * len(data.sketch2photo(pictures, "train")[0])
    assert torch.equal(rows[1][: len(rows[1]) // 2].flip(3), rows[1][len(rows[1]) // 2 :])
    assert len(sketch_color_plus_recipe.read(pictures, "val")[0]) == len(data.sketch2photo(pictures, "val")[0])
    monkeypatch.setattr(sketch_color_plus_recipe, "MOVED", 0)
    for share in (0, 1):
        monkeypatch.setattr(sketch_color_plus_recipe, "GIVEN", share)
        drawing = sketch_color_plus_recipe.augment(rows, torch.Generator().manual_seed(0))[0]
        same = (drawing == rows[0].float() / 255).flatten(1).all(1)
        assert same.all() if share else not same.any()


def test_a_finished_network_has_only_palettes_between_the_extremes(pictures):
    torch.manual_seed(0)
    known = palettes.vividness(sketch_color_plus_recipe.prior_palettes(pictures))
    network = sketch_color_plus_recipe.finish(sketch_color_plus_recipe.build(), pictures)
    kept = palettes.vividness(network.palettes)
    assert known.min() < kept.min() and kept.max() < known.max() and len(kept) == network.config.palettes < len(known)
