"""Statistics of latents, figures of sets of faces, and the classifier."""

import math

import pytest
import torch

from ae_models import zoo
from ae_models.release import files
from tests.conftest import MINIATURE, config_of
from train import face_attributes, face_vae_plus, latents
from train.datasets import celeba
from train.engine import folding
from train.measures import classifier, face_sets


@pytest.fixture
def network():
    return zoo.build("face-vae-plus", **MINIATURE["face-vae-plus"]).eval()


@pytest.fixture
def judge():
    return zoo.build("face-attributes", **MINIATURE["face-attributes"]).eval()


def generator():
    return torch.Generator().manual_seed(0)


# ---- latents ----


def clusters(count=2000):
    """Two distant clusters, the second flat and turned: (N, 3), and which is which."""
    second = torch.rand(count) < 0.25
    flat = torch.randn(count, 3) * torch.tensor([2.0, 0.2, 1.0])
    return torch.where(second[:, None], flat + 8, torch.randn(count, 3) - 2), second


def test_the_mixture_finds_clusters():
    z, second = clusters()
    weights, means, factors = latents.mixture(z, 2, generator())
    order = weights.argsort()
    assert weights[order[0]] == pytest.approx(second.float().mean().item(), abs=0.02)
    assert torch.allclose(means[order], torch.tensor([[8.0] * 3, [-2.0] * 3]), atol=0.3)
    deviations = (factors @ factors.mT)[order[0]].diagonal().sqrt()
    assert deviations[1] < 0.6 < deviations[2] < deviations[0]


def test_more_components_fit_better_and_the_density_is_one():
    z, _ = clusters()
    one, two = (
        latents.joint_log_density(z, *latents.mixture(z, k, generator())).logsumexp(1).mean()
        for k in (1, 2)
    )
    assert two > one + 1
    standard = torch.ones(1), torch.zeros(1, 3), torch.eye(3)[None]
    expected = torch.distributions.Normal(0, 1).log_prob(z).sum(1, keepdim=True)
    assert torch.allclose(latents.joint_log_density(z, *standard), expected, atol=1e-4)


def test_the_rest_of_a_latent_is_linear_in_the_first_numbers():
    first = torch.randn(5000, 2)
    rest = torch.stack([3 + 2 * first[:, 0], -1 + 0.5 * torch.randn(5000)], 1)
    offset, slope, spread = latents.given_the_first(torch.cat([first, rest], 1), 2)
    assert torch.allclose(offset, torch.tensor([3.0, -1]), atol=0.05)
    assert torch.allclose(slope, torch.tensor([[2.0, 0], [0, 0]]), atol=0.05)
    assert spread[1, 1] == pytest.approx(0.5, rel=0.05) and spread[0, 0] < 0.1


def test_an_attributes_direction_leaves_what_goes_along_with_it_alone():
    """Lipstick goes with makeup, but each has a place of its own in the latent."""
    makeup = torch.rand(4000) < 0.5
    lipstick = torch.where(torch.rand(4000) < 0.9, makeup, ~makeup)
    truth = torch.stack([makeup, lipstick], 1)
    z = truth.float() @ torch.tensor([[2.0, 0, 0], [0, 3, 0]]) + 0.1 * torch.randn(4000, 3)
    found = latents.attribute_directions(z, truth)
    assert torch.allclose(found, torch.tensor([[2.0, 0, 0], [0, 3, 0]]), atol=0.05)


def test_principal_directions_change_pictures_most():
    z = torch.randn(3000, 3) * torch.tensor([1.0, 2.0, 5.0])
    pictures = z @ torch.tensor([[9.0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]])
    first, second = latents.principal_directions(z, pictures, 2)
    assert torch.allclose(first.abs(), torch.tensor([1.0, 0, 0]), atol=0.15)
    assert torch.allclose(second.abs(), torch.tensor([0.0, 2, 0]), atol=0.15)


def test_fit_fills_the_aggregate(network, pictures, monkeypatch):
    monkeypatch.setattr(celeba, "faces_with_attributes", small(celeba.faces_with_attributes))
    latents.fit(network, pictures)
    for name, buffer in network.aggregate.named_buffers():
        assert torch.isfinite(buffer).all() and buffer.abs().sum() > 0, name
    assert network.aggregate.weights.sum() == pytest.approx(1)


