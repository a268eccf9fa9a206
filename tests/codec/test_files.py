"""Files of the codec: round trip, damage, and bit-exact decoding."""

import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ae_models import images, metrics, tasks, zoo
from ae_models.codec import file
from ae_models.codec import tasks as codec
from tests.conftest import MINIATURE
from tests.pictures import blob
from tests.test_imports import ROOT

DATA = Path(__file__).parent / "data"
STORED = {  # name -> sha256 of the integers, computed by the process that wrote the file
    "face-09.aes": "fb765b3ced080606992296d94cd03905f2ae2c1d8be6176f8597a0360d91030e",
    "landscape-lake.aes": "32d274f78df381c6e52ea4a613935eb9f7b8797d0bec6344e903e42b5492a899",
    "landscape-glacier.aes": "de21b1ffd555fcbbbd28181464b007b7fa11900e79403f28e75d7457205fab37",
}


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = zoo.build("dcae-plus", **MINIATURE["dcae-plus"]).eval().requires_grad_(False)
    network.sha256 = "ab" * 32
    return network


def digest(q: torch.Tensor) -> str:
    return hashlib.sha256(q.contiguous().numpy().tobytes()).hexdigest()


def of_file(data: bytes) -> torch.Tensor:
    return codec.integers(zoo.load("dcae-plus"), *file.unpack(data))


# ---- round trip ----


@pytest.mark.parametrize("size", [(8, 8), (32, 32), (21, 50), (130, 9)])
@pytest.mark.parametrize("rate", [1, 5])
def test_a_file_gives_what_reconstruct_gives(network, monkeypatch, size, rate):
    monkeypatch.setitem(zoo._cache, "dcae-plus", network)
    picture = blob(size, 2)
    again = tasks.decompress(tasks.compress(network, picture, rate))
    expected = tasks.reconstruct(network, picture, rate)
    assert again.size == size
    assert np.abs(np.asarray(again, int) - np.asarray(expected, int)).max() <= 1


def test_eight_bytes_beside_the_payload(network):
    header = file.Header("abab", 3, 32, 32)
    assert len(file.pack(header, b"")) == 8
    assert file.unpack(file.pack(header, b"xyz")) == (header, b"xyz")


def test_a_size_of_four_bytes_and_sizes_that_no_file_may_have():
    for size in ((8, 65535), (5000, 5000), (300, 128)):
        header = file.Header("0123", 1, *size)
        assert file.unpack(file.pack(header, b""))[0] == header
    for size in ((7, 100), (8, 70000), (8000, 8000)):
        with pytest.raises(ValueError, match="expected sides of 8 to"):
            file.unpack(file.pack(file.Header("0123", 1, *size), b""))


def test_refinement_never_costs_and_stays_a_file(network, monkeypatch):
    from ae_models.codec import refinement

    picture = blob((72, 40), 4)
    x, latent = images.to_tensor(picture), tasks.encode(network, picture, 2)
    losses = []
    for steps in (0, 3, 12):
        q = refinement.refined(network, latent, x, 2, steps)
        losses.append(refinement.lagrangian(network, q.float(), x, 2)[0])
        assert q.dtype == torch.int32
    assert losses[2] <= losses[1] <= losses[0] and losses[2] < losses[0]
    monkeypatch.setattr(refinement, "TILE", 8)
    monkeypatch.setattr(refinement, "HALO", 4)
    q = refinement.refined(network, latent, x, 2, 3)
    assert refinement.lagrangian(network, q.float(), x, 2)[0] < losses[0]


def test_only_a_quantizing_network_of_a_release_writes_files(network):
    with pytest.raises(ValueError, match="quantizes"):
        tasks.compress(zoo.build("dcae", **MINIATURE["dcae"]).eval(), blob((16, 16), 0))
    for arguments in ({"rate": 0}, {"rate": 6}, {"refine": -1}, {"refine": 10**6}):
        with pytest.raises(ValueError, match="expected r"):
            tasks.compress(network, blob((16, 16), 0), **arguments)
    network.sha256 = ""
    with pytest.raises(ValueError, match="of a release"):
        tasks.compress(network, blob((16, 16), 0))


