"""Figures of the networks that compress pictures."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference, metrics, tasks, zoo
from train.datasets import readers
from train.datasets.files import Split
from train.measures import rate_distortion
from train.measures.pictures import apply, ssim
from train.measures.statistics import Results, Statistic, bootstrap, klt

# of gradio's package
LARGE_PHOTOS = ("cheetah.jpg", "cheetah1.jpg", "lion.jpg", "tower.jpg", "groot.jpeg")
COMPARED_PSNR = (27.6, 32.2)  # dB at which the bytes of codecs are compared
ANCHOR = "WebP"  # of BD-rates
MOST = {"32px": 150, "128px": 30, "photos": 30}  # pictures of which files are made


class Pictures(NamedTuple):
    """Test pictures of a codec."""

    small: Tensor  # CIFAR-10
    landscapes: Tensor | None = None
    photos: tuple[Image.Image, ...] = ()  # of photos/, as they are
    kodak: tuple[Image.Image, ...] = ()


def pictures(root: Path, split: str) -> Pictures:
    """CIFAR-10, and for tests landscapes, photos and Kodak's pictures if they are there."""
    (small,) = readers.cifar10(root, split)
    if split != "test":
        return Pictures(small)
    (landscapes,) = _if_there(readers.landscape, root, split) or (None,)
    photos = _if_there(readers.whole_photos, root, split) or ()
    return Pictures(small, landscapes, tuple(photos), tuple(_if_there(readers.kodak, root) or ()))


def _if_there(read: Callable, *arguments):
    try:
        return read(*arguments)
    except ValueError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None


def dcae(network: nn.Module, test: Split, train: Split | None) -> Results:
    """l1 is on [-1, 1]. The KLT keeps as many numbers for each 4x4 patch as the network's
    latent."""
    pictures = test[0].float() / 255

    def figures(again: Tensor) -> dict[str, Statistic]:
        parts = zip(again.clamp(0, 1).split(512), pictures.split(512))
        return {
            "l1": 2 * metrics.l1(again, pictures),
            "psnr": metrics.psnr(again, pictures),
            "ssim": torch.cat([ssim(a, b) for a, b in parts]),
        }

    with torch.inference_mode():
        x = inference.to_network(network, pictures)
        again = torch.cat([network(part).float() for part in x.split(256)])
        channels = network.encode(x[:1]).shape[1]
    results = {"network": figures(inference.from_network(network, again))}
    if train is not None:
        baseline = klt(train[0].float() / 255, pictures, channels)
        results[f"KLT of 4x4 patches, {channels} numbers each"] = figures(baseline)
    return results


def dcae_plus(network: nn.Module, test: Pictures, train: Split | None) -> Results:
    """As dcae, of the latent that is not rounded, and

    bytes_at_27.6, bytes_at_32.2   mean bytes of files of CIFAR-10 where the mean PSNR is that,
                                   between two rates
    photo_psnr                     of landscapes of 128 px, each as one picture
    large_photo_psnr               of the photographs in gradio's package, 256x256 to 910x512 px
    bd_rate_32px, _128px, _photos, _large, _kodak
                                   bytes of files at equal PSNR, in percent more than WebP's: of
                                   MOST pictures of CIFAR-10, landscapes, photos/test; of gradio's
                                   photographs, and of Kodak's if they are there
    bd_rate_large_ms_ssim, _kodak_ms_ssim
                                   the same at equal MS-SSIM, which takes larger pictures

    Rows "rate n": psnr and bytes of files of CIFAR-10."""
    results = dcae(network, test, train)
    classic = zoo.load("dcae")
    results["classic network"] = dcae(classic, test, None)["network"]
    for name, model in (("network", network), ("classic network", classic)):
        if test.landscapes is not None:
            photos = test.landscapes.float() / 255
            again = apply(lambda p, m=model: tasks.reconstruct(m, p), photos)
            results[name]["photo_psnr"] = metrics.psnr(again, photos)
        results[name]["large_photo_psnr"] = _large_photo_psnr(model)
    return _with_files(results, network, test)


def _with_files(results: Results, network: nn.Module, test: Pictures) -> Results:
    """Add the figures of files, of all codecs."""
    for kind, pictures in _of_files(test).items():
        codecs = rate_distortion.codecs(network)
        curves = {name: rate_distortion.curve(codec, pictures) for name, codec in codecs.items()}
        if kind == "32px":
            _add_points(results, curves)
        for name in curves.keys() - {ANCHOR}:
            row = results.setdefault(name, {})
            psnr = rate_distortion.bd_rates(curves[name], curves[ANCHOR])
            if len(psnr):
                row[f"bd_rate_{kind}"] = psnr
            ms_ssim = rate_distortion.bd_rates(curves[name], curves[ANCHOR], "ms_ssim")
            if len(ms_ssim) == len(pictures):
                row[f"bd_rate_{kind}_ms_ssim"] = ms_ssim
    return results


def _of_files(test: Pictures) -> dict[str, list[Image.Image]]:
    """The pictures of which files are made, by their kind."""
    sets = {"32px": images.to_images(test.small[: MOST["32px"]].float() / 255)}
    if test.landscapes is not None:
        sets["128px"] = images.to_images(test.landscapes[: MOST["128px"]].float() / 255)
    if test.photos:
        step = max(1, len(test.photos) // MOST["photos"])
        sets["photos"] = list(test.photos[::step][: MOST["photos"]])
    return sets | {"large": large_photos()} | ({"kodak": list(test.kodak)} if test.kodak else {})


def _add_points(results: Results, curves: dict[str, rate_distortion.Curve]) -> None:
    """Add bytes at the compared PSNR, and the points of each rate."""
    for name, curve in curves.items():
        covered = (psnr for psnr in COMPARED_PSNR if curve.covers(psnr))
        count = curve.psnr.shape[1]
        costs = {f"bytes_at_{psnr}": bootstrap(curve.bytes_at(psnr), count) for psnr in covered}
        results[name] = results.get(name, {}) | costs
    own = curves["network"]
    for rate, (psnr, size) in enumerate(zip(own.psnr, own.bytes), 1):
        results[f"rate {rate}"] = {"psnr": psnr, "bytes": size}


def large_photos() -> list[Image.Image]:
    """LARGE_PHOTOS, as they are."""
    folder = Path(find_spec("gradio").origin).parent / "media_assets" / "images"
    return [images.read(folder / name) for name in LARGE_PHOTOS]


def _large_photo_psnr(network: nn.Module) -> Tensor:
    """PSNR in dB of each of LARGE_PHOTOS: (5,)."""
    pairs = ((tasks.reconstruct(network, photo), photo) for photo in large_photos())
    return torch.cat([metrics.psnr(*map(images.to_tensor, pair)) for pair in pairs])
