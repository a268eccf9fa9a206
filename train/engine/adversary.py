"""Adversarial training of a network that draws: a critic of its strokes, and their common loss."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from ae_models import zoo
from train.datasets.files import Split
from train.engine import optimizers
from train.engine.folding import add_dropout, add_norm, fold
from train.engine.losses import ssim

DROPPED = 0.25  # share of the channels at the lowest resolution
DSSIM_WEIGHT, CRITIC_WEIGHT = 0.25, 0.1
BEGIN, RISE = 0.3, 0.2  # parts of the run: when the critic's opinion begins to count, and its ramp


class Critic(nn.Module):
    """Tells drawn patches of 38 px from an artist's: PatchGAN (Isola et al. 2016, arXiv
    1611.07004). (B, C, H, W) -> (B, 1, H/8, W/8)."""

    def __init__(self, channels: int, widths: tuple[int, ...] = (24, 48, 96)):
        super().__init__()
        self.layers = nn.Sequential()
        for c_in, c_out in zip((channels, *widths[:-1]), widths):
            self.layers.extend([nn.Conv2d(c_in, c_out, 4, 2, 1), nn.LeakyReLU(0.2)])
        self.layers.append(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)

    def losses(self, drawn: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """The least-squares losses (Mao et al. 2016, arXiv 1611.04076) of the critic and of the
        network that drew. Neither has a gradient in the other's weights, so that one backward pass
        over their sum trains both."""
        own = (self(truth) - 1).square().mean() + self(drawn.detach()).square().mean()
        frozen = {name: p.detach() for name, p in self.named_parameters()}
        return own, (functional_call(self, frozen, (drawn,)) - 1).square().mean()


class Contest(nn.Module):
    """A network in training, with batch norm and dropout, beside the critic of its pictures.

    frozen: as of add_norm; `arguments` are those of the network's config."""

    def __init__(self, slug: str, frozen: bool = False, **arguments):
        super().__init__()
        network = zoo.build(slug, **arguments)
        add_dropout(network.unet, DROPPED)
        self.network = add_norm(network, plain=[network.unet.head], frozen=frozen)
        self.critic = Critic(network.channels_out)

    def forward(self, picture: Tensor, style: Tensor) -> Tensor:
        if self.training:  # another noise for each sample
            shape = (len(picture), self.network.noise_channels, *picture.shape[2:])
            noise = torch.randn(shape, device=picture.device, dtype=picture.dtype)
        else:
            noise = self.network.fixed_noise(*picture.shape[2:])
        return self.network(picture, style.flatten().long(), noise).float()


def optimizer(contest: Contest, lr: float, rest: float) -> torch.optim.Optimizer:
    """Muon for the network (optimizers.muon); for the critic AdamW with little momentum, since
    momentum makes two opponents oscillate."""
    critic = {
        "params": contest.critic.parameters(),
        "lr": 3e-4,
        "betas": (0.5, 0.99),
        "weight_decay": 0.02,
    }
    return optimizers.muon(contest.network, lr, rest, critic)


def release(contest: Contest, root: Path) -> nn.Module:
    """The network alone, its batch norms folded."""
    return fold(contest.network)


def objective(texture: Callable, weight: float, opinion: float) -> Callable:
    """The loss of a recipe, L1 and SSIM, with weights for a difference of textures and, after BEGIN
    of the run, for the critic's opinion: without these two the network draws the mean of all
    plausible strokes, smooth gray. Batches are (input, target, styles).

    texture: (drawn, truth) -> their difference in something else than the values of pixels."""

    def loss(contest: Contest, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        picture, truth, style = batch
        drawn = contest(picture, style)
        # in float32: variances in bfloat16 would be rounding errors
        with torch.autocast(picture.device.type, enabled=False):
            parts = {
                "l1": F.l1_loss(drawn, truth),
                "dssim": 1 - ssim(drawn, truth),
                "texture": texture(drawn, truth),
            }
        total = parts["l1"] + DSSIM_WEIGHT * parts["dssim"] + weight * parts["texture"]
        if not contest.training:
            return total, parts
        # half the batch teaches the critic as much as all of it
        critic, said = contest.critic.losses(drawn[::2], truth[::2])
        late = min(max((progress - BEGIN) / RISE, 0.0), 1.0)
        total = total + CRITIC_WEIGHT * critic + late * opinion * said
        return total, parts | {"critic": critic, "opinion": said}

    return loss
