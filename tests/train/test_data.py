import pickle
import shutil
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from ae_models import color
from train.datasets import augmentation, celeba, files, readers

READERS = {
    "cufs": (readers.cufs, [(3, 250, 200), (1, 250, 200)]),
    "sketch2photo": (readers.sketch2photo, [(1, 128, 128), (3, 128, 128)]),
    "landscape": (readers.landscape, [(3, 128, 128)]),
    "cifar10": (readers.cifar10, [(3, 32, 32)]),
    "celeba": (celeba.faces, [(3, 128, 128)]),
    "photos": (readers.photos, [(3, 128, 128)]),
    "lfw": (readers.lfw, [(3, 128, 128)]),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_splits(pictures, name, split):
    read, shapes = READERS[name]
    tensors = read(pictures, split)
    assert [tuple(t.shape[1:]) for t in tensors] == shapes
    assert all(t.dtype == torch.uint8 and len(t) == len(tensors[0]) > 0 for t in tensors)


@pytest.mark.parametrize("name", READERS)
def test_the_sets_own_folder_is_found_too(pictures, name):
    read, _ = READERS[name]
    for a, b in zip(read(pictures, "val"), read(pictures / name, "val")):
        assert torch.equal(a, b)


@pytest.mark.parametrize("name", ["landscape", "cifar10", "sketch2photo", "photos", "lfw"])
def test_train_and_val_share_no_picture(pictures, name):
    read, _ = READERS[name]
    rows = [{x.numpy().tobytes() for x in read(pictures, split)[-1]} for split in ("train", "val")]
    assert rows[0] and rows[1]
    assert len(rows[0]) + len(rows[1]) == len(rows[0] | rows[1])


def test_long_photographs_give_both_ends_for_training_and_their_middle_for_measuring(tmp_path):
    for split in ("train", "val", "test"):
        for name, size in (("wide", (256, 160)), ("tall", (160, 200)), ("square", (160, 160))):
            across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
            ramp = Image.fromarray(np.uint8(across if size[0] > size[1] else down))
            (tmp_path / split).mkdir(exist_ok=True)
            ramp.save(tmp_path / split / f"{name}.png")
    (train,), (middle,) = (readers.photos(tmp_path, split) for split in ("train", "test"))
    assert len(train) == 5 and len(middle) == 3
    tall, wide = train[1:3], train[3:]  # by name: square first
    assert [round(x.float().mean().item()) for x in (*tall, *wide)] == pytest.approx(
        [79, 119, 79, 175], abs=2
    )
    assert middle.float().mean((1, 2, 3)).tolist() == pytest.approx([79.5, 99.5, 127.5], abs=2)
    shapes = sorted(tuple(x.shape) for x in readers.whole_photos(tmp_path, "test"))
    assert shapes == [(3, 160, 160), (3, 160, 256), (3, 200, 160)]


def test_small_faces_of_celeba_can_be_left_out(pictures):
    (every,), (large,) = (
        celeba.faces(pictures, "train"),
        celeba.faces(pictures, "train", half=False),
    )
    assert len(large) == 6 and len(every) == 34 and torch.equal(every[:6], large)


def test_sets_are_mixed_in_their_shares_and_all_rows_used_evenly():
    parts = [
        torch.full((n, 1), i) + torch.arange(n)[:, None] / 1000 for i, n in enumerate((10, 60, 30))
    ]
    mixed = files.mixed(parts, (0.35, 0.4, 0.25), 500).flatten()
    assert [(mixed.long() == i).sum().item() for i in range(3)] == [35, 40, 25]
    assert mixed[:35].unique(return_counts=True)[1].tolist() == [4, 3] * 5
    assert len(mixed[35:].unique()) == 65
    assert len(files.mixed(parts, (0.35, 0.4, 0.25), 20)) == 20
    assert len(files.mixed(parts, (0.35, 0.4, 0.25), 500)) == 100


def test_missing_faces_are_named(tmp_path):
    with pytest.raises(ValueError, match="found none in .*lfw"):
        readers.lfw(tmp_path, "train")


@pytest.mark.parametrize("name", [name for name in READERS if name != "lfw"])
def test_a_folder_without_the_set_is_named(tmp_path, name):
    read, _ = READERS[name]
    with pytest.raises(ValueError, match="expected a folder with") as caught:
        read(tmp_path, "train")
    assert str(tmp_path) in str(caught.value)


@pytest.fixture
def copy(pictures, tmp_path):
    """A copy of one set that may be damaged."""

    def make(name):
        return shutil.copytree(pictures / name, tmp_path / name)

    return make


# ---- pictures of one's own ----


@pytest.mark.parametrize("name", READERS)
def test_hidden_files_and_companions_are_skipped(copy, name):
    read, _ = READERS[name]
    root = copy(name)
    before = read(root, "train")
    for folder in [path for path in root.rglob("*") if path.is_dir()]:
        for junk in ("._0.jpg", "._000001.jpg", ".hidden.png", "Thumbs.db", ".DS_Store"):
            (folder / junk).write_bytes(b"no picture")
        (folder / ".trash").mkdir()
        Image.new("RGB", (16, 16)).save(folder / ".trash" / "old.png")
    for a, b in zip(before, read(root, "train"), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("every", "held_out"), [(20, ("test", "val")), (20, ("val",)), (10, ("val",))]
)
def test_ten_pictures_of_any_names_fill_every_split(every, held_out):
    for start in range(0, 2000, 10):
        stems = [f"IMG_{i}" for i in range(start, start + 10)]
        parts = [files.rows_of(part, stems, every, held_out) for part in ("train", *held_out)]
        rows = [row for part in parts for row in part]
        assert all(parts) and sorted(rows) == list(range(10))


def test_names_decide_in_a_set_that_is_large_enough():
    stems = [str(i) for i in range(1000)]
    for part, number in (("test", 0), ("val", 1)):
        rows = [i for i, stem in enumerate(stems) if zlib.crc32(stem.encode()) % 20 == number]
        assert files.rows_of(part, stems, 20, ("test", "val")) == rows


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_pictures_are_counted(tmp_path, count):
    (tmp_path / "color").mkdir()
    for i in range(count):
        Image.new("RGB", (16, 16)).save(tmp_path / "color" / f"{i}.png")
    with pytest.raises(
        ValueError, match=f"at least 3 pictures, .* train, test and val, got {count}"
    ):
        readers.landscape(tmp_path, "train")


def test_ten_pairs_of_ones_own_can_be_trained_on(tmp_path):
    """None of these names is chosen for validation by its CRC-32."""
    stems = [s for s in map(str, range(100)) if zlib.crc32(f"{s}_A".encode()) % 20][:10]
    for stem in stems:
        for part, mode in (("A/{}_A", "L"), ("B/{}_B", "RGB")):
            path = tmp_path / f"train{part.format(stem)}.png"
            path.parent.mkdir(exist_ok=True)
            Image.new(mode, (64, 64), "white").save(path)
    counts = {split: len(readers.sketch2photo(tmp_path, split)[0]) for split in ("train", "val")}
    assert counts == {"train": 9, "val": 1}


# ---- damaged sets ----


def test_missing_partner_is_named(copy):
    root = copy("sketch2photo")
    gone = sorted((root / "trainB").iterdir())[0]
    gone.unlink()
    with pytest.raises(ValueError, match="partner") as caught:
        readers.sketch2photo(root, "train")
    assert gone.stem.removesuffix("_B") + "_A.png" in str(caught.value)


def test_lines_lie_on_the_same_side_of_the_artworks_in_a_mirrored_pair(copy):
    root = copy("sketch2photo")
    x = np.arange(256)
    for path in (root / "trainA").iterdir():
        sketch, art = (
            np.uint8(255 * ~np.isin(x, columns))[None].repeat(256, 0)
            for columns in ((60, 61), (61,))
        )
        Image.fromarray(sketch).save(path)
        Image.fromarray(art).convert("RGB").save(
            root / "trainB" / f"{path.stem.removesuffix('_A')}_B.jpg", quality=95
        )

    def where(pictures):
        ink = 255 - pictures[0, 0].float()
        return ((ink * (ink > 20)).sum(0) * torch.arange(128)).sum() / (ink * (ink > 20)).sum()

    (sketches, art), (mirrored, mirrored_art) = (
        readers.sketch2photo(root, "train", m) for m in (False, True)
    )
    assert where(art) < 40 and torch.equal(mirrored_art.flip(3), art)
    for lines, own in ((sketches, art), (mirrored, mirrored_art)):
        assert where(lines) - where(own) == pytest.approx(-0.25, abs=0.1)


def test_unreadable_file_is_named(copy):
    root = copy("landscape")
    for path in (root / "color").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"\.webp: expected a"):
        readers.landscape(root, "train")


