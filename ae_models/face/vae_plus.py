"""Face VAE around a principal component analysis: `face-vae-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import color
from ae_models.face.latents import Aggregate
from ae_models.layers import Network, Posterior
from ae_models.unet import Block, UNet, UNetConfig


@dataclass(frozen=True)
class VAEPlusConfig:
    size: int = 128  # px, a multiple of 4 * 2 ** (len(encoder) - 1)
    latent: int = 512  # numbers, those that change pictures most first
    modeled: int = 128  # the first ones, a mixture of which is fitted; the others follow from them
    encoder: tuple[int, ...] = (64, 128, 192, 192)  # channels at 1/4, 1/8, ... of the size
    decoder: tuple[int, ...] = (64, 128, 192)  # channels of the U-Net that corrects PCA's picture
    components: int = 12  # of the mixture that samples are drawn from
    principal: int = 16  # number of principal directions
    # Size of the one gradient step that refines an encoded latent: validation PSNR + 0.31 dB; 0.3
    # gives + 0.27, 0.7 + 0.23, and two more steps + 0.1.
    step_size: float = 0.5
    # Curvature below which a direction counts as flat: PCA of many faces has 1.4 at least, of few
    # faces it says nothing there.
    least_curvature: float = 1.0
    attributes: tuple[str, ...] = (  # of CelebA, each with a direction
        "Smiling",
        "Mouth_Slightly_Open",
        "Male",
        "Young",
        "Eyeglasses",
        "Heavy_Makeup",
        "No_Beard",
        "Bangs",
        "Black_Hair",
        "Blond_Hair",
        "Gray_Hair",
        "Receding_Hairline",
        "Pale_Skin",
        "Chubby",
    )


def without_fine_color(x: Tensor) -> Tensor:
    """RGB (B, 3, H, W), differences too -> luma as it is, the rest of the color blurred.

    Photos have a hundredth of their fine detail in color; a network would scatter some there."""
    luma = color.luma(x)
    rest = x - luma
    for _ in range(2):
        rest = F.avg_pool2d(F.pad(rest, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return luma + rest


class VAEPlus(Network):
    """PCA of faces, with networks that correct its coefficients and its picture.

        (B, 3, 128, 128)  picture in [0, 1]
          | halved to 64 px -> projection on `basis`, in deviations -> (B, 512)
          | Conv 4x4 s4, Block, 3 x [Conv 2x2 s2, Block] -> (B, 192, 4, 4)
          |     -> two linear layers: correction, log variance
        mean = projection + correction, log variance, (B, 512)
          | z = mean + sigma * noise in training, the mean otherwise
          | coefficients * deviations @ basis + mean face -> PCA's picture, (B, 3, 64, 64)
          | U-Net steered by z -> (B, 12, 64, 64) -> pixel-shuffle: correction, (B, 3, 128, 128)
        PCA's picture, doubled, + correction without fine color: (B, 3, 128, 128), about [0, 1]

    The PCA is of the training faces and stays fixed, so that training starts at its quality and the
    latent at unit variance; the networks start without effect. Training leaves out the last
    numbers of some latents, so that the first n alone are a face too, as good as n numbers can make
    it (nested dropout, Rippel et al. 2014, arXiv 1402.0915). `aggregate` is fitted after training;
    encode and decode do without it. In use the face tasks refine an encoded mean by `refined`.
    Kingma & Welling 2013 (arXiv 1312.6114).
    """

    def __init__(self, config: VAEPlusConfig = VAEPlusConfig()):
        super().__init__()
        self.config = config
        widths, half = config.encoder, config.size // 2
        self.register_buffer("mean_face", torch.zeros(3, half, half))
        basis = torch.zeros(config.latent, 3 * half * half)
        self.register_buffer("basis", basis)  # orthonormal rows
        # standard deviation of the training faces along each row
        self.register_buffer("deviation", torch.ones(config.latent))

        self.encoder = nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), Block(widths[0]))
        for c_in, c_out in zip(widths[:-1], widths[1:]):
            self.encoder.extend([nn.Conv2d(c_in, c_out, 2, 2), Block(c_out)])
        side = config.size // 4 // 2 ** (len(widths) - 1)
        self.to_mean = nn.Linear(widths[-1] * side * side, config.latent)
        self.to_log_variance = nn.Linear(widths[-1] * side * side, config.latent)
        self.refine = UNet(UNetConfig(3, 12, config.decoder, patch=2, condition=config.latent))
        self.aggregate = Aggregate(
            config.latent,
            config.modeled,
            config.components,
            len(config.attributes),
            config.principal,
        )
        for layer in (self.to_mean, self.to_log_variance, self.refine.head):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.constant_(self.to_log_variance.bias, -3.0)

    def project(self, x: Tensor) -> Tensor:
        """Pictures (B, 3, size, size) in [0, 1] -> PCA coefficients in deviations, (B, latent)."""
        return (F.avg_pool2d(x, 2) - self.mean_face).flatten(1) @ self.basis.T / self.deviation

    def encode(self, x: Tensor) -> Posterior:
        """Pictures (B, 3, size, size) in [0, 1] -> Posterior over (B, latent)."""
        h = self.encoder(x - 0.5).flatten(1)
        return Posterior(self.project(x) + self.to_mean(h), self.to_log_variance(h))

    def refined(self, z: Tensor, x: Tensor) -> Tensor:
        """Move latents (B, latent) one step closer to those that reconstruct pictures x best.

        Semi-amortized inference (Kim et al. 2018, arXiv 1802.02550): a gradient step on the squared
        error of the reconstruction, divided by the curvature that it has for PCA alone."""
        with torch.inference_mode(False), torch.enable_grad():
            # times 1, so that it is no leaf: torch's FlopCounterMode refuses to look at a leaf
            z = z.detach().clone().requires_grad_() * 1
            error = 0.5 * (self.decode(z).float() - x.clone()).square().sum()
            (gradient,) = torch.autograd.grad(error, z)
        curvature = 4 * self.deviation**2  # 4 pixels for each of the analysis
        step = self.config.step_size * gradient / curvature.clamp_min(self.config.least_curvature)
        return z.detach() - step

    def decode(self, z: Tensor) -> Tensor:
        """Latents (B, latent) -> pictures (B, 3, size, size), about [0, 1]."""
        linear = ((z * self.deviation) @ self.basis).unflatten(1, self.mean_face.shape)
        linear = linear + self.mean_face
        correction = without_fine_color(F.pixel_shuffle(self.refine(linear - 0.5, z), 2))
        return F.interpolate(linear, scale_factor=2.0, mode="bilinear") + correction

    def forward(self, x: Tensor) -> Tensor:
        """Pictures -> reconstructions, from a random latent in training, else from its mean."""
        posterior = self.encode(x)
        return self.decode(posterior.sample() if self.training else posterior.mode())
