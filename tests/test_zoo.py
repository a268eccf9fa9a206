"""Every network of the table: a new row is tested for free."""

import importlib
import json
import math
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from ae_models import zoo
from ae_models.face import align
from ae_models.layers import Posterior
from ae_models.release import card, files
from tests.conftest import MINIATURE, config_of

SLUGS = list(zoo.BY_SLUG)
LATENTS = {  # of the design, for one picture
    "face-sketch": (1, 512, 4, 4),
    "face-sketch-plus": (1, 256, 16, 16),
    "sketch-face-plus": (1, 256, 16, 16),
    "sketch-color": (1, 128, 32, 32),
    "sketch-color-plus": (1, 256, 8, 8),
    "photo-color": (1, 256, 16, 16),
    "photo-color-plus": (1, 256, 5, 5),
    "photo-color-rgb": (1, 256, 16, 16),
    "dcae": (1, 16, 8, 8),
    "dcae-plus": (1, 16, 8, 8),
    "face-vae": (1, 128),
    "face-vae-plus": (1, 512),
}
EVERY = [*SLUGS, *zoo.INSTRUMENTS]
# A small network, and one of nested modules and buffers
DAMAGED = [
    "sketch-color",
    "face-vae-plus",
]


@pytest.fixture(params=SLUGS)
def slug(request):
    return request.param


@pytest.fixture
def network(slug):
    return zoo.build(slug, **MINIATURE[slug])


def batch(network, count=2):
    low, high = network.value_range
    return (
        torch.rand(count, network.channels, network.config.size, network.config.size) * (high - low)
        + low
    )


def latent(encoded):
    return encoded.mode() if isinstance(encoded, Posterior) else encoded


def coarsest(z):
    return z[-1] if isinstance(z, list) else z


def test_shapes(slug, network):
    x, cell = batch(network), 4 if slug == "photo-color-plus" else 1
    out = {"photo-color": 2, "photo-color-plus": 2, "face-sketch-plus": 1}.get(slug, 3)
    z = latent(network.encode(x))
    assert (
        network.decode(z).shape
        == network(x).shape
        == (2, out, x.shape[2] // cell, x.shape[3] // cell)
    )


@pytest.mark.parametrize("slug", LATENTS)
def test_the_full_size_network_has_the_designs_latent(slug):
    with torch.device("meta"):
        network = zoo.build(slug)
        z = coarsest(latent(network.encode(batch(network, 1))))
    assert z.shape == LATENTS[slug]


def test_forward_is_decode_of_encode(network):
    x = batch(network)
    network.eval()
    with torch.no_grad():
        assert torch.equal(network(x), network.decode(latent(network.encode(x))))


def test_every_parameter_gets_a_gradient(network):
    network.train()
    with torch.no_grad():
        for parameter in network.parameters():  # heads that start at zero pass nothing on
            parameter.add_(0.01 * torch.randn_like(parameter))
    x = batch(network, 4)
    for name, parameter in network.named_parameters():
        if "film" in name:
            # It starts without effect, and lets none through to what it takes
            nn.init.normal_(parameter)
    steering = {"palette": torch.rand(4, 5, 4)} if hasattr(network, "suggest") else {}
    loss = network(x, **steering).square().mean()
    if isinstance(encoded := network.encode(x), Posterior):
        loss = loss + encoded.kl().mean()
    if hasattr(network, "suggest"):
        loss = loss + network.suggest(encoded).square().mean()
    if hasattr(network, "bits"):  # rounding steps and prior
        loss = loss + sum(network.bits(network.quantize(encoded, r), r).mean() for r in range(1, 6))
    loss.backward()
    fitted_later = "context."  # tests/codec/test_context.py
    missing = [
        name
        for name, p in network.named_parameters()
        if not name.startswith(fitted_later) and (p.grad is None or not p.grad.abs().sum() > 0)
    ]
    assert not missing


def test_deterministic_in_eval_mode(network):
    network.eval()
    x = batch(network)
    with torch.no_grad():
        assert torch.equal(network(x), network(x))


def test_training_mode_of_a_vae_draws_and_eval_does_not():
    network = zoo.build("face-vae", **MINIATURE["face-vae"])
    x = batch(network)
    assert not torch.equal(network(x), network(x))


@pytest.fixture
def release(slug, network, tmp_path):
    for parameter in network.parameters():
        parameter.data = parameter.data.half().float()  # what half precision holds exactly
    files.save(tmp_path / slug, network.state_dict(), config_of(slug, network))
    return tmp_path / slug


@pytest.mark.parametrize("slug", EVERY)
def test_save_and_load_bit_exact(slug, network, release):
    loaded = zoo.load_release(release, slug)
    assert not loaded.training
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, loaded.state_dict()[name]), name
    assert sorted(f.name for f in release.iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
    ]


