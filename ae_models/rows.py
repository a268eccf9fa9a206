"""The table of networks: a row holds all facts about a network that are known before training."""

import dataclasses
import typing
from dataclasses import dataclass
from typing import Literal

from torch import nn

from ae_models.codec.dcae import DCAE
from ae_models.codec.dcae_plus import DCAEPlus
from ae_models.face.classifier import Classifier
from ae_models.face.sketch import FaceSketch
from ae_models.face.sketch_plus import FaceSketchPlus, SketchFacePlus
from ae_models.face.vae import VAE
from ae_models.face.vae_plus import VAEPlus
from ae_models.photo.classic import PhotoColor, PhotoColorRGB
from ae_models.photo.plus import PhotoColorPlus
from ae_models.sketch.classic import SketchColor
from ae_models.sketch.plus import SketchColorPlus

PURPOSE = "Made for learning and teaching how autoencoders work, and for play in the app."
MEASURING = "Made to measure the face networks."
NO_DECISIONS = "Do not use it to make decisions about people."
NO_IDENTITIES = (
    "Do not use it to recognize, judge or imitate real people: "
    "the faces it shows are made up or redrawn."
)


@dataclass(frozen=True)
class Data:
    """A data set to train on."""

    name: str
    terms: str  # of use, for the data and the weights trained on it
    page: str = ""  # address of its owner's page, which states the terms
    hub: tuple[str, ...] = ()  # ids of this data set on the Hub
    pose: str = ""  # of its faces, a key of ae_models.face.align.POSES; empty if it has none


@dataclass(frozen=True)
class Headline:
    """The one figure of a network that the app shows."""

    metric: str  # a key of the metrics that train.evaluate measures
    label: str
    digits: int  # after the decimal point
    baseline: str  # whose figure stands beside it


@dataclass(frozen=True)
class Row:
    """One network."""

    slug: str
    network: type[nn.Module]  # its __init__ takes `config`, annotated with its class
    system: str  # shared by the classic and the plus network of one task
    # "rgb": the classic network with another head
    kind: Literal["classic", "plus", "rgb", "instrument"]
    summary: str
    data: Data
    headline: Headline | None = None  # None shows no figure
    task: str = "image-to-image"  # one of the Hub's pipeline tags

    @property
    def config(self) -> type:
        """The class of the network's config."""
        return typing.get_type_hints(self.network.__init__)["config"]

    def build(self, **arguments) -> nn.Module:
        """Build an untrained network; `arguments` are those of its config."""
        arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}
        return self.network(self.config(**arguments))

    def card(self, about: dict[str, str]) -> dict:
        """Facts of the row and `about` (summary, limits, example) -> `card` of config.json."""
        instrument = self.kind == "instrument"
        use = [MEASURING if instrument else PURPOSE]
        use += [NO_IDENTITIES] if self.data.pose and not instrument else []
        return {
            "summary": about["summary"],
            "use": " ".join([*use, NO_DECISIONS]),
            "limits": about["limits"],
            "example": about["example"],
            "sheet": "" if instrument else f"../../docs/{self.slug}.webp",
            "task": self.task,
            "tags": [self.slug] if instrument else ["autoencoder", self.slug],
            "datasets": list(self.data.hub),
            "terms": self.data.terms,
            "page": self.data.page,
        }


CUFS = Data(
    "CUHK Face Sketch Database: photos of students and of the AR database, "
    "each with an artist's sketch",
    "The database may be used for research only. The same holds for these weights.",
    page="http://mmlab.ie.cuhk.edu.hk/archive/facesketch.html",
    pose="cufs",
)
CELEBA = Data(
    "CelebA: aligned faces at full and at half size, center crop of 148 px from 178x218 px",
    "CelebA may be used for non-commercial research only. The same holds for these weights.",
    page="http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    hub=("flwrlabs/celeba",),
    pose="celeba",
)
SKETCH2PHOTO = Data(
    "Pokémon sketch2photo: 890 pictures of artwork, each with a line sketch computed from it",
    "The artwork is © Nintendo / Creatures / GAME FREAK and is not part of this project. "
    "The weights are for study only.",
)
LANDSCAPES = Data(
    "Intel scene classification: color photos of landscapes, 128x128 px",
    "The photos belong to their photographers and are not part of this project.",
)
EVERYDAY = (
    "everyday photographs of public sets (Open Images, OSIE, ImageNet and sets derived from it, "
    "Clothing Co-Parsing, cats and dogs, Grocery Store, BSDS500, Caltech-101, PACS, Houses, IKEA "
    "rooms, human segmentation)"
)
EVERYDAY_TERMS = (
    "Everyday photographs: Open Images CC BY 2.0; OSIE and Grocery Store MIT; Clothing Co-Parsing "
    "and cats and dogs Apache-2.0; the others research use, non-commercial or unstated."
)
LFW_TERMS = "LFW: research use, press photographs, rights with their owners."
PHOTOS = Data(
    f"Intel scene classification (landscapes); {EVERYDAY}; faces of CelebA and LFW; 128x128 px. "
    "The encoder begins with EfficientNet-Lite0's ImageNet weights",
    "No picture is part of this project. The landscapes belong to their photographers. "
    f"{EVERYDAY_TERMS} CelebA: non-commercial research. {LFW_TERMS} "
    "EfficientNet-Lite0: Apache-2.0.",
    hub=("flwrlabs/celeba",),
)
CIFAR10 = Data(
    "CIFAR-10",
    "CIFAR-10 may be used freely for research. Please cite Krizhevsky 2009.",
    page="https://www.cs.toronto.edu/~kriz/cifar.html",
    hub=("uoft-cs/cifar10",),
)