def test_a_release_is_fitted_anew(network, pictures, tmp_path, monkeypatch, capsys):
    for name in ("faces", "faces_with_attributes"):
        monkeypatch.setattr(celeba, name, small(getattr(celeba, name)))
    files.save(tmp_path, network.state_dict(), config_of(latents.SLUG, network))
    before = (tmp_path / files.WEIGHTS).read_bytes()
    latents.main(pictures, tmp_path, [1, 2])
    assert (
        capsys.readouterr().out.count(" nats") == 3
        and (tmp_path / files.WEIGHTS).read_bytes() == before
    )
    latents.main(pictures, tmp_path, None)
    assert capsys.readouterr().out.count(" nats") == 2
    assert zoo.load_release(tmp_path, latents.SLUG).aggregate.directions.abs().sum() > 0


def test_half_of_the_latents_in_training_keep_all_of_their_numbers():
    kept = face_vae_plus.numbers_kept(4000, torch.Generator().manual_seed(0)).flatten()
    assert 0.47 < (kept == 512).float().mean() < 0.53
    fewer = kept[kept < 512]
    assert fewer.min() == 8 and 0.45 < (fewer < 64).float().mean() < 0.55  # each doubling alike


@torch.no_grad()
def test_a_blurred_face_teaches_nothing_finer_than_half_its_size(network):
    network.mean_face.fill_(0.55)
    fine = torch.tensor([[0.1, -0.1], [-0.1, 0.1]]).repeat(16, 16)
    x, whole = 0.5 + 0.1 * torch.rand(1, 3, 32, 32), torch.full((1, 1, 1, 1), 9.0)

    def loss(x, sharp):
        return face_vae_plus.loss(network, (x, torch.full((1, 1, 1, 1), sharp), whole), 0.0)[0]

    assert loss(x + fine, 0) == pytest.approx(loss(x, 0).item(), rel=1e-4)
    assert loss(x + fine, 1) > 1.2 * loss(x, 1) > 1.2 * loss(x, 0)


@torch.no_grad()
def test_numbers_that_are_left_out_do_not_reach_the_face(network):
    network.basis.copy_(torch.linalg.qr(torch.randn(network.basis.T.shape)).Q.T)
    network.mean_face.fill_(0.5)
    x = torch.rand(1, 3, 32, 32)
    errors = [
        face_vae_plus.loss(network, (x, torch.ones(1, 1, 1, 1), torch.full((1, 1, 1, 1), n)), 0.0)
        for n in (0.0, 4.0, 9.0)
    ]
    none, some, every = (parts["reconstruction"].item() for _, parts in errors)
    assert none > some > every
    mean = (x - 0.5).square().sum().item()
    assert none == pytest.approx(mean, rel=1e-4)


def test_a_grid_is_what_all_cells_share_and_no_detail_of_one():
    torch.manual_seed(0)
    smooth = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    cell = 0.1 * torch.randn(1, 3, 4, 4)
    tiled, anywhere = cell.repeat(1, 1, 16, 16), 0.1 * torch.randn(1, 3, 64, 64)
    flat, detailed, gridded = (
        face_vae_plus.grid(smooth + x).item() for x in (0 * tiled, anywhere, tiled)
    )
    assert flat < 0.02 < 4 * detailed < gridded


def test_what_makes_faces_sharp_is_learned_from_sharp_ones_of_all_numbers(network):
    network.train()
    rows = [torch.rand(4, 3, 32, 32), torch.ones(4, 1, 1, 1), torch.full((4, 1, 1, 1), 9.0)]
    rows[1][2], rows[2][3] = 0, 4
    total, parts = face_vae_plus.sharpen(network, rows, 0.0)
    added = sum(weight * parts[name] for name, weight in face_vae_plus.WEIGHTS.items())
    plain = parts["reconstruction"] + face_vae_plus.BETA * parts["kl"]
    assert total.item() == pytest.approx((plain + added).item(), rel=1e-5) and added > 0
    assert set(face_vae_plus.sharpen(network.eval(), rows, 1.0)[1]) == {"reconstruction", "kl"}
    torch.manual_seed(0)
    before = face_vae_plus.sharpen(network.train(), rows, 0.0)[1]
    rows[0] = rows[0].clone()
    rows[0][2:] = rows[0][2:].flip(3)
    torch.manual_seed(0)
    after = face_vae_plus.sharpen(network, rows, 0.0)[1]
    assert all(before[name] == after[name] for name in ("unlike", "moments", "strokes", "weave"))
    rows[1][:] = 0
    assert set(face_vae_plus.sharpen(network, rows, 0.0)[1]) == {"reconstruction", "kl"}


def small(read):
    """A reader of CelebA whose faces fit the miniature network."""

    def shrunk(root, split):
        faces, *rest = read(root, split)
        return (faces[:, :, ::4, ::4].contiguous(), *rest)

    return shrunk


# ---- sets of faces ----


