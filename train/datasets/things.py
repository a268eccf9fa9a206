"""Things that people draw, in parts. Each kind is a function that draws a thing in a random shape
and pose, the hindmost part first, with x and y about 0 to 100 and y downwards."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from train.datasets.shapes import (
    WHITE,
    Thing,
    dome,
    eyes,
    flipped,
    limb,
    oval,
    petal,
    poly,
    puffy,
    rect,
    soft,
    tones,
)


def house(t: Thing, r: Generator) -> None:
    wall, roof, door, glass, brick = tones(r, "wall roof wood glass roof")
    w, top, peak = r.uniform(26, 40), r.uniform(42, 58), r.uniform(8, 26)
    over, ridge, left = r.uniform(0, 9), r.choice([0, r.uniform(5, 20)]), r.choice([0, -0.5 * w])
    if r.random() < 0.6:
        x = 50 + w * r.uniform(0.3, 0.6)
        t.fill(brick, rect(x - 4, peak + 2, x + 5, top))
    t.fill(wall, rect(50 - w, top, 50 + w, 95))
    eaves = (50 - w - over, top), (50 + w + over, top)
    t.fill(roof, poly(eaves[0], (50 - ridge, peak), (50 + ridge, peak), eaves[1]))
    a, b, high = 50 + left - r.uniform(5, 8), 50 + left + r.uniform(5, 8), r.uniform(62, 72)
    arch = soft((a, 95), (a, 95), (a, high), (b, high), (b, 95), (b, 95))
    t.fill(door, rect(a, high, b, 95) if r.random() < 0.7 else arch)
    if r.random() < 0.8:
        t.ink(oval(b - 2, 82, 1, 1))
    y, apart = r.uniform(top + 12, 76), w * r.uniform(0.5, 0.62)
    for x in (50 - apart, 50 + apart, 50):
        if abs(x - 50 - left) > 12:
            i, j = r.uniform(5, 6.5), r.uniform(5, 7)
            t.fill(glass, rect(x - i, y - j, x + i, y + j))
            t.ink(poly((x, y - j), (x, y + j)), poly((x - i, y), (x + i, y)))
    if r.random() < 0.4:
        t.fill(glass, oval(50, (top + peak) / 2 + 3, 5, 5))


def tree(t: Thing, r: Generator) -> None:
    leaf, wood, fruit = tones(r, "leaf wood vivid")
    w, style = r.uniform(22, 36), r.integers(3)
    t.fill(wood, limb(50, 55, 50, 97, r.uniform(6, 12), r.uniform(9, 18)))
    if style == 0:  # a fir
        for k, y in ((1, 50), (0.8, 28), (0.6, 6))[: r.integers(1, 4)]:
            t.fill(leaf, poly((50 - w * k, y + 30), (50, y), (50 + w * k, y + 30)))
        return
    t.fill(
        leaf, puffy(r, 50, 36, w, r.uniform(24, 32)) if style == 1 else oval(50, 38, w * 0.9, 34)
    )
    if r.random() < 0.35:
        for x, y in r.uniform(-0.6, 0.6, (r.integers(3, 7), 2)):
            t.fill(fruit, oval(50 + w * x, 36 + 26 * y, 3.5, 3.5))


def flower(t: Thing, r: Generator) -> None:
    petals, middle, green, pot = tones(r, "vivid sun leaf roof")
    count, length, y, bend = (
        r.integers(5, 10),
        r.uniform(16, 24),
        r.uniform(26, 34),
        r.uniform(-8, 8),
    )
    left, right = (48.5, 48 + bend), (51.5, 51.5 + bend)
    stem = (left[0], y), (left[1], 65), (left[0], 97), (right[0], 97), (right[1], 65), (right[0], y)
    t.fill(green, soft(*stem))
    for angle in (-35, 215)[: r.integers(1, 3)]:
        at = 50 + bend * 0.4, r.uniform(72, 90)
        t.fill(green, petal(*at, angle, r.uniform(18, 28), r.uniform(8, 13)))
    if r.random() < 0.25:  # a tulip
        half = (50, 45), (34, 42), (34, 20), (34, 8), (43, 24), (50, 6)
        t.fill(petals, soft(*half, *[(100 - x, y) for x, y in half[4:0:-1]]))
        return
    turn, fat = r.uniform(0, 90), r.uniform(0.5, 1) * 360 / count / 57 * length
    t.fill(petals, *[petal(50, y, turn + 360 * i / count, length, fat + 4) for i in range(count)])
    t.fill(middle, oval(50, y, length * 0.36, length * 0.36))
    if r.random() < 0.3:
        t.fill(pot, poly((34, 82), (66, 82), (60, 99), (40, 99)))


def wheels(t: Thing, r: Generator, y: float, size: float, *places: float) -> None:
    tire, hub = tones(r, "dark metal")
    for x in places:
        t.fill(tire, oval(x, y, size, size))
        t.fill(hub, oval(x, y, size / 2, size / 2))


def car(t: Thing, r: Generator) -> None:
    body, glass, lamp = tones(r, "vivid glass sun")
    h, roof, tail = r.uniform(44, 52), r.uniform(24, 34), r.uniform(16, 30)
    cabin = (tail, h + 3), (tail + r.uniform(4, 14), roof), (64, roof), (r.uniform(72, 80), h + 3)
    t.fill(body, soft(*[p for p in cabin for _ in (0, 1)]))
    t.fill(
        body, soft((4, 70), (4, 70), (4, h + 2), (20, h), (78, h), (97, h + 6), (97, 70), (97, 70))
    )
    back, sill = tail + 12, roof + 5
    t.fill(glass, poly((back, h), (back + 3, sill), (46, sill), (46, h)))
    t.fill(glass, poly((50, h), (50, sill), (62, sill), (68, h)))
    if r.random() < 0.7:
        t.fill(lamp, oval(93, h + 10, 3, 4))
    if r.random() < 0.7:
        t.ink(poly((48, h), (48, 70)), poly((52, h + 6), (57, h + 6)))
    wheels(t, r, 71, r.uniform(9, 12), 25, 75)


def truck(t: Thing, r: Generator) -> None:
    cab, box, glass = tones(r, "vivid vivid glass")
    top, h = r.uniform(18, 34), r.uniform(34, 44)
    t.fill(box, rect(3, top, 62, 72))
    t.fill(cab, poly((64, h), (80, h), (93, 54), (97, 56), (97, 72), (64, 72)))
    t.fill(glass, poly((68, h + 4), (79, h + 4), (87, 54), (68, 54)))
    if r.random() < 0.4:
        t.ink(poly((3, 50), (62, 50)))
    wheels(t, r, 73, r.uniform(8, 11), 18, 45, 82)


def person(t: Thing, r: Generator) -> None:
    skin, hair, shirt, trousers, shoes, hat = tones(r, "skin hair vivid cloth dark vivid")
    rx, ry, w, waist = r.uniform(8, 13), r.uniform(10, 13), r.uniform(9, 14), r.uniform(56, 64)
    dress, sleeve, spread = r.random() < 0.3, r.uniform(0.3, 1), r.uniform(4, 8)
    arm, reach, shoulder = np.radians(r.uniform(-40, 80)), r.uniform(22, 28), 50 + w
    x, y = reach * np.cos(arm), reach * np.sin(arm)
    if r.random() < 0.4:  # long hair
        side = (50 - rx * 1.7, 6), (50 - rx * 1.4, 44)
        t.fill(hair, soft((50, 4), *side, *[(100 - x, y) for x, y in side[::-1]]))
    t.fill(skin, rect(47, 30, 53, 39))
    trouser = limb(50 - w / 2, waist - 2, 50 - spread, 92, w, r.uniform(6, 9))
    bare = limb(46, 74, 45, 92, 5, 4)
    t.fill(skin if dress else trousers, *flipped(bare if dress else trouser))
    t.fill(shoes, *flipped(oval(50 - spread - 2, 94, 6, 3.5)))
    hand = shoulder + x, 40 + y
    t.fill(skin, *flipped(limb(shoulder - 2, 41, *hand, 6, 4), oval(*hand, 3.2, 3.2)))
    if not dress:
        t.fill(trousers, rect(50 - w, waist - 1, 50 + w, waist + 4))
    elbow = shoulder - 2 + x * sleeve, 40 + y * sleeve
    t.fill(shirt, *flipped(limb(shoulder - 3, 41, *elbow, 8, 7)))
    top, low, hem = (0.8 * w, 1.5 * w, 76) if dress else (w, w, waist)
    t.fill(shirt, poly((50 - top, 37), (50 + top, 37), (50 + low, hem), (50 - low, hem)))
    t.fill(skin, oval(50, 22, rx, ry))
    parting = 180 + r.uniform(12, 40), 360 - r.uniform(12, 40)
    t.fill(hair, oval(50, 22 - 0.05 * ry, rx * 1.08, ry * 1.15, *parting))
    if r.random() < 0.15:
        t.fill(
            hat,
            poly((50 - rx * 1.1, 15), (50 - rx * 0.8, 4), (50 + rx * 0.8, 4), (50 + rx * 1.1, 15)),
        )
    t.ink(*eyes(50, 22, rx * 0.4, 1.1), oval(50, 25, rx * 0.35, 3.5, 20, 160))


def face(t: Thing, r: Generator) -> None:
    skin, hair, lips, shirt = tones(r, "skin hair lips vivid")
    rx, ry, eye = r.uniform(22, 28), r.uniform(28, 33), 0.42
    if r.random() < 0.5:  # long hair
        side = (50 - rx * 1.7, 4), (50 - rx * 1.5, 92)
        t.fill(hair, soft((50, 2), *side, *[(100 - x, y) for x, y in side[::-1]]))
    t.fill(shirt, soft((14, 108), (20, 84), (50, 78), (80, 84), (86, 108)))
    t.fill(skin, rect(43, 70, 57, 84), *flipped(oval(50 - rx, 48, 4, 6)), oval(50, 48, rx, ry))
    brow = soft((72, 36), (50, r.uniform(20, 34)), (28, 36), closed=False)
    t.fill(hair, np.concatenate([oval(50, 46, rx * 1.1, ry * 1.2, 190, 350), brow]))
    t.fill(WHITE, *flipped(oval(50 - rx * eye, 46, 5, 3.6)))
    t.ink(*flipped(oval(50 - rx * eye, 46, 1.6, 2)), poly((50, 50), (48, 57), (51, 57)))
    t.fill(lips, soft((40, 65), (50, 63), (60, 65), (50, 71)))


def boat(t: Thing, r: Generator) -> None:
    hull, sail, flag, wood, glass = tones(r, "vivid wall vivid wood glass")
    sail, deck = (WHITE if r.random() < 0.4 else sail), r.uniform(64, 72)
    body = poly((r.uniform(4, 14), deck), (r.uniform(88, 98), deck), (80, 90), (20, 90))
    if r.random() < 0.3:  # a steamer
        t.fill(flag, rect(55, 28, 66, 46))
        t.fill(sail, rect(28, 46, 74, deck))
        t.fill(hull, body)
        t.fill(glass, *[oval(x, 55, 3.6, 3.6) for x in (38, 51, 64)])
        return
    t.fill(wood, rect(48.5, 8, 51.5, deck))
    t.fill(hull, body)
    t.fill(flag, poly((51.5, 6), (64, 10), (51.5, 15)))
    t.fill(sail, poly((53, 17), (r.uniform(76, 90), 60), (53, 60)))
    if r.random() < 0.6:
        t.fill(sail, poly((47, 20), (20, 60), (47, 60)))
    if r.random() < 0.3:
        t.fill(glass, *[oval(x, 78, 3, 3) for x in (36, 50, 64)])


def robot(t: Thing, r: Generator) -> None:
    body, head, joint, light, screen, paint = tones(r, "metal metal dark vivid glass vivid")
    body = head if r.random() < 0.5 else paint
    w, k, y, eye = r.uniform(14, 22), r.uniform(10, 18), r.uniform(50, 72), 0.45
    arm = 50 + w + r.uniform(8, 12)
    t.fill(joint, rect(49, 4, 51, 14), rect(46, 36, 54, 44))
    t.fill(joint, *flipped(limb(50 + w, 50, arm, 52, 6, 6)))
    t.fill(light, oval(50, 5, 3, 3))
    t.fill(head, rect(50 - k, 13, 50 + k, 38))
    t.fill(light, *flipped(oval(50 - k * eye, 23, 3.4, 3.4)))
    t.ink(poly((50 - k / 2, 32), (50 + k / 2, 32)))
    t.fill(
        body, *flipped(limb(arm, 48, arm + 3, y, 7, 6), rect(50 - w * 0.7, 74, 50 - w * 0.2, 90))
    )
    t.fill(
        joint, *flipped(oval(arm + 3, y + 3, 4.5, 4.5), rect(50 - w * 0.85, 89, 50 - w * 0.1, 96))
    )
    t.fill(body, rect(50 - w, 43, 50 + w, 76))
    if r.random() < 0.7:
        t.fill(screen, rect(50 - w * 0.6, 48, 50 + w * 0.6, 60))
    t.fill(light, *[oval(50 + x * w, 68, 2.4, 2.4) for x in (-0.5, 0, 0.5)])


def fish(t: Thing, r: Generator) -> None:
    body, fins, stripe = tones(r, "vivid vivid vivid")
    h, x = r.uniform(14, 24), r.uniform(64, 70)
    tail = (97, 50 - h), (97, 50 - h), (90, 50), (97, 50 + h), (97, 50 + h)
    t.fill(fins, soft((x, 50), *tail))
    t.fill(fins, soft((34, 54 - h), (44, 36 - h), (62, 42 - h), (62, 58 - h)))
    t.fill(fins, soft((40, 46 + h), (50, 60 + h), (56, 46 + h)))
    above = (20, 50 - h), (44, 48 - h * 1.3)
    t.fill(body, soft((4, 50), *above, (x + 22, 50), *[(x, 100 - y) for x, y in above[::-1]]))
    if r.random() < 0.4:
        for a in (38, 54):
            left, right = (a, 50 - h * 0.9), (a + 7, 50 - h * 0.85)
            t.fill(stripe, poly(left, right, (a + 7, 50 + h * 0.85), (a, 50 + h * 0.9)))
    if r.random() < 0.5:
        t.fill(fins, petal(40, 54, r.uniform(-20, 40), 14, 9))
    t.fill(WHITE, oval(21, 46, 4.5, 4.5))
    t.ink(oval(21, 46, 1.5, 1.5), oval(6, 54, 6, 5, -20, 60))


def pet(t: Thing, r: Generator) -> None:
    """A cat, a dog, a bear or a rabbit that sits."""
    fur, belly, nose, collar = tones(r, "fur fur food vivid")
    w, h = r.uniform(20, 27), r.uniform(18, 22)
    cat = poly((28, 32), (26, 6), (44, 18)), poly((31, 26), (29, 12), (39, 18))
    dog = (soft((30, 20), (16, 20), (14, 48), (26, 50), (32, 30)),)
    bear = oval(30, 18, 8, 8), oval(30, 18, 4, 4)
    inner = soft((37, 16), (31, -10), (38, -14), (42, 14))
    rabbit = soft((36, 26), (24, -14), (38, -24), (46, 20)), inner
    kind = r.integers(4)
    ear, *inner = (cat, dog, bear, rabbit)[kind]
    long = soft((70, 92), (92, 88), (88, 62), (82, 64), (84, 80), (70, 82))
    t.fill(fur, oval(78, 88, 7, 6) if kind > 1 else long, *flipped(ear))
    t.fill(nose, *flipped(*inner))
    t.fill(fur, soft((38, 58), (24, 74), (26, 96), (74, 96), (76, 74), (62, 58)))
    if r.random() < 0.6:
        t.fill(belly, oval(50, 80, 12, 14))
    t.fill(fur, *flipped(oval(38, 93, 7, 4.5)), oval(50, 40, w, h))
    if r.random() < 0.5:
        t.fill(collar, soft((38, 57), (50, 62), (62, 57), (62, 62), (50, 67), (38, 62)))
    if r.random() < 0.4:
        t.fill(belly, oval(50, 49, 9, 7))
    t.ink(*eyes(50, 37, w * 0.4, r.uniform(1.5, 4)))
    t.fill(nose, poly((46.5, 45), (53.5, 45), (50, 49)))
    t.ink(oval(46, 51, 4, 3, 0, 160), oval(54, 51, 4, 3, 20, 180))


def bird(t: Thing, r: Generator) -> None:
    body, wing, belly, beak = tones(r, "vivid vivid wall beak")
    fat, tall = r.uniform(18, 24), r.uniform(76, 90)
    for x, y in ((45, 94), (56, 94)):
        t.fill(beak, limb(x + 1, 66, x - 1, y, 2.6, 2.6))
        t.ink(poly((x - 6, y + 1), (x, y - 1), (x + 4, y + 2)))
    t.fill(wing, poly((68, 56), (97, r.uniform(44, 64)), (92, tall - 10), (66, 66)))
    t.fill(beak, poly((14, 31), (2, 36), (15, 40)))
    back = (12, 36), (14, 20), (32, 18), (44, 36), (78, 48), (80, 66)
    t.fill(body, soft(*back, (48, 50 + fat), (26, 66), (20, 44)))
    if r.random() < 0.5:
        t.fill(belly, soft((24, 48), (40, 52), (58, 66), (46, 70), (28, 64)))
    t.fill(wing, soft((40, 46), (62, 44), (84, 58), (60, 62), (44, 58)))
    t.ink(oval(23, 30, 2.4, 2.4), oval(23, 30, 0.8, 0.8))


def butterfly(t: Thing, r: Generator) -> None:
    wing, spot, low, body = tones(r, "vivid vivid vivid dark")
    low, a = (wing if r.random() < 0.5 else low), r.uniform(-8, 12)
    t.fill(low, *flipped(soft((50, 50), (30, 52), (14, 70 + a), (24, 92), (44, 86))))
    t.fill(wing, *flipped(soft((50, 52), (42, 12), (8, 6 + a), (4, 34), (20, 58))))
    t.fill(spot, *flipped(oval(26, 30 + a / 2, 7, 6)))
    if r.random() < 0.6:
        t.fill(spot, *flipped(oval(30, 72, 5, 5)))
    t.fill(body, oval(50, 54, 4, 24), oval(50, 28, 5, 5))
    t.ink(*flipped(soft((49, 24), (44, 12), (38, 10), closed=False)))


def umbrella(t: Thing, r: Generator) -> None:
    one, two, wood = tones(r, "vivid vivid wood")
    two, count, top = (one if r.random() < 0.25 else two), r.integers(3, 6), r.uniform(10, 22)
    hook = np.concatenate([oval(44, 88, 7.5, 8, 0, 180), oval(44, 88, 4.5, 5, 180, 0)])
    t.fill(wood, rect(48.5, top - 6, 51.5, 88), hook)
    angles, edges = np.linspace(0.1, np.pi / 2, 8), np.linspace(-46, 46, count + 1)
    rib = np.stack([np.cos(angles), 52 - (52 - top) * np.sin(angles)], 1)
    for i, (a, b) in enumerate(zip(edges, edges[1:])):
        panel = [rib * [a, 1], (rib * [b, 1])[::-1], poly(((a + b) / 2, 47))]
        t.fill((one, two)[i % 2], np.concatenate(panel) + poly((50, 0)))


def cup(t: Thing, r: Generator) -> None:
    body, drink, band, plate = tones(r, "vivid wood vivid wall")
    w, y = r.uniform(22, 30), r.uniform(22, 36)
    if r.random() < 0.4:
        t.fill(plate, oval(50, 88, 46, 7))
    ring = oval(50 + w, 52, 18, 15, -90, 90), oval(50 + w, 52, 11, 9, 90, -90)
    t.fill(body, np.concatenate(ring))
    rim = (50 - w, y), (50 - w, y), (50 + w, y), (50 + w, y)
    t.fill(body, soft(*rim[:2], (50 - w * 0.9, 88), (50 + w * 0.9, 88), *rim[2:]))
    if r.random() < 0.6:
        t.fill(band, rect(51 - w, 52, 49 + w, 64) if r.random() < 0.6 else oval(50, 58, 9, 9))
    t.fill(drink, oval(50, y + 3, w * 0.9, 6))
    if r.random() < 0.4:
        steam = [[(x, 16), (x + 4, 10), (x - 4, 5), (x, -2)] for x in (42, 50, 58)]
        t.ink(*[soft(*points, closed=False) for points in steam])


def balloons(t: Thing, r: Generator) -> None:
    places = [(30, 30), (68, 26), (50, 48), (48, 16)][: r.integers(1, 5)]
    t.ink(*[soft((x, y + 20), (x, 70), (50, 98), closed=False) for x, y in places])
    for (x, y), color in zip(places, tones(r, "vivid vivid vivid vivid")):
        t.fill(color, poly((x - 3, y + 23), (x, y + 18), (x + 3, y + 23)))
        t.fill(color, oval(x, y, r.uniform(14, 18), 20))


def ice_cream(t: Thing, r: Generator) -> None:
    cone, cherry = tones(r, "crust roof")
    scoops, w = tones(r, "food food food")[: r.integers(1, 4)], r.uniform(14, 19)
    t.fill(cone, poly((50 - w, 52), (50 + w, 52), (50, 98)))
    t.ink(
        *[poly((50 - w * k * s, 52), (50 + w * k * s / 5, 90)) for k in (0.6, 0) for s in (-1, 1)]
    )
    for i, color in enumerate(scoops):
        t.fill(color, puffy(r, 50, 44 - 17 * i, w * (1 - 0.12 * i), 13))
    if r.random() < 0.5:
        t.fill(cherry, oval(50, 44 - 17 * len(scoops), 4.5, 4.5))


def mushroom(t: Thing, r: Generator) -> None:
    cap, stem, grass, spot = tones(r, "vivid wall leaf wall")
    spot, top = (WHITE if r.random() < 0.7 else spot), r.uniform(4, 16)
    t.fill(stem, soft((40, 46), (36, 96), (36, 97), (64, 97), (64, 96), (60, 46)))
    t.fill(cap, dome(50, 50, 44, 50 - top, 6))
    spots = (50, 22, 6), (28, 38, 5), (72, 38, 5), (44, 42, 4), (60, 42, 3.5)
    t.fill(spot, *[oval(x, y, size, size * 0.85) for x, y, size in spots[: r.integers(2, 6)]])
    if r.random() < 0.4:
        blades = (24, -2), (30, 6), (66, 0), (72, 8)
        t.fill(grass, *[poly((x, 98), (x + lean, 84), (x + 6, 98)) for x, lean in blades])


def rocket(t: Thing, r: Generator) -> None:
    body, fins, glass, fire, inner, paint = tones(r, "wall vivid glass fire sun vivid")
    body, w, y = (paint if r.random() < 0.3 else body), r.uniform(12, 17), r.uniform(24, 32)
    t.fill(fire, soft((42, 78), (38, 92), (50, 104), (62, 92), (58, 78)))
    if r.random() < 0.5:
        t.fill(inner, soft((46, 78), (45, 88), (50, 95), (55, 88), (54, 78)))
    fin = (50 + w * 0.8, 52), (50 + w * 2, 72), (50 + w * 2, 88), (50 + w * 0.7, 76)
    t.fill(fins, *flipped(poly(*fin)))
    right = (50 + w * 1.2, 26), (50 + w, 74), (50 + w * 0.8, 80)
    hull = soft((50, 0), *right, *[(100 - x, y) for x, y in right[::-1]])
    t.fill(body, hull)
    nose = hull[hull[:, 1] < y]
    t.fill(fins, nose[np.arctan2(nose[:, 1] - y, nose[:, 0] - 50).argsort()])
    t.fill(glass, oval(50, 42, w / 2, w / 2))
    if r.random() < 0.4:
        t.fill(fins, rect(50 - w * 0.9, 66, 50 + w * 0.9, 72))


def cake(t: Thing, r: Generator) -> None:
    low, high, icing, candle, plate, fire = tones(r, "food food food vivid stone fire")
    a, b, y, top = r.uniform(30, 40), r.uniform(20, 28), r.uniform(58, 68), r.uniform(36, 44)
    x, count = np.linspace(50 - b, 50 + b, 40), r.integers(1, 5)
    t.fill(plate, oval(50, 92, 48, 6))
    t.fill(low, rect(50 - a, y, 50 + a, 92))
    t.fill(high, rect(50 - b, top, 50 + b, y))
    drips = np.stack([x, top + 8 + 3 * np.sin(np.linspace(0, 22, 40))], 1)
    t.fill(icing, np.concatenate([poly((50 - b, top)), drips, poly((50 + b, top))]))
    for x in 50 + 9 * (np.arange(count) - (count - 1) / 2):
        t.fill(candle, rect(x - 2, top - 18, x + 2, top))
        t.fill(fire, petal(x, top - 18, -90, 9, 5))


def snowman(t: Thing, r: Generator) -> None:
    hat, scarf, nose, wood = tones(r, "dark vivid beak wood")
    w = r.uniform(0.85, 1.1)
    t.fill(wood, *flipped(limb(66, 54, 90, r.uniform(36, 56), 2.5, 2)))
    t.fill(WHITE, oval(50, 80, 24 * w, 19), oval(50, 54, 18 * w, 15), oval(50, 31, 13 * w, 12))
    t.fill(scarf, soft((37, 41), (63, 41), (64, 46), (36, 46)))
    t.fill(scarf, poly((56, 44), (62, 44), (64, 60), (58, 60)))
    t.ink(*eyes(50, 28, 5, 1.2))
    t.fill(nose, poly((49, 31), (49, 35), (r.uniform(58, 66), 34)))
    t.fill(hat, rect(40, 4, 60, 20), rect(34, 18, 66, 22))
    t.ink(*[oval(50, y, 1.2, 1.2) for y in (54, 72, 80)])


def gift(t: Thing, r: Generator) -> None:
    box, ribbon, lid = tones(r, "vivid vivid vivid")
    lid, w = (box if r.random() < 0.6 else lid), r.uniform(26, 40)
    t.fill(box, rect(50 - w, 48, 50 + w, 96))
    t.fill(lid, rect(46 - w, 34, 54 + w, 48))
    t.fill(ribbon, rect(45, 34, 55, 96))
    t.fill(ribbon, *flipped(soft((50, 34), (36, 10), (22, 16), (28, 32))), oval(50, 31, 5, 5))


def castle(t: Thing, r: Generator) -> None:
    stone, roof, gate, flag, glass, dark = tones(r, "stone roof wood vivid glass dark")
    y, w = r.uniform(48, 58), r.uniform(8, 12)
    tooth = (25, y - 6), (30, y - 6), (30, y), (35, y)
    teeth = [(x + 10 * i, y) for i in range(6) for x, y in tooth][:-2]
    t.fill(stone, poly((25, 95), *teeth, (80, 95)), *flipped(rect(20 - w, 36, 20 + w, 95)))
    t.fill(roof, *flipped(poly((17 - w, 36), (20, r.uniform(8, 18)), (23 + w, 36))))
    t.fill(flag, poly((20, 4), (32, 8), (20, 12)))
    t.fill(gate, np.concatenate([oval(50, 76, 9, 10, 180, 360), poly((59, 95), (41, 95))]))
    t.fill((glass, dark)[r.integers(2)], *flipped(rect(17, 48, 23, 60)))


def turtle(t: Thing, r: Generator) -> None:
    shell, skin, plate, paint = tones(r, "wood leaf leaf vivid")
    shell = paint if r.random() < 0.4 else shell
    t.fill(skin, soft((84, 66), (97, 70), (82, 72)))
    for x in (30, 62):
        t.fill(skin, soft((x, 68), (x + 12, 68), (x + 11, 90), (x + 1, 90)))
    t.fill(skin, soft((24, 66), (6, 60), (4, 42), (18, 38), (30, 58)))
    t.fill(shell, dome(54, 70, 34, r.uniform(38, 50), 5))
    if r.random() < 0.7:
        t.fill(plate, *[oval(x, y, 6, 6) for x, y in ((40, 54), (54, 46), (68, 54))])
    t.ink(oval(13, 47, 1.5, 1.5))


def fruit(t: Thing, r: Generator) -> None:
    skin, stalk, leaf = tones(r, "vivid wood leaf")
    apple = (50, 26), (18, 12), (8, 52), (28, 98), (50, 90)
    pear = (50, 12), (36, 14), (34, 42), (10, 74), (30, 98)
    halves = [soft(*half, *[(100 - x, y) for x, y in half[:0:-1]]) for half in (apple, pear)]
    t.fill(stalk, limb(50, 26, r.uniform(48, 56), 4, 4, 5))
    t.fill(skin, [*halves, oval(50, 56, 40, 40)][r.integers(3)])
    t.fill(leaf, petal(52, 14, r.uniform(-40, 10), 26, 13))


def kite(t: Thing, r: Generator) -> None:
    colors = tones(r, "vivid vivid vivid vivid")[: r.choice([2, 4])]
    left, right, y = r.uniform(18, 28), r.uniform(72, 82), r.uniform(26, 36)
    t.ink(soft((50, 70), (60, 80), (44, 88), (56, 100), closed=False))
    corners = [(top, x) for top in (2, 70) for x in (left, right)]
    for i, (end, x) in enumerate(corners):
        t.fill(colors[i % len(colors)], poly((50, end), (50, y), (x, y)))
    for x, y in ((54, 80), (50, 90)):
        wing = (x, y), (x - 6, y - 3), (x - 6, y + 3), (x, y), (x + 6, y + 3), (x + 6, y - 3)
        t.fill(colors[0], poly(*wing))


def sun(t: Thing, r: Generator) -> None:
    color, ray = tones(r, "sun sun")
    count, turn, wide = r.integers(7, 13), r.uniform(0, 360), r.random() < 0.5
    for angle in turn + np.arange(count) * 360 / count:
        a, b = (
            [50 + k * np.cos(np.radians(angle)), 50 + k * np.sin(np.radians(angle))]
            for k in (24, 47)
        )
        if wide:
            t.fill(ray, limb(*a, *b, 9, 0))
        else:
            t.ink(poly(a, b))
    t.fill(color, oval(50, 50, 26, 26))
    if r.random() < 0.3:
        t.ink(*eyes(50, 46, 9, 2), oval(50, 54, 10, 8, 20, 160))


def cloud(t: Thing, r: Generator) -> None:
    (sky,) = tones(r, "sky")
    t.fill(WHITE if r.random() < 0.4 else sky, puffy(r, 50, 50, 44, r.uniform(20, 28)))


# ---- kinds that are never trained on ----


def bus(t: Thing, r: Generator) -> None:
    body, glass, door = tones(r, "vivid glass metal")
    top, count = r.uniform(22, 32), r.integers(3, 6)
    corners = (4, top), (96, top), (97, 74), (3, 74)
    t.fill(body, soft(*[p for p in corners for _ in (0, 1)]))
    edges = np.linspace(8.5, 74.5, count + 1)
    t.fill(glass, *[rect(a + 1.5, top + 7, b - 1.5, 48) for a, b in zip(edges, edges[1:])])
    t.fill(door, rect(79, top + 7, 92, 72))
    t.ink(poly((4, 56), (78, 56)))
    wheels(t, r, 75, r.uniform(7, 9.5), 22, 64)


def windmill(t: Thing, r: Generator) -> None:
    wall, roof, door, sail, glass = tones(r, "wall roof wood wall glass")
    t.fill(wall, poly((38, 34), (62, 34), (70, 97), (30, 97)))
    t.fill(roof, soft((36, 36), (36, 36), (42, 16), (58, 16), (64, 36), (64, 36)))
    t.fill(door, rect(44, 78, 56, 97))
    t.fill(glass, oval(50, 60, 4, 4))
    for angle in r.uniform(0, 90) + np.arange(4) * 90:
        a = np.radians(angle)
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        t.fill(sail, poly((6, 0), (36, 0), (36, 10), (8, 10)) @ turn + [[50, 34]])
    t.fill(door, oval(50, 34, 3, 3))


def penguin(t: Thing, r: Generator) -> None:
    coat, beak = tones(r, "dark beak")
    w, a = r.uniform(22, 28), r.uniform(100, 135)
    t.fill(beak, *flipped(oval(40, 95, 8, 4)))
    t.fill(coat, *flipped(petal(54 - w, 44, a, 36, 12)))
    side = (50 - w, 8), (46 - w, 80), (40, 98)
    t.fill(coat, soft((50, 2), *side, *[(100 - x, y) for x, y in side[::-1]]))
    t.fill(WHITE, oval(50, 66, w * 0.72, 27), *flipped(oval(43, 24, 5.5, 6)))
    t.ink(*flipped(oval(44, 24, 1.6, 1.6)))
    t.fill(beak, poly((44, 31), (56, 31), (50, 39)))


def airship(t: Thing, r: Generator) -> None:
    """A hot-air balloon."""
    one, two, basket = tones(r, "vivid vivid wood")
    w, low, count = r.uniform(30, 42), r.uniform(36, 40), r.integers(3, 6)
    a, edges = np.linspace(-0.5, 0.42, 14) * np.pi, np.linspace(-w, w, count + 1)
    seam = np.stack([np.cos(a), low + low * np.sin(a)], 1)
    t.ink(poly((42, 2 * low - 4), (44, 84)), poly((58, 2 * low - 4), (56, 84)))
    for i, (a, b) in enumerate(zip(edges, edges[1:])):
        gore = np.concatenate([seam * [a, 1], (seam * [b, 1])[::-1]])
        t.fill((one, two)[i % 2], gore + poly((50, 0)))
    t.fill(basket, poly((42, 83), (58, 83), (56, 97), (44, 97)))


Kind = Callable[[Thing, Generator], None]
SKY: tuple[Kind, ...] = (sun, cloud)
KINDS: tuple[Kind, ...] = (
    *(house, house, tree, flower, car, truck, person, person, face, boat, robot, fish, pet, bird),
    *(butterfly, umbrella, cup, balloons, ice_cream, mushroom, rocket, cake, snowman, gift, castle),
    *(turtle, fruit, kite),
)
HELD_OUT: tuple[Kind, ...] = (bus, windmill, penguin, airship)