@pytest.fixture
def large(monkeypatch):
    """Every matrix and filter counts as large."""
    monkeypatch.setattr(files, "LARGE", 1)


@pytest.mark.parametrize("slug", ["face-vae"])
def test_large_tensors_are_stored_in_8_bits(slug, network, tmp_path, large):
    files.save(tmp_path, network.state_dict(), config_of(slug, network))
    stored = load_file(tmp_path / files.WEIGHTS)
    loaded = zoo.load_release(tmp_path, slug)
    for name, tensor in network.state_dict().items():
        apart = (tensor - loaded.state_dict()[name]).abs().flatten(1 if tensor.ndim > 1 else 0)
        if tensor.ndim > 1:
            assert stored[name].dtype == torch.int8
            step = tensor.abs().flatten(1).amax(1, keepdim=True) / 127
            assert (apart <= 0.501 * step).all() and apart.max() > 0
        else:
            assert apart.max() <= 1e-3 * tensor.abs().max()
    again = tmp_path / "again"
    files.save(again, loaded.state_dict(), config_of(slug, loaded))
    for name, tensor in load_file(again / files.WEIGHTS).items():
        assert torch.allclose(tensor.float(), stored[name].float(), rtol=1e-5), name


@pytest.mark.parametrize("slug", ["dcae"])
@pytest.mark.parametrize("change", [lambda scale: None, lambda scale: scale[:-1]])
def test_8_bits_without_their_scales_are_refused(slug, network, tmp_path, large, change):
    files.save(tmp_path, network.state_dict(), config_of(slug, network))
    tensors = load_file(tmp_path / files.WEIGHTS)
    name = next(k for k in tensors if k.endswith(files.SCALE))
    scale = change(tensors.pop(name))
    reseal(tmp_path, tensors | ({} if scale is None else {name: scale}))
    with pytest.raises(ValueError, match="expected a scale for each row of"):
        zoo.load_release(tmp_path, slug)


def damage(release, name, change):
    path = release / name
    path.write_bytes(change(path.read_bytes()))