def test_empty_folder_is_named(copy):
    root = copy("celeba")
    shutil.rmtree(root / "img_align_celeba")
    (root / "img_align_celeba").mkdir()
    with pytest.raises(ValueError, match="found none in .*img_align_celeba"):
        celeba.faces(root, "train")


def test_celeba_needs_its_partition(copy):
    root = copy("celeba")
    (root / "list_eval_partition.txt").unlink()
    with pytest.raises(ValueError, match="list_eval_partition"):
        celeba.faces(root, "train")


def test_attributes_belong_to_the_faces(pictures):
    faces, attributes, people = celeba.faces_with_attributes(pictures, "test")
    assert torch.equal(faces, celeba.faces(pictures, "test")[0])
    assert people.flatten().tolist() == [109, 110, 111]  # pictures 9, 10, 11: conftest
    expected = [[(i * j) % 3 == 1 for j in range(1, 41)] for i in (9, 10, 11)]
    assert attributes.shape == (3, 40, 1, 1) and attributes.flatten(1).tolist() == expected


@pytest.mark.parametrize("name", ["list_attr_celeba.txt", "identity_CelebA.txt"])
def test_faces_without_attributes_or_person_are_named(copy, name):
    root = copy("celeba")
    lines = (root / name).read_text().splitlines()
    (root / name).write_text("\n".join(line for line in lines if not line.startswith("000010")))
    with pytest.raises(ValueError, match=r"found none for \['000010.jpg'\]"):
        celeba.faces_with_attributes(root, "test")
    (root / name).unlink()
    with pytest.raises(ValueError, match=f"expected CelebA's {name}"):
        celeba.faces_with_attributes(root, "test")


