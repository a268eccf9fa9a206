"""What the recipes between face photos and sketches share: pairs with their style, a critic of strokes, losses.

A batch is (photos RGB, sketches L, backgrounds, styles): backgrounds (B, 1, H, W) is 255 behind the person in the photo,
styles (B, 1, 1, 1) numbers the subset, 0 CUHK students, 1 AR.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from ae_models import zoo
from train.datasets import augmentation, readers
from train.datasets.files import Split
from train.engine import optimizers
from train.engine.folding import add_dropout, add_norm, fold

SUBSETS = ("cuhk_student", "ar")  # in the order of the styles
OFFSETS = (
    (0, 1),
    (1, 0),
    (1, 1),
    (1, -1),
    (0, 2),
    (2, 0),
    (2, 2),
    (2, -2),
    (0, 4),
    (4, 0),
)  # px, (down, right)
TURN = {"degrees": 4, "zoom": 0.06, "move": 0.03}  # how far a face may be from the pose of the data
BEND = 2.0  # px
DROPPED = 0.25  # of the channels at the lowest resolution


def pairs(root: Path, split: str) -> Split:
    """Pairs of both subsets, uint8, with backgrounds and styles. Raises ValueError for unusable data."""
    photos, sketches = readers.cufs(root, split, SUBSETS)
    students = len(readers.cufs(root, split, SUBSETS[:1])[0])
    styles = (torch.arange(len(photos)) >= students).to(torch.uint8)[:, None, None, None]
    return photos, sketches, background(photos), styles


def background(photos: Tensor, threshold: float = 0.16) -> Tensor:
    """uint8 photos (N, 3, H, W) with a plain background -> uint8 (N, 1, H, W), 255 where it is, softly cut: what has the
    color of the upper corners, to within a distance in RGB [0, 1], on the whole way to the left, right or top edge."""
    smooth = F.avg_pool2d(photos.float() / 255, 3, 1, 1, count_include_pad=False)
    corners = (
        torch.cat([smooth[..., :40, :12], smooth[..., :40, -12:]], 3).flatten(2).median(2).values
    )
    alike = ((smooth - corners[..., None, None]).norm(dim=1, keepdim=True) < threshold).float()
    seen = torch.stack([alike.cumprod(3), alike.flip(3).cumprod(3).flip(3), alike.cumprod(2)]).amax(
        0
    )
    grown = F.max_pool2d(
        seen, 3, 1, 1
    )  # over the fringe, where the color of the background shines through hair
    return (F.avg_pool2d(grown, 3, 1, 1, count_include_pad=False) * 255).to(torch.uint8)


def warp(batch: Split, generator: torch.Generator, share: float = 0.5) -> Split:
    """Mirror half of the samples, and turn, scale, move and bend a share of them; the others keep every pixel, since
    resampling takes the edge off strokes. uint8 in, float32 out, pictures in [0, 1]."""
    photo, sketch, behind, style = augmentation.flip(batch, generator)
    photo, sketch, behind = (x.float() / 255 for x in (photo, sketch, behind))
    moved = augmentation.affine((photo, sketch, behind), generator, **TURN, mode="bicubic")
    moved = augmentation.wobble(moved, generator, BEND, cells=5, mode="bicubic")
    chosen = augmentation.chance(len(photo), generator, share)
    photo, sketch, behind = (
        torch.where(chosen, m.clamp(0, 1), x) for m, x in zip(moved, (photo, sketch, behind))
    )
    return photo, sketch, behind, style


def blurred(x: Tensor) -> Tensor:
    """As if taken at half the resolution."""
    return F.interpolate(F.avg_pool2d(x, 2), x.shape[2:], mode="bilinear")


# ---- networks in training ----


class Critic(nn.Module):
    """Tells drawn patches of 38 px from an artist's: PatchGAN (Isola et al. 2016, arXiv 1611.07004)."""

    def __init__(self, channels: int, widths: tuple[int, ...] = (24, 48, 96)):
        super().__init__()
        self.layers = nn.Sequential()
        for c_in, c_out in zip((channels, *widths[:-1]), widths):
            self.layers.extend([nn.Conv2d(c_in, c_out, 4, 2, 1), nn.LeakyReLU(0.2)])
        self.layers.append(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)

    def losses(self, drawn: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """What the critic and what the network is to minimize, by least squares (Mao et al. 2016, arXiv 1611.04076).
        Each leaves the other's weights without a gradient, so that one backward pass over their sum trains both."""
        own = (self(truth) - 1).square().mean() + self(drawn.detach()).square().mean()
        frozen = {name: p.detach() for name, p in self.named_parameters()}
        return own, (functional_call(self, frozen, (drawn,)) - 1).square().mean()


class Contest(nn.Module):
    """A network in training, with batch norm and dropout, beside the critic of what it draws."""

    def __init__(self, slug: str):
        super().__init__()
        network = zoo.build(slug)
        add_dropout(network.unet, DROPPED)
        self.network = add_norm(network, plain=[network.unet.head])
        self.critic = Critic(network.channels_out)

    def forward(self, picture: Tensor, style: Tensor) -> Tensor:
        if self.training:  # another noise for each sample
            shape = (len(picture), self.network.noise_channels, *picture.shape[2:])
            noise = torch.randn(shape, device=picture.device, dtype=picture.dtype)
        else:
            noise = self.network.fixed_noise(*picture.shape[2:])
        return self.network(picture, style.flatten().long(), noise).float()


def optimizer(contest: Contest) -> torch.optim.Optimizer:
    """The critic without the memory of momentum that makes two opponents circle each other."""
    critic = {
        "params": contest.critic.parameters(),
        "lr": 3e-4,
        "betas": (0.5, 0.99),
        "weight_decay": 0.02,
    }
    return optimizers.muon(contest.network, 0.05, 1.5e-3, critic)


def release(contest: Contest, root: Path) -> nn.Module:
    """The network as the zoo has it."""
    return fold(contest.network)


# ---- losses, on pictures (B, C, H, W) in [0, 1] ----


def objective(strokes: float, opinion: float) -> Callable:
    """The loss of a recipe: L1 + SSIM, and with these weights the variogram of strokes and, from 30 % of the run on, the
    critic's opinion. Without the last two the mean of all plausible strokes is drawn: smooth gray. Batches are (input,
    target, styles)."""

    def loss(contest: Contest, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        picture, truth, style = batch
        drawn = contest(picture, style)
        with torch.autocast(
            picture.device.type, enabled=False
        ):  # variances in bfloat16 would be rounding errors
            parts = {
                "l1": F.l1_loss(drawn, truth),
                "dssim": 1 - ssim(drawn, truth),
                "strokes": F.l1_loss(variogram(drawn), variogram(truth)),
            }
        total = parts["l1"] + 0.25 * parts["dssim"] + strokes * parts["strokes"]
        if not contest.training:
            return total, parts
        critic, said = contest.critic.losses(
            drawn[::2], truth[::2]
        )  # half the batch teaches it as much
        late = min(max((progress - 0.3) / 0.2, 0.0), 1.0)
        return total + 0.1 * critic + late * opinion * said, parts | {
            "critic": critic,
            "opinion": said,
        }

    return loss


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), 11x11 Gaussian window of sigma 1.5, mean over the batch. The window is
    applied as two products with banded matrices: ten times as fast on a CPU as torchmetrics' convolution."""
    rows, columns = _windows(x.shape[2]).to(x), _windows(x.shape[3]).to(x).T
    mean_x, mean_y, xx, yy, xy = (rows @ v @ columns for v in (x, y, x * x, y * y, x * y))
    var_x, var_y, cov = xx - mean_x**2, yy - mean_y**2, xy - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + 1e-4) / (mean_x**2 + mean_y**2 + 1e-4)
    return (luminance * (2 * cov + 9e-4) / (var_x + var_y + 9e-4)).mean()


def _windows(length: int) -> Tensor:
    """Gaussian window at every place where it fits: (length - 10, length)."""
    offset = torch.arange(length) - torch.arange(length - 10)[:, None] - 5
    weight = torch.exp(-(offset**2) / (2 * 1.5**2)) * (offset.abs() <= 5)
    return weight / weight.sum(1, keepdim=True)


def variogram(x: Tensor, window: int = 12) -> Tensor:
    """How much pixels differ from those OFFSETS away: root mean squares in windows of `window` px, half overlapping,
    (B, C * offsets, h, w). It says how strong strokes are, how thick and which way they run, wherever exactly each of
    them lies. The energy of the Laplacian alone can be had more cheaply, with a checkerboard of single pixels."""
    margin = 4
    inner = x[..., margin:-margin, margin:-margin]
    shifted = [
        x.roll((-dy, -dx), (2, 3))[..., margin:-margin, margin:-margin] for dy, dx in OFFSETS
    ]
    squares = torch.cat([(inner - other).square() for other in shifted], 1)
    return (F.avg_pool2d(squares, window, window // 2) + 1e-5).sqrt()
