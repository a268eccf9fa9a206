"""Config of `sketch-color-plus`: the network, its input, and the decisions made on its output.

All of it is written into config.json, so that released weights keep coloring as they were measured;
a release without one of these values takes the default here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class SketchColorPlusConfig:
    # ---- the network ----
    size: int = 128  # px, of the square that it sees
    widths: tuple[int, ...] = (64, 96, 160, 256)  # channels at each resolution
    key: int = 16  # length of the vectors by which a pixel points at a palette entry
    condition: int = 64  # length of the vector that describes the palette
    reaches: tuple[float, ...] = (8.0, 32.0)  # px over which a hint's color flows, up to the lines
    palettes: int = 53  # number of kept palettes, from which one is proposed
    line_threshold: float = 0.7  # gray level below which a line slows a flow; at half of it fully
    barrier: float = 5.0  # cost of crossing a px of full ink, in reaches of the flow
    hint_softness: float = 0.003  # flowed opacity at which a hint's confidence is one half
    outside_reach: float = 48.0  # px over which the paper around a drawing flows in

    # ---- the drawing as the network sees it ----
    blank_ink: float = 0.06  # a sheet with less ink than this everywhere is blank
    line_quantile: float = 0.9  # of the ink on lines: how dark a drawing's lines are
    line_ink: float = 0.8  # lines fainter than this are darkened to it

    # ---- palettes proposed for a drawing ----
    candidates: int = 24  # best-scored palettes among which a seed draws
    missing_color_penalty: float = 10.0  # on a score, for each unit of RGB distance to the hints

    # ---- one color for each region ----
    paper_region: tuple[float, float] = (0.85, 0.95)  # share of paper at which its smudges fade
    paper_pixel: tuple[float, float] = (0.4, 0.7)  # share of paper at which a pixel is a smudge
    size_radius: float = 0.1  # difference in log size and log length of similar regions
    likelihood_radius: float = 1.0  # difference in log likelihoods of similar regions, in nats
    auction_temperature: float = 0.3  # at the end of the auction; it starts at training's 1
    auction_steps: int = 10
    palette_share_weight: float = 0.5  # areas of entries: 0 as predicted, 1 as the palette weighs
    lightness_kept: float = 0.7  # part of the mixture's lightness that a region's color keeps

    # ---- hints, and the drawing's own lines ----
    flow_reach: float = 12.0  # px of the network over which colors flow up to the lines
    shading: float = 0.1  # difference in lightness from a hint that stays, as light and shadow
    paint_darkness: float = 0.2  # darkness from which on a pixel counts as painted, not as paper
    line_growth: float = 1.3  # exponent of how lines gain strength from one to four times the size
    fill_side: int = 512  # px of the longer side at which the space between lines is filled