def test_other_attributes_are_refused(copy):
    path = copy("celeba") / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace("Smiling", "Frowning"))
    with pytest.raises(ValueError, match="expected the attributes"):
        celeba.faces_with_attributes(path.parent, "test")


def test_half_size_faces_are_for_training_only(pictures, copy):
    root = copy("celeba")
    with_half = len(celeba.faces(root, "train")[0])
    shutil.rmtree(root / "img_align_celeba_half")
    assert (with_half, len(celeba.faces(root, "train")[0])) == (34, 6)
    assert torch.equal(celeba.faces(root, "test")[0], celeba.faces(pictures, "test")[0])


def test_torchvisions_cifar_archive(tmp_path, monkeypatch):
    """The pickled batches that torchvision downloads; their checksums are torchvision's to
    check."""
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (40, 3072), dtype=np.uint8)
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        (folder / name).write_bytes(pickle.dumps({"data": pixels, "labels": [0] * 40}))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["airplane"]}))
    monkeypatch.setattr("torchvision.datasets.CIFAR10._check_integrity", lambda self: True)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *a: True)
    (test,) = readers.cifar10(tmp_path, "test")
    assert test.shape == (40, 3, 32, 32)
    assert torch.equal(test[0], torch.from_numpy(pixels[0].reshape(3, 32, 32)))
    assert (
        len(readers.cifar10(tmp_path, "train")[0]) + len(readers.cifar10(tmp_path, "val")[0]) == 200
    )


