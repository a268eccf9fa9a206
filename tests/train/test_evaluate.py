import json

import pytest
import torch

from ae_models import metrics, zoo
from ae_models.photo.classic import PhotoColorConfig, PhotoColorRGB
from ae_models.release import files
from tests.conftest import MINIATURE, config_of, stems
from train import evaluate
from train.datasets import readers
from train.measures import attributes, codecs, photos, statistics, things
from train.measures.table import MEASURES

SMALL = {
    "face-vae": {"latent": 6},
    "face-vae-plus": {"latent": 9, "modeled": 6, "encoder": (4, 8), "attributes": ("Smiling",)},
    "dcae": {"width": 8, "latent": 8, "groups": 4},
}  # at the data's own size
CHROMA = {
    "mse_ab",
    "mse_ab_128",
    "psnr",
    "psnr_gain",
    "chroma_l1",
    "colorfulness_ratio",
    "variation_ratio",
}
FACES = {
    *(
        "loss",
        "reconstruction",
        "kl",
        "kl_least",
        "kl_median",
        "kl_most",
        "psnr",
        "ssim",
        "active_units",
    ),
    *("unevenness", "fd", "fd_lite0", "nearest", "sharpness", "weave", "recognized"),
}
SKETCHED = {"mae", "mae_source", "ssim", "stroke_ratio", "fd_lite0", "weave"}
METRICS = {
    "face-sketch": SKETCHED,
    "face-sketch-plus": SKETCHED,
    "sketch-face-plus": {
        *("psnr", "psnr_gain", "ssim", "mae", "fd_lite0"),
        *("psnr_gray", "fd_lite0_gray", "blue_gray"),
    },
    "sketch-color": {"mse", "psnr", "colorfulness_ratio"},
    "photo-color": CHROMA,
    "photo-color-rgb": CHROMA,
    "photo-color-plus": CHROMA | {"psnr_hints", "psnr_gain_hints", "colorfulness_ratio_hints"},
    "sketch-color-plus": {
        *("psnr_palette", "psnr_palette_10_hints", "psnr_10_hints", "psnr", "colorfulness_ratio"),
        *("psnr_pens", "psnr_left_out_pen", "psnr_256", "surprises_l1", "surprises_l1_least"),
        *("things", "things_no_weights", "things_held_out", "things_held_out_no_weights"),
    },
    "dcae": {"l1", "psnr", "ssim"},
    "dcae-plus": {
        *("l1", "psnr", "ssim", "photo_psnr", "large_photo_psnr"),
        *("bd_rate_large", "bd_rate_large_ms_ssim"),
    },
    "face-vae": FACES,
    "face-vae-plus": FACES
    | {"edit_own", "edit_others", "psnr_6", "sharpness_6", "weave_6", "recognized_6"},
}
# there where a network reaches the quality of another codec, trained or not
COMPARED = {"bytes_at_27.6", "bytes_at_32.2"} | {
    f"bd_rate_{kind}{quality}"
    for kind in ("32px", "128px", "photos")
    for quality in ("", "_ms_ssim")
}

LARGE = codecs.large_photos


@pytest.fixture(autouse=True)
def _few_and_small(monkeypatch):
    """Few samples of the bootstrap and few scenes; files of few pictures, of the large ones as
    small as MS-SSIM takes them."""
    size = (metrics.MS_SSIM_SIDE, metrics.MS_SSIM_SIDE + 16)
    monkeypatch.setattr(codecs, "large_photos", lambda: [x.resize(size) for x in LARGE()[:2]])
    monkeypatch.setattr(codecs, "MOST", dict.fromkeys(codecs.MOST, 3))
    monkeypatch.setattr(statistics, "RESAMPLES", 50)
    monkeypatch.setattr(things, "COUNT", 3)


def network(slug):
    network = zoo.build(slug, **SMALL.get(slug, MINIATURE[slug])).eval()
    network.sha256 = "ab" * 32  # as of a release: a codec writes it into its files
    return network


@pytest.mark.parametrize("slug", METRICS)
def test_every_system_is_measured_beside_its_baselines(slug, pictures):
    result = evaluate.evaluate(slug, network(slug), pictures)
    assert set(result["metrics"]) - COMPARED == METRICS[slug] and result["baselines"]
    assert result["images"] == {"photo": 2, "dcae": 26}.get(slug.split("-")[0], 3)
    for figures in [result["metrics"], *result["baselines"].values()]:
        for figure in figures.values():
            assert figure["low"] <= figure["value"] <= figure["high"]
    json.dumps(result, allow_nan=False)


def test_the_large_photos_are_there():
    assert all(min(photo.size) >= 256 for photo in LARGE())


