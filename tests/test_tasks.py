import math

import numpy as np
import pytest
import torch
from PIL import Image

from ae_models import color, images, inference, tasks, zoo
from ae_models.codec.dcae import DCAE, DCAEConfig
from ae_models.photo import tasks as photo_tasks
from ae_models.sketch.classic import SketchColor, SketchColorConfig
from tests.conftest import MINIATURE, coloring_network
from tests.pictures import blob, circle, hint


@pytest.fixture
def network():
    """slug -> miniature network in eval mode."""

    def build(slug):
        torch.manual_seed(0)
        return zoo.build(slug, **MINIATURE[slug]).eval()

    return build


SIZES = [(8, 8), (33, 47), (300, 120)]


def lab(picture: Image.Image) -> torch.Tensor:
    """(3, H, W): lightness, a and b."""
    return color.rgb_to_lab(images.to_tensor(picture))[0]


ONE_PICTURE = {
    "face-sketch": tasks.translate_face,
    "face-sketch-plus": tasks.translate_face,
    "sketch-face-plus": tasks.translate_face,
    "sketch-color": tasks.color_sketch,
    "sketch-color-plus": tasks.color_sketch,
    "photo-color": tasks.colorize,
    "photo-color-plus": tasks.colorize,
    "photo-color-rgb": tasks.colorize,
    "dcae": tasks.reconstruct,
    "dcae-plus": tasks.reconstruct,
    "face-vae": tasks.reconstruct,
    "face-vae-plus": tasks.reconstruct,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("slug", ONE_PICTURE)
def test_any_size_in_the_same_size_out(network, slug, size):
    picture = ONE_PICTURE[slug](network(slug), blob(size, 1))
    if "face" in slug and "vae" not in slug:
        mode = "RGB" if slug == "sketch-face-plus" else "L"
        assert picture.mode == mode and abs(picture.width / picture.height - 0.8) < 0.08
    else:
        assert (picture.mode, picture.size) == ("RGB", size)


@pytest.mark.parametrize("slug", ONE_PICTURE)
def test_a_transparent_picture_is_seen_on_white(network, slug):
    """Every other mode is images.to_rgb's work (tests/test_images.py): here it must be called."""
    model, picture = network(slug), blob((40, 40), 1)
    picture.putalpha(Image.linear_gradient("L").resize((40, 40)))
    flat = images.to_rgb(picture)
    assert np.ptp(np.asarray(flat)) > 100
    seen, expected = (ONE_PICTURE[slug](model, p) for p in (picture, flat))
    assert seen.tobytes() == expected.tobytes()


@pytest.mark.parametrize("slug", ONE_PICTURE)
def test_same_again(network, slug):
    model, picture = network(slug), blob((50, 40), 2)
    first, again = (ONE_PICTURE[slug](model, picture) for _ in range(2))
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize("slug", ONE_PICTURE)
def test_bad_pictures_are_refused(network, slug):
    model = network(slug)
    for bad in (None, "path.png", Image.new("RGB", (1, 1)), Image.new("1", (8000, 7000))):
        with pytest.raises(ValueError, match="expected"):
            ONE_PICTURE[slug](model, bad)


@pytest.mark.parametrize("slug", ONE_PICTURE)
def test_black_and_white_are_the_ends_of_a_networks_range(network, slug):
    model, ends = network(slug), torch.tensor([0.0, 1.0])
    inside = inference.to_network(model, ends)
    assert tuple(inside.tolist()) == model.value_range
    assert torch.equal(inference.from_network(model, inside), ends)


@pytest.mark.parametrize("slug", ["face-sketch", "face-sketch-plus", "sketch-face-plus"])
def test_the_whole_of_a_data_set_picture_is_translated(network, slug):
    assert tasks.translate_face(network(slug), blob((200, 250), 0)).size == (200, 250)


@pytest.mark.parametrize("slug", ["photo-color", "photo-color-plus"])
def test_colorize_keeps_the_lightness_and_saturation_zero_is_gray(network, slug):
    model, photo = network(slug), blob((60, 40), 3)
    gray, colored = (tasks.colorize(model, photo, saturation=s) for s in (0, 1))
    lightness, *ab = lab(gray)
    assert max(x.abs().max() for x in ab) < 1  # a shade of one in 255
    assert (lightness - lab(photo)[0]).abs().max() < 0.5
    inside = ((images.to_tensor(colored) > 0) & (images.to_tensor(colored) < 1))[0].all(0)
    assert inside.float().mean() > 0.5
    assert (lab(colored)[0] - lab(photo)[0])[inside].abs().mean() < 0.5


def test_saturation_multiplies_the_chroma(network):
    model, photo = network("photo-color"), Image.linear_gradient("L").crop((0, 100, 40, 150))
    half, whole = (lab(tasks.colorize(model, photo, saturation=s))[1:] for s in (0.5, 1))
    assert whole.abs().mean() > 2
    assert (2 * half - whole).abs().mean() < 0.7


def test_the_network_that_answers_in_rgb_is_shown_as_it_painted(network):
    model, photo = network("photo-color-rgb"), blob((16, 16), 3)
    painted = images.to_images(model(color.lightness(photo) / 100))[0]
    assert np.abs(np.subtract(tasks.colorize(model, photo), painted, dtype=int)).max() <= 1
    gray = lab(tasks.colorize(model, photo, saturation=0))
    assert (gray[0] - lab(painted)[0]).abs().max() < 0.6 and gray[1:].abs().max() < 1
    fields = tasks.chroma_fields(model, color.lightness(photo))
    assert (
        color.lab_to_rgb(fields[:, [4, 0, 1]]) * 255 - images.to_tensor(painted) * 255
    ).abs().max() < 1
    assert torch.equal(fields[:, :2], tasks.chroma(model, color.lightness(photo)))


@pytest.mark.parametrize("value", [-0.1, 3.1, math.nan, math.inf, "1", None, True])
def test_colorize_refuses_a_saturation_out_of_range(network, value):
    with pytest.raises(ValueError, match="saturation to be a number from 0 to 3"):
        tasks.colorize(network("photo-color"), blob((20, 20), 0), value)


def test_a_hint_shows_its_chroma_at_its_place_and_only_near_it(network):
    model, photo = network("photo-color-plus"), Image.new("L", (160, 160), 128)
    plain, steered = (
        lab(tasks.colorize(model, photo, hints=h))
        for h in (None, hint((160, 160), (40, 40, 48, 48), (70, 120, 160, 255)))
    )
    wanted = color.rgb_to_lab(torch.tensor([70, 120, 160]).reshape(1, 3, 1, 1) / 255).flatten()
    assert (steered[1:, 40:48, 40:48] - wanted[1:, None, None]).abs().max() < 1
    assert (steered[0] - plain[0]).abs().max() < 1  # the lightness stays the photo's
    assert (steered - plain)[1:, 44, 52].abs().sum() > 0


def test_hints_that_say_nothing_change_nothing_and_the_classic_network_ignores_them(network):
    photo, red = blob((50, 40), 2), hint((50, 40), (0, 0, 50, 40), (255, 0, 0, 255))
    for slug, hints in (("photo-color-plus", Image.new("RGBA", (50, 40))), ("photo-color", red)):
        plain, steered = (tasks.colorize(network(slug), photo, hints=h) for h in (None, hints))
        assert plain.tobytes() == steered.tobytes()


@pytest.mark.parametrize(
    "bad", [Image.new("RGB", (50, 40)), Image.new("RGBA", (40, 50)), "hints.png", [(1, 2)]]
)
def test_colorize_refuses_hints_of_another_size_or_kind(network, bad):
    with pytest.raises(
        ValueError, match="expected hints to be an RGBA picture of the photo's 50x40 px, got"
    ):
        tasks.colorize(network("photo-color-plus"), blob((50, 40), 0), hints=bad)


def test_a_photo_has_the_same_colors_at_every_size(network):
    model, photo = network("photo-color-plus"), blob((96, 64), 3)
    small, large = (
        tasks.colorize(model, photo.resize((96 * k, 64 * k), Image.Resampling.BICUBIC))
        for k in (1, 4)
    )
    a, b = (
        color.rgb_to_lab(images.to_tensor(images.resize(p, (48, 32))))[:, 1:]
        for p in (small, large)
    )
    assert (a - b).abs().mean() < 1


def test_the_network_sees_a_photo_in_its_own_aspect_but_for_a_panorama(network):
    model = network("photo-color-plus")
    assert photo_tasks.working_size(model, 640, 960) == (16, 24)
    assert photo_tasks.working_size(model, 5000, 8) == (64, 16)


def test_the_classic_network_sees_a_wide_sketch_in_the_middle_of_its_square():
    """With the identity for a network the sketch must come back: not moved, not squeezed."""

    class Identity(SketchColor):
        value_range = (0.0, 1.0)

        def forward(self, x):
            return x

    sketch = circle((64, 40))
    colored = tasks.color_sketch(Identity(SketchColorConfig(size=64, widths=(4, 8))), sketch)
    assert colored.tobytes() == sketch.convert("RGB").tobytes()


def test_another_seed_surprises_with_other_palettes():
    model = coloring_network()
    first, same, other = (tasks.surprise(model, circle(), seed, 2) for seed in (1, 1, 2))
    palettes = [[palette for _, palette in proposed] for proposed in (first, same, other)]
    assert palettes[0] == palettes[1] != palettes[2]


def test_latent_shapes(network):
    dcae, vae = network("dcae"), network("face-vae")
    assert tasks.encode(dcae, blob((16, 16), 0)).shape == (1, 8, 4, 4)
    assert tasks.encode(dcae, blob((33, 20), 0)).shape == (1, 8, 8, 12)  # padded to 48x32
    assert tasks.encode(vae, blob((178, 218), 0)).shape == (1, 6)
    assert tasks.encode(vae, blob((20, 20), 0)).dtype == torch.float32


def test_decode_of_encode_is_reconstruct_at_the_networks_size(network):
    dcae, picture = network("dcae"), blob((16, 16), 4)
    assert (
        tasks.decode(dcae, tasks.encode(dcae, picture)).tobytes()
        == tasks.reconstruct(dcae, picture).tobytes()
    )


def test_tiles_encode_as_each_would_alone(network):
    dcae, picture = network("dcae"), blob((48, 32), 4)
    whole = tasks.encode(dcae, picture)
    corner = tasks.encode(dcae, picture.crop((32, 16, 48, 32)))
    assert torch.allclose(whole[:, :, 4:, 8:], corner, atol=1e-5)


def test_blending_a_perfect_network_is_exact():
    """With the identity for a network the tiles must add up to the picture: no seam, no shift, no
    border."""

    class Identity(DCAE):
        value_range = (0.0, 1.0)

        def forward(self, x):
            return x

    for size in ((45, 37), (16, 48), (8, 8)):
        picture = blob(size, 5)
        assert (
            tasks.reconstruct(Identity(DCAEConfig(size=16)), picture).tobytes() == picture.tobytes()
        )


def test_a_rate_rounds_the_latent(network):
    model, picture = network("dcae-plus"), blob((40, 24), 4)
    latent = tasks.encode(model, picture, 1)
    rounded, exact = (
        tasks.decode(model, z, 1).crop((0, 0, 40, 24))
        for z in (tasks.rounded(model, latent, 1), latent)
    )
    assert tasks.reconstruct(model, picture, 1).tobytes() == rounded.tobytes() != exact.tobytes()


def test_a_face_is_rebuilt_in_its_square_and_nowhere_else(network):
    model, picture = network("face-vae"), blob((300, 120), 1)
    again = tasks.reconstruct(model, picture)
    face = images.resize(tasks.decode(model, tasks.encode(model, picture)), (120, 120))
    assert again.crop((90, 0, 210, 120)).tobytes() == face.tobytes()
    for side in ((0, 0, 90, 120), (210, 0, 300, 120)):
        assert again.crop(side).tobytes() == picture.crop(side).tobytes()


@pytest.mark.parametrize("shape", [(6,), (2, 6), (1, 5), (1, 6, 1)])
def test_decode_refuses_latents_of_another_shape(network, shape):
    with pytest.raises(ValueError, match=r"expected a latent of shape \(1, 6\)"):
        tasks.decode(network("face-vae"), torch.zeros(shape))
    with pytest.raises(ValueError, match="expected a latent of shape"):
        tasks.decode(network("dcae"), torch.zeros(1, 8, 4, 3))


def test_decode_refuses_values_that_are_not_finite(network):
    with pytest.raises(ValueError, match="finite"):
        tasks.decode(network("face-vae"), torch.full((1, 6), math.nan))


@pytest.mark.parametrize("mode", ["slerp", "lerp"])
def test_morph_goes_from_one_face_to_the_other(network, mode):
    model, a, b = network("face-vae"), blob((40, 40), 1), blob((40, 40), 2)
    frames = tasks.morph(model, a, b, steps=5, mode=mode)
    ends = [tasks.decode(model, tasks.encode(model, face)) for face in (a, b)]
    assert len(frames) == 5
    for frame, end in zip((frames[0], frames[-1]), ends):
        assert max(abs(x - y) for x, y in zip(frame.tobytes(), end.tobytes())) <= 1


def test_lerp_is_halfway_in_latents(network):
    model, a, b = network("face-vae"), blob((40, 40), 1), blob((40, 40), 2)
    middle = (tasks.encode(model, a) + tasks.encode(model, b)) / 2
    frame = tasks.morph(model, a, b, steps=3, mode="lerp")[1]
    assert frame.tobytes() == tasks.decode(model, middle).tobytes()


def test_morph_refuses_bad_numbers_and_modes(network):
    model, face = network("face-vae"), blob((40, 40), 1)
    for steps in (1, 258, math.nan, "3"):
        with pytest.raises(ValueError, match="steps to be a number from 2 to 257"):
            tasks.morph(model, face, face, steps=steps)
    with pytest.raises(ValueError, match="slerp or lerp, got 'spline'"):
        tasks.morph(model, face, face, mode="spline")


def test_sample(network):
    model = network("face-vae")
    same, other = tasks.sample(model, 3, seed=1), tasks.sample(model, 3, seed=2)
    assert [f.size for f in same] == [(32, 32)] * 3
    assert same[0].tobytes() == tasks.sample(model, 3, seed=1)[0].tobytes() != other[0].tobytes()
    assert len({f.tobytes() for f in tasks.sample(model, 3, seed=1, temperature=0)}) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"count": 0}, "count to be a number from 1 to 64"),
        ({"count": 65}, "count"),
        ({"count": 1, "seed": -1}, "seed"),
        ({"count": 1, "temperature": math.nan}, "temperature"),
        ({"count": 1, "temperature": 2.5}, "temperature to be a number from 0 to 2, got 2.5"),
    ],
)
def test_sample_refuses(network, arguments, words):
    with pytest.raises(ValueError, match=words):
        tasks.sample(network("face-vae"), **arguments)


