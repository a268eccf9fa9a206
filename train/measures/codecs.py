"""Figures of the networks that compress pictures."""

import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from ae_models import images, inference, metrics, tasks, zoo
from train.datasets import readers
from train.datasets.files import Split
from train.measures import rate_distortion
from train.measures.pictures import apply, ssim
from train.measures.statistics import Results, Statistic, klt

# of gradio's package
LARGE_PHOTOS = ("cheetah.jpg", "cheetah1.jpg", "lion.jpg", "tower.jpg", "groot.jpeg")
COMPARED_PSNR = (27.6, 32.2)  # dB at which the bytes of coders are compared


def cifar10_and_photos(root: Path, split: str) -> Split:
    """CIFAR-10, and landscapes if they are there: the two have no rows in common."""
    small = readers.cifar10(root, split)
    try:
        return small + (readers.landscape(root, split) if split == "test" else ())
    except ValueError as error:
        print(f"no photographs, so no photo_psnr: {error}", file=sys.stderr)
        return small


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


def dcae_plus(network: nn.Module, test: Split, train: Split | None) -> Results:
    """As dcae, of the latent that is not rounded, and

    bytes_at_27.6, bytes_at_32.2   mean bytes where the mean PSNR is that, between two rates:
                                   estimated by the prior; of WebP those of files
    photo_psnr                     of landscapes of 128 px, each as one picture
    large_photo_psnr               of the photographs in gradio's package, 256x256 to 910x512 px

    Rows "rounded at rate n": psnr, and the bytes that the prior estimates."""
    pictures, *photos = (x.float() / 255 for x in test)
    networks = {"network": network, "classic network": zoo.load("dcae")}
    results = dcae(network, test, train)
    results["classic network"] = dcae(networks["classic network"], test, None)["network"]
    curve, webp = rate_distortion.of_network(network, pictures), rate_distortion.of_webp(pictures)
    for name, method in (("network", curve), ("WebP", webp)):
        covered = (psnr for psnr in COMPARED_PSNR if method.covers(psnr))
        costs = {f"bytes_at_{psnr}": method.bytes_at(psnr) for psnr in covered}
        results[name] = results.get(name, {}) | costs
    for name, model in networks.items():
        if photos:
            again = apply(lambda p, m=model: tasks.reconstruct(m, p), photos[0])
            results[name]["photo_psnr"] = metrics.psnr(again, photos[0])
        results[name]["large_photo_psnr"] = _large_photo_psnr(model)
    for i, (psnr, size) in enumerate(zip(curve.psnr, curve.bytes), 1):
        results[f"rounded at rate {i}"] = {"psnr": psnr, "bytes": size}
    return results


def _large_photo_psnr(network: nn.Module) -> Tensor:
    """PSNR in dB of each of LARGE_PHOTOS: (5,)."""
    folder = Path(find_spec("gradio").origin).parent / "media_assets" / "images"
    photos = [images.read(folder / name) for name in LARGE_PHOTOS]
    pairs = ((tasks.reconstruct(network, photo), photo) for photo in photos)
    return torch.cat([metrics.psnr(*map(images.to_tensor, pair)) for pair in pairs])
