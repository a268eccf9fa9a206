"""A task refuses every network that cannot do it, in one sentence."""

import functools

import pytest
import torch

from ae_models import tasks, zoo
from ae_models.codec.dcae import DCAE
from ae_models.codec.dcae_plus import DCAEPlus
from ae_models.codec.file import Header
from ae_models.face import tasks as face_tasks
from ae_models.face.sketch import FaceSketch
from ae_models.face.sketch_plus import FaceSketchPlus, SketchFacePlus
from ae_models.face.vae import VAE
from ae_models.face.vae_plus import VAEPlus
from ae_models.photo.classic import PhotoColor, PhotoColorRGB
from ae_models.photo.plus import PhotoColorPlus
from ae_models.sketch.classic import SketchColor
from ae_models.sketch.plus import SketchColorPlus
from tests.conftest import MINIATURE
from tests.pictures import blob

PICTURE = blob((40, 40), 1)
VAES, CODECS = (VAE, VAEPlus), (DCAE, DCAEPlus)
COLORIZERS = (PhotoColor, PhotoColorRGB, PhotoColorPlus)
GRID, HEADER = torch.zeros(1, 8, 4, 4), Header("0000", 1, 40, 40)

# (task, a call of it, the networks that can do it)
TASKS = [
    ("color_sketch", lambda m: tasks.color_sketch(m, PICTURE), (SketchColor, SketchColorPlus)),
    ("surprise", lambda m: tasks.surprise(m, PICTURE), (SketchColorPlus,)),
    ("paint_sketch", lambda m: tasks.paint_sketch(m, PICTURE), (SketchColor, SketchColorPlus)),
    ("propose_palettes", lambda m: tasks.propose_palettes(m, PICTURE), (SketchColorPlus,)),
    (
        "translate_face",
        lambda m: tasks.translate_face(m, PICTURE),
        (FaceSketch, FaceSketchPlus, SketchFacePlus),
    ),
    ("colorize", lambda m: tasks.colorize(m, PICTURE), COLORIZERS),
    ("chroma", lambda m: tasks.chroma(m, torch.zeros(1, 1, 9, 9)), COLORIZERS),
    (
        "chroma_fields",
        lambda m: tasks.chroma_fields(m, torch.zeros(1, 1, 9, 9)),
        COLORIZERS,
    ),
    (
        "recognize",
        lambda m: tasks.recognize(m, torch.zeros(1, 1, 9, 9)),
        COLORIZERS,
    ),
    ("reconstruct", lambda m: tasks.reconstruct(m, PICTURE), VAES + CODECS),
    ("encode", lambda m: tasks.encode(m, PICTURE), VAES + CODECS),
    ("decode", lambda m: tasks.decode(m, GRID), VAES + CODECS),
    ("rounded", lambda m: tasks.rounded(m, GRID, 1), (DCAEPlus,)),
    ("compress", lambda m: tasks.compress(m, PICTURE), (DCAEPlus,)),
    ("latent_in", lambda m: tasks.latent_in(m, HEADER, b""), (DCAEPlus,)),
    ("morph", lambda m: tasks.morph(m, PICTURE, PICTURE, 2), VAES),
    ("sample", lambda m: tasks.sample(m, 1), VAES),
    ("decode_all", lambda m: tasks.decode_all(m, torch.zeros(1, 6)), VAES),
    ("random_latents", lambda m: tasks.random_latents(m, 1, 0), VAES),
    ("draw", lambda m: tasks.draw(m, 1, torch.Generator()), VAES),
    ("priors", tasks.priors, VAES),
    ("edit", lambda m: tasks.edit(m, PICTURE, {}), VAES),
    ("directions", tasks.directions, VAES),
    ("posterior", lambda m: face_tasks.posterior(m, torch.zeros(1, 3, 32, 32)), VAES),
]


@functools.cache
def network(slug: str) -> torch.nn.Module:
    network = zoo.build(slug, **MINIATURE[slug]).eval()
    network.sha256 = "ab" * 32  # as of a release
    return network


def test_every_task_is_in_the_table():
    others = {
        "MAX_SAMPLES",
        "MAX_STEPS",
        "clean_sketch",
        "decompress",
        "unpacked",
        "working_size",
    }  # take no network
    assert {name for name, _, _ in TASKS} == {*tasks.__all__, "posterior"} - others


@pytest.mark.parametrize(("name", "task", "able"), TASKS, ids=[name for name, _, _ in TASKS])
def test_networks_that_cannot_do_a_task_are_refused(name, task, able):
    wrong = [network(row.slug) for row in zoo.ROWS if row.network not in able]
    for model in [*wrong, torch.nn.Linear(1, 1)]:
        expected = f"^expected a network that .+, got {type(model).__name__}$"
        with pytest.raises(ValueError, match=expected):
            task(model)