def test_known_figures(pictures):
    result = evaluate.evaluate("sketch-color", network("sketch-color"), pictures)
    assert result["baselines"]["white picture"]["colorfulness_ratio"]["value"] == 0
    gray = evaluate.evaluate("photo-color", network("photo-color"), pictures)["baselines"][
        "gray copy"
    ]
    assert gray["colorfulness_ratio"]["value"] < 0.02 and gray["variation_ratio"]["value"] == 0
    assert gray["psnr_gain"]["value"] == 0
    assert gray["mse_ab_128"]["value"] == pytest.approx(
        gray["mse_ab"]["value"] * (255 / 128) ** 2, rel=1e-3
    )


def test_a_painted_picture_is_measured_with_its_own_lightness(pictures):
    """The error of a network that knows the photos is that of rounding."""
    test = readers.landscape(pictures, "test")
    small = (test[0][:, :, ::8, ::8].contiguous(),)

    class Knowing(PhotoColorRGB):
        def forward(self, lightness):
            return small[0].float() / 255

    results = photos.photo_color_rgb(Knowing(PhotoColorConfig(16, (4, 8, 8))), small, None)
    assert (results["network"]["psnr"] > 50).all() and (results["gray copy"]["psnr"] < 50).all()


def test_pca_and_klt_are_exact_when_all_numbers_are_kept():
    train = torch.randint(0, 256, (6, 3, 8, 8), dtype=torch.uint8)
    x = train.float() / 255
    assert torch.allclose(statistics.klt(x, x, 48), x, atol=1e-4)
    assert torch.allclose(statistics.pca(train, x, 6), x, atol=1e-4)
    few = statistics.pca(train, x, 2)
    assert 0.01 < (few - x).square().mean() < x.var()


def test_principal_components_are_those_of_the_exact_decomposition():
    rows = torch.randn(200, 30) * torch.linspace(3, 0.1, 30)
    rows = rows - rows.mean(0)
    values, basis = statistics.principal_components(rows, 4)
    _, exact, directions = torch.linalg.svd(rows, full_matrices=False)
    assert torch.allclose(values, exact[:4], rtol=1e-3)
    assert torch.allclose((basis * directions[:4].T).sum(0).abs(), torch.ones(4), atol=1e-3)


def test_the_area_under_the_curve_is_that_of_all_pairs():
    logits = torch.randn(60, 3).double().round(decimals=1)  # with equal ones
    truth = (torch.rand(60, 3) < 0.3).double()
    wins = (logits[:, None] > logits).double() + 0.5 * (logits[:, None] == logits).double()
    pairs = truth[:, None] * (1 - truth)
    expected = ((wins * pairs).sum((0, 1)) / pairs.sum((0, 1))).mean().item()
    assert attributes.auc(logits, truth) == pytest.approx(expected)
    never = torch.cat([truth, torch.zeros(60, 1)], 1)  # an attribute that nobody has is left out
    assert attributes.auc(torch.cat([logits, logits[:, :1]], 1), never) == pytest.approx(expected)


@pytest.mark.parametrize("slug", zoo.BY_SLUG)
def test_every_network_has_a_measure(slug):
    assert slug in MEASURES, f"expected a line for {slug} in train/measures/table.py, found none"


def test_bootstrap_interval_covers_the_mean_and_shrinks_with_more_pictures():
    values = torch.rand(400)
    few, many = statistics.bootstrap(values[:20], 20), statistics.bootstrap(values, 400)
    assert many["low"] < 0.5 < many["high"]
    assert many["high"] - many["low"] < few["high"] - few["low"]


def test_without_training_pictures_the_fitted_baselines_are_left_out(pictures, tmp_path, capsys):
    for part in ("testA", "testB"):
        (tmp_path / part).symlink_to(pictures / "sketch2photo" / part)
    result = evaluate.evaluate("sketch-color", network("sketch-color"), tmp_path)
    assert set(result["baselines"]) == {"white picture", "the sketch itself"}
    assert "no training pictures" in capsys.readouterr().err
    fitted = evaluate.evaluate("sketch-color", network("sketch-color"), tmp_path, fit=pictures)
    assert "mean training picture" in fitted["baselines"]


def test_command_writes_the_figures_into_the_release(pictures, tmp_path, capsys):
    model = network("dcae")
    files.save(tmp_path, model.state_dict(), config_of("dcae", model))
    evaluate.main(["dcae", "--data", str(pictures), "--weights", str(tmp_path), "--write"])
    printed = json.loads(capsys.readouterr().out)
    assert files.read_config(tmp_path)["metrics"] == printed
    assert "KLT of 4x4 patches, 8 numbers each" in (tmp_path / "README.md").read_text()
    assert zoo.load_release(tmp_path, "dcae")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dcae", "--data", "/nowhere"], "error: expected a folder"),
        (["nothing", "--data", "."], "invalid choice"),
        (["dcae", "--data", ".", "--weights", "/nowhere"], "cannot be read"),
    ],
)
def test_bad_command_lines_end_in_one_sentence(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        evaluate.main(arguments)
    assert caught.value.code and words in capsys.readouterr().err + str(caught.value)


def test_drawn_names_fall_on_their_splits():
    assert len(stems(12, 20, (0, 1))) == 16
