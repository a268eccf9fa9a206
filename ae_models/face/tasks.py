"""Face tasks on pictures: photo to sketch and back, reconstruct, morph, sample and edit faces."""

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference, tones
from ae_models.face import align
from ae_models.face.latents import lerp, slerp
from ae_models.face.sketch import FaceSketch
from ae_models.face.sketch_plus import FaceSketchPlus, SketchFacePlus
from ae_models.face.vae import VAE
from ae_models.face.vae_plus import VAEPlus
from ae_models.layers import Posterior

POSE = "cufs"  # of the portraits and sketches that translators were trained on
MAX_STEPS, MAX_SAMPLES, MAX_CHANGE = 257, 64, 5
TRANSLATORS, VAES = (FaceSketch, FaceSketchPlus, SketchFacePlus), (VAE, VAEPlus)


def translate_face(model: nn.Module, picture: Image.Image) -> Image.Image:
    """Face photo -> sketch (L), or sketch -> photo (RGB) with a network that takes one channel.

    The largest centered 4:5 part of the picture is translated, and gives the size of the result."""
    inference.expect(
        model, TRANSLATORS, "a network that translates between face photos and sketches"
    )
    face = align.whole(picture, POSE)
    if isinstance(model, SketchFacePlus):
        source = face.convert("L")
    else:
        source = tones.stretched(face)
    source = images.resize(source, inference.input_size(model))
    x = inference.to_network(model, images.to_tensor(source))
    if isinstance(model, FaceSketch):
        drawn = inference.run(model, x)
    else:
        drawn = inference.run(model, x, noise=model.fixed_noise(*x.shape[2:]))
    if not isinstance(model, SketchFacePlus):
        drawn = drawn.mean(1, keepdim=True)  # the classic network copies its gray to three channels
    return images.resize(inference.to_pictures(model, drawn)[0], face.size)


def reconstruct(model: nn.Module, picture: Image.Image, rate: int = 0) -> Image.Image:
    """Reconstruct the square of a picture that a face VAE sees (images.face_box), in its place.

    RGB of the picture's size. rate: 0, since a VAE does not quantize its latent."""
    image = images.to_rgb(picture)
    left, top, right, bottom = images.face_box(image.size)
    face = decode(model, encode(model, image, rate))
    image = image.copy()
    image.paste(images.resize(face, (right - left, bottom - top)), (left, top))
    return image


@torch.inference_mode()
def encode(model: nn.Module, picture: Image.Image, rate: int = 0) -> Tensor:
    """Picture -> latent (1, Z) of the square of images.face_box, float32, on the CPU."""
    _expect_vae(model)
    inference.whole_number("rate", rate, 0, model.rates)
    image = images.to_rgb(picture)
    box = images.face_box(image.size)
    face = image.resize(inference.input_size(model), Image.Resampling.BICUBIC, box=box)
    x = inference.to_network(model, images.to_tensor(face))
    return posterior(model, x).mode().float().cpu()


@torch.no_grad()
def posterior(model: nn.Module, x: Tensor) -> Posterior:
    """Faces (B, 3, size, size) in the network's range, on its device -> Posterior over (B, Z).

    The mean of a plus network is refined by one gradient step on its reconstruction error."""
    _expect_vae(model)
    encoded = model.encode(x)
    if not isinstance(model, VAEPlus):
        return encoded
    return Posterior(model.refined(encoded.mean, x), encoded.log_variance)


@torch.inference_mode()
def decode(model: nn.Module, latent: Tensor, rate: int = 0) -> Image.Image:
    """Latent (1, Z) -> RGB face.

    Raises ValueError for another shape and for values that are not finite."""
    _expect_vae(model)
    inference.whole_number("rate", rate, 0, model.rates)
    latent = inference.finite_latent(latent)
    expected = (1, model.config.latent)
    if latent.shape != expected:
        raise ValueError(f"expected a latent of shape {expected}, got {tuple(latent.shape)}")
    return inference.to_pictures(model, model.decode(latent.to(inference.device(model))))[0]


@torch.inference_mode()
def decode_all(model: nn.Module, latents: Tensor) -> list[Image.Image]:
    """Latents (N, Z) -> N RGB faces.

    Raises ValueError for another shape and for values that are not finite."""
    _expect_vae(model)
    latents = inference.finite_latent(latents)
    if latents.dim() != 2 or latents.shape[1] != model.config.latent:
        expected = f"latents of shape (N, {model.config.latent})"
        raise ValueError(f"expected {expected}, got {tuple(latents.shape)}")
    decoded = inference.in_batches(model.decode, latents.to(inference.device(model)))
    return inference.to_pictures(model, decoded)