# ---- damage ----


def test_damaged_and_foreign_files_end_in_one_sentence_at_once():
    data = tasks.compress(zoo.load("dcae-plus"), blob((48, 40), 1), 3)
    generator, start = random.Random(0), time.process_time()
    for _ in range(500):
        damaged = bytearray(data)
        kind = generator.randrange(4)
        if kind == 0:
            for _ in range(generator.randint(1, 4)):
                damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        elif kind == 1:
            del damaged[generator.randrange(len(damaged)) :]
        elif kind == 2:
            damaged += generator.randbytes(generator.randint(1, 9))
        else:
            damaged[generator.randrange(len(damaged)) :] = generator.randbytes(12)
        if damaged != data:
            with pytest.raises(ValueError, match="expected"):
                tasks.decompress(bytes(damaged))
    assert time.process_time() - start < 60
    for foreign in (b"", b"\x89PNG\r\n\x1a\n" + bytes(99), bytes(50), "text", None):
        with pytest.raises(ValueError, match="expected"):
            tasks.decompress(foreign)


def test_a_header_that_lies_about_the_size_is_refused_at_once():
    header, payload = file.unpack(tasks.compress(zoo.load("dcae-plus"), blob((48, 40), 1), 3))
    start = time.process_time()
    lie = file.Header(header.network, 3, 5000, 5000)
    with pytest.raises(ValueError, match="of a picture of this size"):
        tasks.decompress(file.pack(lie, payload))
    assert time.process_time() - start < 1


def test_payloads_with_a_right_checksum_decode_to_a_picture_or_a_sentence():
    model = zoo.load("dcae-plus")
    header, payload = file.unpack(tasks.compress(model, blob((48, 40), 1), 3))
    generator = random.Random(1)
    for _ in range(20):
        noise = generator.randbytes(generator.randint(0, 2 * len(payload)))
        try:
            picture = tasks.decompress(file.pack(header, noise))
        except ValueError:
            continue
        assert picture.size == (48, 40)


def test_files_of_a_later_format_are_refused(monkeypatch):
    monkeypatch.setattr(file, "VERSION", 2)
    later = file.pack(file.Header("0123", 1, 32, 32), bytes(9))
    monkeypatch.undo()
    with pytest.raises(ValueError, match="expected version 1 of the .aes format, got 2"):
        file.unpack(later)


def test_a_file_of_another_release_names_it():
    header = file.Header("0000", 3, 32, 32)
    with pytest.raises(ValueError, match=r"dcae-plus \w{4}, got one of release 0000; get"):
        tasks.decompress(file.pack(header, bytes(20)))
    with pytest.raises(ValueError, match="of this network, got one of 0000"):
        codec.decompress(zoo.load("dcae-plus"), header, bytes(20))
    header = file.Header(zoo.load("dcae-plus").sha256[:4], 9, 32, 32)
    with pytest.raises(ValueError, match="of this network"):
        tasks.decompress(file.pack(header, bytes(20)))


# ---- the same to the bit everywhere ----


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.filterwarnings("ignore:TF32")
def test_stored_files_decode_the_same_to_the_bit(name, threads, onednn):
    torch.set_num_threads(threads)
    with torch.backends.mkldnn.flags(enabled=onednn):
        assert digest(of_file((DATA / name).read_bytes())) == STORED[name]


def test_another_process_decodes_the_same():
    code = (
        "import sys, torch; from pathlib import Path; torch.set_num_threads(2);"
        "from tests.codec.test_files import digest, of_file;"
        "print(digest(of_file(Path(sys.argv[1]).read_bytes())))"
    )
    name = "face-09.aes"  # the smallest
    command = [sys.executable, "-c", code, str(DATA / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == STORED[name]


@pytest.mark.parametrize("name", STORED)
def test_stored_files_still_look_like_their_pictures(name):
    source = ROOT / "ui/static/examples" / Path(name).with_suffix(".webp")
    picture = Image.open(source).convert("RGB")
    again = tasks.decompress((DATA / name).read_bytes())
    assert metrics.psnr(*map(images.to_tensor, (again, picture))) > 26