def test_pictures_become_floats_in_the_range_that_the_name_says():
    x = torch.tensor([0, 51, 255], dtype=torch.uint8)
    (unit,), (signed,) = files.to_unit((x,)), files.to_signed((x,))
    assert torch.allclose(unit, torch.tensor([0, 0.2, 1]), atol=1e-6)
    assert torch.allclose(signed, torch.tensor([-1, -0.6, 1]), atol=1e-6)


# ---- augmentation ----


def generator():
    return torch.Generator().manual_seed(3)


def test_flip_mirrors_all_tensors_alike():
    x = torch.randint(0, 256, (16, 3, 20, 24), dtype=torch.uint8)
    a, b = augmentation.flip((x, x[:, :1]), generator())
    assert torch.equal(a[:, :1], b) and torch.equal(
        a, augmentation.flip((x, x[:, :1]), generator())[0]
    )
    mirrored = [not torch.equal(p, q) for p, q in zip(a, x)]
    assert 2 < sum(mirrored) < 14 and torch.equal(a[mirrored], x[mirrored].flip(3))


def test_flipped_prepares_what_flip_gives():
    x = torch.randint(0, 256, (16, 3, 8, 8), dtype=torch.uint8)
    (made,) = augmentation.flipped(files.to_unit)((x,), generator())
    assert torch.equal(made, augmentation.flip((x,), generator())[0] / 255)


def test_affine_without_any_amount_is_the_identity():
    x = torch.rand(2, 3, 20, 16)
    (same,) = augmentation.affine((x,), generator(), degrees=0, zoom=0, move=0)
    assert torch.allclose(same, x, atol=1e-4)
    (squeezed,) = augmentation.affine((x,), generator(), degrees=0, zoom=0, move=0, size=(10, 8))
    assert torch.allclose(squeezed, torch.nn.functional.avg_pool2d(x, 2), atol=1e-4)


def test_affine_turns_without_shearing():
    """A disc stays a disc in a picture that is not square."""
    y, x = torch.meshgrid(torch.arange(60.0), torch.arange(40.0), indexing="ij")
    disc = (((x - 19.5) ** 2 + (y - 29.5) ** 2) < 100).float()[None, None].expand(8, -1, -1, -1)
    (turned,) = augmentation.affine((disc,), generator(), degrees=45, zoom=0, move=0)
    assert (turned - disc).abs().mean() < 0.01


def test_jitter_stays_in_range():
    x = torch.rand(4, 3, 8, 8)
    y = augmentation.jitter(x, generator(), amount=0.5)
    assert y.min() >= 0 and y.max() <= 1 and not torch.equal(x, y)


def test_points_have_the_mean_chroma_of_their_place():
    ab = torch.randn(3, 2, 40, 40) * 20
    hints = augmentation.points(ab, torch.tensor([0, 1, 20]), 5, torch.Generator().manual_seed(3))
    chroma, mask = color.unit_to_ab(hints[:, :2]), hints[:, 2]
    assert mask[0].sum() == 0 and chroma[0].abs().max() < 1e-3
    place = mask[1] > 0
    assert 9 <= place.sum() <= 25  # less at the edge
    assert torch.allclose(chroma[1][:, place], ab[1][:, place].mean(1, keepdim=True), atol=1e-3)
    assert 25 < mask[2].sum() <= 500


def test_all_16_bit_pictures_are_read(tmp_path):
    folder = tmp_path / "color"
    folder.mkdir()
    for i in range(40):
        Image.fromarray(np.full((16, 16), 256 * i, np.uint16)).save(folder / f"{i}.png")
    assert readers.landscape(tmp_path, "train")[0].float().mean((1, 2, 3)).max() > 30
