"""Train `face-vae` on CelebA, full and half size together.

    python -m train.face_vae --data DIR        116 minutes on one core

The network has no normalisation and learns slowly without. It is trained with batch norm behind each convolution but
the last, and these are folded into the convolutions for the release (fuse_conv_bn_eval), which is the same function.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ae_models import zoo
from ae_models.layers import ResidualBlock
from train import data, loop
from train.recipe import Recipe

WARMUP = 0.2  # part of the run over which the weight of the KL term rises to 1
FREE = 0.05  # nats a latent unit may hold at no cost, so that units are not given up early


class NormedConv(nn.Sequential):
    """Convolution, batch norm."""

    def __init__(self, conv: nn.Module, scale: float = 1.0):
        super().__init__(conv, nn.BatchNorm2d(conv.out_channels))
        nn.init.constant_(self[1].weight, scale)

    def fold(self) -> nn.Module:
        return fuse_conv_bn_eval(*self.eval(), transpose=isinstance(self[0], nn.ConvTranspose2d))


def build() -> nn.Module:
    """`face-vae` with batch norm; residual branches start small (Goyal et al. 2017, arXiv 1706.02677)."""
    network = zoo.build("face-vae")
    head = network.decoder[-2]
    for block in [m for m in network.modules() if isinstance(m, ResidualBlock)]:
        block.conv1, block.conv2 = NormedConv(block.conv1), NormedConv(block.conv2, scale=0.2)
    for layers in (network.encoder, network.decoder):
        for i, layer in enumerate(layers):
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and layer is not head:
                layers[i] = NormedConv(layer)
    return network


def fold(network: nn.Module) -> nn.Module:
    """What build() gave -> the plain network that computes the same."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, NormedConv):
                setattr(module, name, child.fold())
    return network


def augment(batch: data.Split, generator: torch.Generator) -> data.Split:
    return prepare(data.flip(batch, generator))


def prepare(batch: data.Split) -> data.Split:
    return (batch[0].float() / 255,)


def loss(network: nn.Module, batch: data.Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Summed squared error on [0, 1] plus KL in nats, per image; the KL weight warms up (Bowman et al. 2015) and in
    training the first FREE nats of each unit are free (Kingma et al. 2016)."""
    (x,) = batch
    posterior = network.encode(x)
    z = posterior.sample() if network.training else posterior.mode()
    reconstruction = (network.decode(z).float() - x).square().sum((1, 2, 3)).mean()
    kl = posterior.kl().mean(0)  # (Z,)
    rate = kl.clamp_min(FREE).sum() if network.training else kl.sum()
    return reconstruction + min(1.0, progress / WARMUP) * rate, {"reconstruction": reconstruction, "kl": kl.sum()}


RECIPE = Recipe(
    slug="face-vae",
    data=data.celeba,
    augment=augment,
    prepare=prepare,
    loss=loss,
    build=build,
    finish=fold,
    optimizer=lambda network: torch.optim.Adam(network.parameters(), lr=2e-3, betas=(0.9, 0.99), fused=True),
    epochs=22,
    batch=32,
    warmup=200,
    clip=5000.0,
    ema=0.998,
    channels_last=True,
    about={
        "summary": "Variational autoencoder for faces: 128 numbers describe a face of 128x128 px; two faces can be "
        "morphed into each other and new ones drawn.",
        "data": "CelebA, full-size and half-size aligned faces, centre crop 148 of 178x218",
        "terms": "CelebA is for non-commercial research; so are these weights.",
        "limits": "Soft: a squared error averages over all hair and texture that 128 numbers cannot tell. Trained on "
        "8,503 faces of celebrities facing the camera; other poses, hats, hands and glasses come out wrong.",
        "example": 'faces = tasks.sample(model, 4, seed=1)  # or tasks.morph(model, Image.open("a.jpg"), Image.open("b.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