def flip_last_bit(data):
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("slug", DAMAGED)
@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("model.safetensors", flip_last_bit, "expected sha256"),
        ("model.safetensors", lambda d: d[: len(d) // 2], "expected sha256"),
        ("model.safetensors", None, "cannot be read"),
        ("config.json", None, "cannot be read"),
        ("config.json", lambda d: d[: len(d) // 2], "expected JSON"),
        ("config.json", lambda d: d.replace(b'"sha256"', b'"sha"'), "missing keys"),
        ("config.json", lambda d: b"[]", "JSON object"),
        (
            "config.json",
            lambda d: json.dumps(json.loads(d) | {"extra": 1}).encode(),
            "unknown keys",
        ),
        (
            "config.json",
            lambda d: json.dumps(json.loads(d) | {"input_size": "x"}).encode(),
            "input_size to be int",
        ),
        (
            "config.json",
            lambda d: json.dumps(json.loads(d) | {"arguments": {"wrong": 1}}).encode(),
            "arguments do not fit",
        ),
    ],
)
def test_damaged_release_is_refused_by_name(slug, release, name, change, words):
    if change is None:
        (release / name).unlink()
    else:
        damage(release, name, change)
    with pytest.raises(ValueError, match=words) as caught:
        zoo.load_release(release, slug)
    assert name in str(caught.value) and "git checkout" in str(caught.value)


def reseal(release, tensors):
    """Write other tensors with a hash that fits, so that only what they are can be wrong."""
    config = files.read_config(release)
    config.pop("sha256")
    save_file(tensors, release / "model.safetensors")
    import hashlib

    digest = hashlib.sha256((release / "model.safetensors").read_bytes()).hexdigest()
    (release / "config.json").write_text(json.dumps(config | {"sha256": digest}))


@pytest.mark.parametrize("slug", DAMAGED)
@pytest.mark.parametrize("kind", ["missing", "unknown", "shape", "nan"])
def test_tensors_that_do_not_fit_are_refused(slug, release, kind):
    tensors = load_file(release / "model.safetensors")
    name = next(n for n, t in tensors.items() if t.is_floating_point())
    if kind == "missing":
        del tensors[name]
    elif kind == "unknown":
        tensors["more"] = torch.zeros(1)
    elif kind == "shape":
        tensors[name] = tensors[name][:-1].contiguous()
    else:
        tensors[name] = torch.full_like(tensors[name], math.nan)
    reseal(release, tensors)
    with pytest.raises(ValueError, match="NaN" if kind == "nan" else "does not fit"):
        zoo.load_release(release, slug)


@pytest.mark.parametrize("slug", DAMAGED)
def test_release_of_another_system_is_refused(slug, release):
    other = SLUGS[SLUGS.index(slug) - 1]
    with pytest.raises(ValueError, match=f"expected the release of {other}"):
        zoo.load_release(release, other)


@pytest.mark.parametrize("slug", DAMAGED)
def test_saving_weights_that_are_not_finite_writes_nothing(slug, network, tmp_path):
    next(network.parameters()).data.fill_(1e9)  # infinite in half precision
    with pytest.raises(ValueError, match="NaN or infinity"):
        files.save(tmp_path / "bad", network.state_dict(), config_of(slug, network))
    assert not (tmp_path / "bad").exists()


def test_unknown_slug():
    for function in (zoo.load, zoo.build, zoo.row):
        with pytest.raises(ValueError, match="expected one of face-sketch"):
            function("nothing")


def test_a_row_names_what_exists():
    for slug in EVERY:
        row = zoo.row(slug)
        assert row.slug == slug and row.config.__name__.endswith("Config")
        assert row.data.pose in ("", *align.POSES)
    assert {zoo.row(slug).kind for slug in SLUGS} == {"classic", "plus", "rgb"}
    kinds = [(row.system, row.kind) for row in zoo.ROWS]
    assert len(set(kinds)) == len(kinds)
    assert not zoo.INSTRUMENTS.keys() & zoo.BY_SLUG.keys()


def test_a_row_writes_the_facts_of_its_card():
    about = {"summary": "s", "limits": "l", "example": "e"}
    face, photo, judge = (
        zoo.row(slug).card(about) for slug in ("face-vae", "photo-color", "face-attributes")
    )
    assert "real people" in face["use"] and "real people" not in photo["use"] + judge["use"]
    assert face["datasets"] == ["flwrlabs/celeba"] and photo["datasets"] == []
    assert face["sheet"] == "../../docs/face-vae.webp" and judge["sheet"] == ""
    assert "autoencoder" in face["tags"] and "autoencoder" not in judge["tags"]
    assert "non-commercial" in judge["terms"] and judge["task"] == "image-classification"


# ---- the weights that ship ----


@pytest.mark.parametrize("slug", EVERY)
def test_shipped_weights_load_once(slug):
    network = zoo.load(slug)
    assert network is zoo.load(slug)
    assert not network.training and not any(p.requires_grad for p in network.parameters())
    kernels = [p for p in network.parameters() if p.ndim == 4]
    assert kernels and all(p.is_contiguous(memory_format=torch.channels_last) for p in kernels)


@pytest.mark.parametrize("slug", EVERY)
def test_shipped_card_follows_from_the_config(slug):
    folder = zoo.WEIGHTS / slug
    config = files.read_config(folder)
    assert (folder / files.CARD).read_text() == card.render(config)
    recipe = importlib.import_module(f"train.{slug.replace('-', '_')}").RECIPE
    row = zoo.row(slug)
    assert config["card"] == row.card(recipe.about), "run the recipe again, or write its texts"
    assert config["training"]["data"] == row.data.name


@pytest.mark.parametrize("slug", EVERY)
def test_shipped_config_says_how_it_was_made_and_what_was_measured(slug):
    config = files.read_config(zoo.WEIGHTS / slug)
    assert {"command", "data", "epochs", "steps", "seconds", "seed", "commit", "curve"} <= config[
        "training"
    ].keys()
    measured = config["metrics"]
    assert measured["images"] >= 40 and measured["baselines"]
    for figure in measured["metrics"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]


def test_all_weights_stay_under_the_limit():
    assert sum(f.stat().st_size for f in zoo.WEIGHTS.rglob("*") if f.is_file()) < 120e6
    assert shutil.which("git") is None or not list(zoo.WEIGHTS.rglob("*.pt"))