def test_frechet_distance_of_known_distributions():
    a = torch.randn(200_000, 3)
    assert face_sets.frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert face_sets.frechet(a, a + torch.tensor([3.0, 0, 4])) == pytest.approx(25, rel=1e-4)
    assert face_sets.frechet(a, 3 * torch.randn(200_000, 3)) == pytest.approx(
        3 * (3 - 1) ** 2, rel=0.03
    )


def test_distances_rise_with_what_is_wrong(judge, monkeypatch):
    monkeypatch.setattr(face_sets, "GROUP", 20)
    faces = torch.randint(0, 256, (400, 3, 16, 16), dtype=torch.uint8)
    people = torch.arange(400, dtype=torch.int32)[:, None, None, None]
    distances = face_sets.Distances(judge, (faces, torch.zeros(400, 40, 1, 1), people))
    assert len(distances.reference) == 200 - 4 * 20
    real, gray = distances.real(), distances.of(lambda group: torch.full((20, 3, 16, 16), 0.5))
    assert real["low"] <= real["value"] <= real["high"] < gray["value"]


def test_nearest_sees_a_copy():
    train = torch.randint(0, 256, (20, 3, 64, 64), dtype=torch.uint8)
    shown = torch.stack([train[7].float() / 255, torch.ones(3, 64, 64)])
    copy, other = face_sets.nearest(shown, train)
    assert copy < 1e-3 and 0.3 < other < 0.7


def test_even_morphs_of_a_straight_decoder():
    class Straight(torch.nn.Module):
        def decode(self, z):
            return 0.5 + 0.1 * z[:, :, None, None].expand(-1, -1, 4, 4)

    circle = torch.eye(3) * 2
    assert torch.allclose(face_sets.unevenness(Straight(), circle), torch.ones(3), atol=0.01)


def test_edits_are_counted_in_the_direction_asked_for(network, judge):
    network.basis.copy_(torch.linalg.qr(torch.randn(network.basis.T.shape)).Q.T)
    network.aggregate.directions.normal_()
    truth = torch.randint(0, 2, (8, 40))
    z = torch.randn(8, network.config.latent)
    rows = face_sets.edits(network, judge, z, truth)
    assert list(rows) == list(MINIATURE["face-vae-plus"]["attributes"])
    network.aggregate.directions.neg_()
    again = face_sets.edits(network, judge, z, 1 - truth)["Smiling"]
    assert torch.allclose(again["edit_own"], -rows["Smiling"]["edit_own"], atol=1e-4)
    assert torch.allclose(again["edit_others"], rows["Smiling"]["edit_others"], atol=1e-4)
    assert again["edit_own"].shape == (8,) and (again["edit_others"] > 0).all()


# ---- the classifier ----


def test_the_classifier_takes_pictures_of_any_size(judge):
    x = torch.rand(2, 3, 16, 16)
    assert judge(x).shape == (2, 40) and judge.features(x).shape == (2, 6)
    assert torch.allclose(
        judge(x), judge(x.repeat_interleave(2, 2).repeat_interleave(2, 3)), atol=1e-5
    )


def test_its_norm_folds_into_its_convolutions():
    network = folding.add_norm(zoo.build("face-attributes", **MINIATURE["face-attributes"]))
    x = torch.rand(8, 3, 16, 16)
    network(x)
    before = network.eval()(x)
    assert torch.allclose(folding.fold(network)(x), before, atol=1e-5)


def test_it_is_trained_on_one_half_of_the_people(pictures):
    faces, attributes = face_attributes.read(pictures, "train")
    whole, _, people = celeba.faces_with_attributes(pictures, "train")
    assert 0 < len(faces) == len(attributes) == (people % 2 == classifier.HALF).sum() < len(whole)
    assert len(face_attributes.read(pictures, "val")[0]) == 3
    loss, _ = face_attributes.loss(
        zoo.build("face-attributes"), face_attributes.prepare((faces, attributes)), 0.0
    )
    assert loss.item() == pytest.approx(math.log(2), abs=0.2)
    assert face_attributes.augment((faces, attributes), generator())[0].shape[2:] == (64, 64)


def test_the_shipped_classifier_beats_the_majority():
    measured = files.check(zoo.WEIGHTS / "face-attributes")["metrics"]
    (majority,) = measured["baselines"].values()
    for name, figure in measured["metrics"].items():
        assert figure["low"] > majority[name]["high"], name
    card = (zoo.WEIGHTS / "face-attributes" / files.CARD).read_text()
    assert "Made to measure the face networks" in card and "docs/" not in card
    assert zoo.load("face-attributes")(torch.rand(1, 3, 128, 128)).shape == (
        1,
        len(celeba.ATTRIBUTES),
    )