MAE = Headline("mae", "mean absolute error", 3, "mean training sketch")
CHROMA = Headline("psnr", "PSNR in dB", 1, "gray copy")
KLT = Headline("psnr", "PSNR in dB", 1, "KLT of 4x4 patches, 16 numbers each")

ROWS = (  # of the networks that the app offers
    Row(
        slug="face-sketch",
        network=FaceSketch,
        system="face-sketch",
        kind="classic",
        summary="Draws a face photo as an artist's pencil sketch.",
        data=CUFS,
        headline=MAE,
    ),
    Row(
        slug="face-sketch-plus",
        network=FaceSketchPlus,
        system="face-sketch",
        kind="plus",
        summary="Draws a face photo with an artist's pencil strokes.",
        data=CUFS,
        headline=MAE,
    ),
    Row(
        slug="sketch-face-plus",
        network=SketchFacePlus,
        system="sketch-face",
        kind="plus",
        summary="Paints a pencil sketch of a face as a photo.",
        data=dataclasses.replace(
            CUFS,
            name=f"{CUFS.name}; sharp faces of CelebA, drawn by face-sketch-plus",
            terms=f"{CUFS.terms} {CELEBA.terms}",
            hub=CELEBA.hub,
        ),
        headline=Headline("psnr", "PSNR in dB", 1, "mean training photo"),
    ),
    Row(
        slug="sketch-color",
        network=SketchColor,
        system="sketch-color",
        kind="classic",
        summary="Colors a line drawing of a creature.",
        data=SKETCH2PHOTO,
        headline=Headline("psnr", "PSNR in dB", 1, "mean training picture"),
    ),
    Row(
        slug="sketch-color-plus",
        network=SketchColorPlus,
        system="sketch-color",
        kind="plus",
        summary="Colors a line drawing with a palette and color hints.",
        data=dataclasses.replace(
            SKETCH2PHOTO,
            name=f"{SKETCH2PHOTO.name}, mirrored and redrawn in five line styles; as many scenes "
            "of things (house, tree, car, person and others), drawn by this project's code",
        ),
        headline=Headline(
            "psnr_palette", "PSNR in dB with the right palette", 1, "classic network"
        ),
    ),
    Row(
        slug="photo-color",
        network=PhotoColor,
        system="photo-color",
        kind="classic",
        summary="Colors a gray landscape photo.",
        data=LANDSCAPES,
        headline=CHROMA,
    ),
    Row(
        slug="photo-color-plus",
        network=PhotoColorPlus,
        system="photo-color",
        kind="plus",
        summary="Colors a gray photo of people, things or landscapes, guided by color hints.",
        data=PHOTOS,
        headline=CHROMA,
    ),
    Row(
        slug="photo-color-rgb",
        network=PhotoColorRGB,
        system="photo-color",
        kind="rgb",
        summary="Paints a gray landscape photo anew, its lightness too, and blurs it.",
        data=LANDSCAPES,
        headline=CHROMA,
    ),
    Row(
        slug="dcae",
        network=DCAE,
        system="dcae",
        kind="classic",
        summary="Squeezes a picture into a third of its numbers and rebuilds it.",
        data=CIFAR10,
        headline=KLT,
    ),
    Row(
        slug="dcae-plus",
        network=DCAEPlus,
        system="dcae",
        kind="plus",
        summary="Squeezes a picture of any size, at several rates, and rebuilds it.",
        data=dataclasses.replace(
            CIFAR10,
            name=f"CIFAR-10; landscapes of Intel scene classification; {EVERYDAY}",
            terms=f"{CIFAR10.terms} {LANDSCAPES.terms} {EVERYDAY_TERMS}",
        ),
        headline=KLT,
    ),
    Row(
        slug="face-vae",
        network=VAE,
        system="face-vae",
        kind="classic",
        summary="Describes a face by 128 numbers; morphs and samples faces.",
        data=CELEBA,
        headline=Headline("psnr", "PSNR in dB", 1, "PCA with 128 numbers"),
        task="unconditional-image-generation",
    ),
    Row(
        slug="face-vae-plus",
        network=VAEPlus,
        system="face-vae",
        kind="plus",
        summary="Describes a face by 512 numbers, the most important first; morphs, edits and "
        "samples faces.",
        data=dataclasses.replace(
            CELEBA,
            name=f"{CELEBA.name}; faces of LFW in the same pose",
            terms=f"{CELEBA.terms} {LFW_TERMS}",
        ),
        headline=Headline("psnr", "PSNR in dB", 1, "PCA with 512 numbers"),
        task="unconditional-image-generation",
    ),
)
INSTRUMENTS = (  # of the networks that measure others; the app does not offer them
    Row(
        slug="face-attributes",
        network=Classifier,
        system="face-attributes",
        kind="instrument",
        summary="Names the attributes of a face; measures the face networks.",
        data=dataclasses.replace(
            CELEBA, name=f"{CELEBA.name}; training people with an odd identity number"
        ),
        task="image-classification",
    ),
)