@torch.inference_mode()
def morph(
    model: nn.Module, a: Image.Image, b: Image.Image, steps: int = 33, mode: str = "slerp"
) -> list[Image.Image]:
    """Morph face a into face b: `steps` (2 to 257) pictures, their reconstructions at the ends.

    mode: through the latent space along a great circle ("slerp") or a straight line ("lerp")."""
    steps = inference.whole_number("steps", steps, 2, MAX_STEPS)
    if mode not in ("slerp", "lerp"):
        raise ValueError(f"expected mode slerp or lerp, got {mode!r}")
    interpolate = {"slerp": slerp, "lerp": lerp}[mode]
    latents = interpolate(encode(model, a), encode(model, b), torch.linspace(0, 1, steps))
    return decode_all(model, latents)


@torch.inference_mode()
def sample(
    model: nn.Module, count: int, seed: int = 0, temperature: float = 1.0, prior: str | None = None
) -> list[Image.Image]:
    """Draw `count` (1 to 64) new faces.

    prior: "mixture", fitted to the latents of the training faces, the default where the network
        has one; or "normal", N(0, I).
    temperature: factor on the distance to the mean, in [0, 2]."""
    return decode_all(model, random_latents(model, count, seed, temperature, prior))


@torch.inference_mode()
def random_latents(
    model: nn.Module, count: int, seed: int = 0, temperature: float = 1.0, prior: str | None = None
) -> Tensor:
    """Draw the latents (count, Z) of the faces that sample draws, with its arguments."""
    _expect_vae(model)
    count = inference.whole_number("count", count, 1, MAX_SAMPLES)
    temperature = inference.number("temperature", temperature, 0, 2)
    seed = inference.whole_number("seed", seed, 0, 2**32 - 1)
    generator = torch.Generator().manual_seed(seed)
    return draw(model, count, generator, prior, temperature)


@torch.inference_mode()
def draw(
    model: nn.Module,
    count: int,
    generator: torch.Generator,
    prior: str | None = None,
    temperature: float = 1.0,
) -> Tensor:
    """Random latents (count, Z) on the network's device; prior and temperature as in sample."""
    allowed = priors(model)
    if prior is not None and prior not in allowed:
        raise ValueError(f"expected prior to be one of {', '.join(allowed)}, got {prior!r}")
    noise = torch.randn(count, model.config.latent, generator=generator).to(inference.device(model))
    if (prior or allowed[0]) == "normal":
        return noise * temperature
    uniform = torch.rand(count, generator=generator).to(noise.device)
    center = model.aggregate.mean()
    return center + (model.aggregate.sample(noise, uniform) - center) * temperature


def priors(model: nn.Module) -> tuple[str, ...]:
    """Names of the priors that a face VAE can sample from, the best first."""
    _expect_vae(model)
    return ("mixture", "normal") if isinstance(model, VAEPlus) else ("normal",)


@torch.inference_mode()
def edit(model: nn.Module, picture: Image.Image, changes: dict[str, float]) -> Image.Image:
    """Face -> its reconstruction, of the network's size, with attributes changed.

    changes: {name: amount}, amounts in [-5, 5]. Names are those of model.config.attributes, where 1
        is the way from the average face without the attribute to the one with it, and component_1,
        component_2, ... for the principal directions, in standard deviations.

    Raises ValueError for unknown names; a network without directions knows none."""
    known = directions(model)
    if not isinstance(changes, dict):
        got = type(changes).__name__
        raise ValueError(f"expected changes as a dictionary of names and amounts, got {got}")
    if unknown := [name for name in changes if name not in known]:
        raise ValueError(f"expected changes of {', '.join(known) or 'nothing'}, got {unknown[0]!r}")
    moves = [
        known[name] * inference.number(name, amount, -MAX_CHANGE, MAX_CHANGE)
        for name, amount in changes.items()
    ]
    return decode(model, encode(model, picture) + sum(move.cpu() for move in moves))


def directions(model: nn.Module) -> dict[str, Tensor]:
    """Directions in a face VAE's latent space by name, (Z,) each; empty where it has none."""
    _expect_vae(model)
    if not isinstance(model, VAEPlus):
        return {}
    named = dict(zip(model.config.attributes, model.aggregate.directions))
    return named | {f"component_{i}": d for i, d in enumerate(model.aggregate.principal, 1)}


def _expect_vae(model: nn.Module) -> None:
    inference.expect(model, VAES, "a network that encodes faces")