def test_samples_come_from_the_mixture_where_there_is_one(network):
    model = network("face-vae-plus")
    model.aggregate.means.fill_(3.0)
    model.aggregate.offset.fill_(3.0)
    draws = [
        tasks.draw(model, 400, torch.Generator().manual_seed(0), prior)
        for prior in (None, "mixture", "normal")
    ]
    assert torch.equal(draws[0], draws[1]) and draws[0].mean() > 2.8 and draws[2].mean().abs() < 0.1
    still = tasks.draw(model, 4, torch.Generator().manual_seed(0), temperature=0)
    assert torch.allclose(still, torch.full_like(still, 3.0))
    assert tasks.sample(model, 1, prior="normal")[0].size == (32, 32)


@pytest.mark.parametrize("prior", ["mixture", "uniform", ""])
def test_sample_refuses_a_prior_that_the_network_has_not(network, prior):
    with pytest.raises(ValueError, match=f"expected prior to be one of normal, got '{prior}'"):
        tasks.sample(network("face-vae"), 1, prior=prior)


def test_edit_moves_along_the_named_directions(network):
    model, face = network("face-vae-plus"), blob((40, 40), 1)
    torch.nn.init.orthogonal_(model.basis)
    model.aggregate.directions.normal_()
    model.aggregate.principal.normal_()
    z = tasks.encode(model, face)
    moved = z + 2 * model.aggregate.directions[1] - model.aggregate.principal[0]
    plain, edited = (tasks.edit(model, face, c) for c in ({}, {"Male": 2, "component_1": -1}))
    assert plain.tobytes() == tasks.decode(model, z).tobytes() != edited.tobytes()
    assert edited.tobytes() == tasks.decode(model, moved).tobytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"Grumpy": 1},
            "expected changes of Smiling, Male, Bangs, component_1, component_2, got 'Grumpy'",
        ),
        ({"Male": math.nan}, "expected Male to be a number from -5 to 5"),
        ({"Male": 6}, "expected Male"),
        ({"Male": "much"}, "expected Male"),
        (["Male"], "expected changes as"),
    ],
)
def test_edit_refuses(network, changes, words):
    with pytest.raises(ValueError, match=words):
        tasks.edit(network("face-vae-plus"), blob((40, 40), 1), changes)


def test_edit_needs_directions(network):
    with pytest.raises(ValueError, match="expected changes of nothing, got 'Smiling'"):
        tasks.edit(network("face-vae"), blob((40, 40), 1), {"Smiling": 1})
