"""The measures of each network: MEASURES, a table of what is measured, on which pictures.

A measure takes (network, test split, training split or None) and gives statistics.Results. PSNR is
the mean over pictures after rounding to 8 bits."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from train.datasets import celeba, readers
from train.datasets.files import Split
from train.measures import attributes, codecs, faces, photos, sketches
from train.measures.statistics import Results


class Measure(NamedTuple):
    """A row of the table."""

    figures: Callable[..., Results]
    read: Callable[[Path, str], Split]
    pictures: str  # a description of the test pictures


CUHK = "test pairs of the CUHK student set"
SKETCHES = (readers.sketch2photo, "test pairs of species that were not trained on")
LANDSCAPES = (readers.landscape, "test landscapes")
CELEBA = "test faces of CelebA"
CIFAR10 = "test pictures of CIFAR-10"

MEASURES = {
    "face-sketch": Measure(faces.face_sketch, faces.sketched_sets, CUHK),
    "face-sketch-plus": Measure(faces.face_sketch, faces.sketched_sets, CUHK),
    "sketch-face-plus": Measure(faces.sketch_face, faces.portrait_sets, CUHK),
    "sketch-color": Measure(sketches.sketch_color, *SKETCHES),
    "sketch-color-plus": Measure(sketches.sketch_color_plus, *SKETCHES),
    "photo-color": Measure(photos.photo_color, *LANDSCAPES),
    "photo-color-plus": Measure(photos.photo_color_plus, photos.color_sets, LANDSCAPES[1]),
    "photo-color-rgb": Measure(photos.photo_color_rgb, *LANDSCAPES),
    "dcae": Measure(codecs.dcae, readers.cifar10, CIFAR10),
    "dcae-plus": Measure(codecs.dcae_plus, codecs.pictures, CIFAR10),
    "face-vae": Measure(faces.face_vae, faces.vae_sets, CELEBA),
    "face-vae-plus": Measure(faces.face_vae, faces.vae_sets, CELEBA),
    "face-attributes": Measure(attributes.face_attributes, celeba.faces_with_attributes, CELEBA),
}
