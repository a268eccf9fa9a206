"""Line drawings made of artwork."""

import pytest
import torch

from tests.pictures import discs
from train.datasets import lines


@pytest.mark.parametrize("style", [*lines.STYLES, lines.LEFT_OUT], ids=lambda s: s.__name__)
def test_each_style_draws_the_outline_and_leaves_paper_alone(style):
    ink = style(discs(), torch.Generator().manual_seed(0))
    assert ink.shape == (3, 1, 64, 64) and ink.min() >= 0 and ink.max() <= 1
    ring, far = ink[:, 0, 10:14, 28:36].amax((1, 2)), ink[:, 0, :6]
    assert (ring > 0.5).all() and far.max() == 0


def test_drawings_repeat_for_a_generator_and_differ():
    pictures = discs()
    given = 1 - lines.silhouette(pictures)
    a, b, c = (lines.draw(pictures, given, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert torch.equal(a, b) and not torch.equal(a, c)
    assert a.min() >= 0 and a.max() <= 1 and lines.LEFT_OUT not in lines.STYLES
    assert len(lines.SHARES) == 1 + len(lines.STYLES)


def test_pens_are_of_many_widths():
    thin = torch.zeros(1, 1, 64, 64)
    thin[..., 32, 8:56] = 1
    widths = [
        lines.pen(thin, torch.Generator().manual_seed(s)).sum().item() / 48 for s in range(30)
    ]
    assert min(widths) < 1.3 and 3 < max(widths) < 10
