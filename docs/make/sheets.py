"""Make the contact sheets of the model cards, docs/<slug>.webp: what each network does well, and
where it fails.

    python -m docs.make.sheets [SLUG ...]

Every picture on them is drawn or made up by docs/make/examples.py, docs/make/portraits.py or our
own networks."""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from ae_models import tasks, zoo
from ae_models.face import align
from docs.make import examples
from ui import elements, photos

DOCS = Path(__file__).resolve().parents[1]
CELL, GAP, TITLE = 160, 6, 18
PALETTES = (
    [((200, 50, 40), 2), ((245, 200, 90), 1), ((70, 40, 40), 0.3)],
    [((60, 120, 200), 2), ((240, 240, 245), 1), ((30, 50, 90), 0.3)],
    [((230, 60, 50), 1), ((250, 200, 60), 1), ((60, 150, 80), 1)],
)
LARGE = 2000  # px, the side of a drawing from a scanner
EDITED = (1, 2)  # seeds of the samples that are changed
KEPT = (8, 32, 128, 512)  # numbers of a face

Row = tuple[str, list[Image.Image]]


def sheet(rows: list[Row]) -> Image.Image:
    """Rows of pictures under their titles."""
    width = max(len(pictures) for _, pictures in rows) * (CELL + GAP) + GAP
    page = Image.new("RGB", (width, len(rows) * (CELL + GAP + TITLE) + GAP), "white")
    draw = ImageDraw.Draw(page)
    for i, (title, pictures) in enumerate(rows):
        top = GAP + i * (CELL + GAP + TITLE)
        draw.text((GAP, top), title, fill="black")
        for j, picture in enumerate(pictures):
            cell = ImageOps.pad(picture.convert("RGB"), (CELL, CELL), color="white")
            page.paste(cell, (GAP + j * (CELL + GAP), top + TITLE))
    return page


def opened(pattern: str) -> list[Image.Image]:
    return [Image.open(path).convert("RGB") for path in elements.examples(pattern)]


def before_and_after(task, good: list[Image.Image], bad: list[Image.Image], why: str) -> list[Row]:
    return [
        ("in", good),
        ("out", [task(p) for p in good]),
        (f"fails: {why}", bad),
        ("out", [task(p) for p in bad]),
    ]


def blank_circle() -> Image.Image:
    return examples.sketch([examples.oval(50, 50, 44, 44)])


def text() -> Image.Image:
    page = Image.new("RGB", (128, 128), "white")
    for i in range(8):
        ImageDraw.Draw(page).text((4, 4 + 15 * i), "the quick brown fox jumps", fill="black")
    return page


def confetti() -> Image.Image:
    cells = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((128, 128), Image.Resampling.NEAREST)


def sunset() -> Image.Image:
    scene = examples.LANDSCAPES["sea"] | {
        "sky": (90, 40, 90),
        "horizon": (255, 140, 40),
        "water": (120, 50, 40),
    }
    return examples.landscape(**scene)


def own_colors(photo: Image.Image) -> list[photos.Hint]:
    """Nine points with the color that the photo has there."""
    places = [(x, y) for x in (0.2, 0.5, 0.8) for y in (0.15, 0.5, 0.8)]
    return [
        (x, y, f"#{bytes(photo.getpixel((x * photo.width, y * photo.height))).hex()}")
        for x, y in places
    ]


def face_sketch(network) -> list[Row]:
    good = opened("portrait-*.webp")
    turned, small = good[0].rotate(60, fillcolor="white"), ImageOps.expand(good[1], 160, "white")
    bad = [turned, small, *opened("face-*.webp")[:2], *opened("landscape-*.webp")[:1]]
    why = "turned, small in the picture, other light and background, not a face"
    return before_and_after(lambda p: tasks.translate_face(network, p), good, bad, why)


def posed(face: Image.Image) -> Image.Image:
    """Face of face-vae in CelebA's pose, 128x128 px -> in the pose of the CUHK database, 200x250
    px."""
    return align.align(face, align.POSES["celeba"].eyes, "cufs")


def face_sketch_plus(network) -> list[Row]:
    portraits, faces = opened("portrait-*.webp"), [posed(p) for p in opened("face-*.webp")]
    bad = [portraits[0].rotate(60, fillcolor="white"), ImageOps.expand(portraits[1], 160, "white")]
    bad += [portraits[2].point(lambda v: v // 5), *opened("landscape-*.webp")[:1]]

    def task(picture: Image.Image) -> Image.Image:
        return tasks.translate_face(network, picture)

    why = "turned, small in the picture, almost dark, not a face"
    rows = before_and_after(task, portraits, bad, why)
    return [
        *rows[:2],
        ("other backgrounds and light", faces),
        ("out", [task(p) for p in faces]),
        *rows[2:],
    ]


def sketch_face_plus(network) -> list[Row]:
    artist = zoo.load("face-sketch-plus")
    sketches = [tasks.translate_face(artist, p) for p in opened("portrait-*.webp")]
    drawn = opened("drawn-*.png")
    bad = [
        ImageOps.invert(drawn[0]),
        sketches[0].rotate(60, fillcolor="white"),
        *opened("sketch-*.png")[:2],
    ]

    def task(picture: Image.Image) -> Image.Image:
        return tasks.translate_face(network, picture)

    faces = tasks.sample(zoo.load("face-vae-plus"), 8, seed=3)
    pencil = [tasks.translate_face(artist, posed(face)) for face in faces]
    shaded = [shade(line, posed(face)) for line, face in zip(pencil, faces)]
    rows = before_and_after(task, sketches, bad, "white on black, turned, not a face")
    return [
        *rows[:2],
        ("made-up faces, drawn by face-sketch-plus", pencil),
        ("out", [task(p) for p in pencil]),
        ("the same, shaded as dark as the faces are", shaded),
        ("out", [task(p) for p in shaded]),
        ("drawn by a program", drawn),
        ("out", [task(p) for p in drawn]),
        *rows[2:],
    ]


def shade(sketch: Image.Image, face: Image.Image) -> Image.Image:
    """A sketch with the tones of a face under its lines."""
    tones = face.convert("L").filter(ImageFilter.BoxBlur(4)).point(lambda v: 100 + v * 155 // 255)
    return ImageChops.multiply(sketch.convert("L"), tones.resize(sketch.size))


def sketch_color(network) -> list[Row]:
    drawings = opened("sketch-*.png")
    thick = drawings[0].filter(ImageFilter.MinFilter(15))
    bad = [blank_circle(), thick, ImageOps.invert(drawings[2])]
    why = "nothing near the middle to go by, a thick pen, white on black"
    return before_and_after(lambda p: tasks.color_sketch(network, p), drawings, bad, why)


def sketch_color_plus(network) -> list[Row]:
    """Ten drawings, in an even and in an unsteady hand; then what may be given."""
    even = opened("sketch-*.png")
    unsteady = [
        examples.sketch(examples.by_mouse(c, i)) for i, c in enumerate(examples.SKETCHES.values())
    ]
    pencil = even[1].point(lambda v: 235 - (255 - v) // 3)
    pens = [
        examples.sketch(list(examples.SKETCHES.values())[i], width)
        for i, width in ((0, 1.5), (4, 12), (9, 20))
    ]
    pens += [pencil, ImageOps.invert(even[3]), even[5].resize((LARGE, LARGE))]
    red, blue, three = PALETTES
    surprises = tasks.surprise(network, even[0]) + tasks.surprise(network, unsteady[5], seed=1)
    (rabbit,) = opened("sketch-rabbit.png")
    belly = [hint(color) for color in ((250, 130, 170), (90, 160, 90), (240, 190, 60))]
    hinted = [tasks.color_sketch(network, rabbit, red, hints=hints) for hints in belly]
    hinted += [tasks.color_sketch(network, rabbit, hints=hints) for hints in belly]
    bad = [blank_circle(), text(), examples.sketch(examples.SKETCHES["octopus"][4:])]
    return [
        ("drawn by a program", even),
        ("nothing given", [tasks.color_sketch(network, p) for p in even]),
        (
            "the same palette of red and yellow for all",
            [tasks.color_sketch(network, p, red) for p in even],
        ),
        (
            "the same palette of red, yellow and green for all",
            [tasks.color_sketch(network, p, three) for p in even],
        ),
        ("in an unsteady hand, with gaps", unsteady),
        ("nothing given", [tasks.color_sketch(network, p) for p in unsteady]),
        (
            "the same palette of blue and white for all",
            [tasks.color_sketch(network, p, blue) for p in unsteady],
        ),
        ("a thin and two thick pens, pencil, white on black, 2000 px", pens),
        ("out", [tasks.color_sketch(network, p) for p in pens]),
        ("surprises: four and four", [picture for picture, _ in surprises]),
        (
            "a hint of pink, green, yellow on the belly: with the red palette; with nothing else",
            hinted,
        ),
        ("fails: nothing to go by, not a creature, outlines that do not close", bad),
        ("out", [tasks.color_sketch(network, p) for p in bad]),
    ]


def hint(color: tuple[int, int, int]) -> Image.Image:
    """One on the belly of the rabbit."""
    hints = Image.new("RGBA", (examples.SIDE, examples.SIDE))
    ImageDraw.Draw(hints).ellipse((245, 400, 268, 423), fill=color)
    return hints


def photo_color(network) -> list[Row]:
    scenes = opened("landscape-*.webp")
    bad = [sunset(), *opened("face-*.webp")[:2], confetti()]
    rows = before_and_after(
        lambda p: tasks.colorize(network, p), scenes, bad, "a sunset, faces, colors without reason"
    )
    return [rows[0], ("its lightness", [p.convert("L") for p in scenes]), *rows[1:]]


def photo_color_rgb(network) -> list[Row]:
    rows, classic = photo_color(network), zoo.load("photo-color")
    scenes = [tasks.colorize(classic, p) for p in opened("landscape-*.webp")]
    return [*rows[:3], ("photo-color, on their own lightness", scenes), *rows[3:]]


def photo_color_plus(network) -> list[Row]:
    good = opened("landscape-*.webp") + opened("face-*.webp")
    bad = [sunset(), *opened("portrait-*.webp")[:2], confetti()]
    steered = [
        tasks.colorize(network, p, hints=photos.hint_layer(own_colors(p), p.size)) for p in bad
    ]
    rows = before_and_after(
        lambda p: tasks.colorize(network, p),
        good,
        bad,
        "a sunset, painted backgrounds, colors without reason",
    )
    lightness = ("its lightness", [p.convert("L") for p in good])
    return [rows[0], lightness, *rows[1:], ("out, with nine points of the true color", steered)]


def dcae(network) -> list[Row]:
    good = [p.resize((128, 128)) for p in opened("landscape-*.webp")] + opened("face-*.webp")[:2]
    return before_and_after(
        lambda p: tasks.reconstruct(network, p), good, [text(), confetti()], "thin lines, noise"
    )


def dcae_plus(network) -> list[Row]:
    good = opened("landscape-*.webp") + opened("face-*.webp")[:2]
    rows = [("in", good)]
    for rate in (0, 5, 3, 1):
        rows.append(
            (
                "not rounded" if rate == 0 else f"rate {rate}",
                [tasks.reconstruct(network, p, rate) for p in good],
            )
        )
    bad = [text(), confetti()]
    rows.append(("fails: thin lines, noise; not rounded, rate 3, rate 1", bad))
    return [
        *rows,
        ("out", [tasks.reconstruct(network, p, rate) for rate in (0, 3, 1) for p in bad]),
    ]


def face_vae(network) -> list[Row]:
    faces = opened("face-*.webp")
    bad = [faces[0].rotate(45), ImageOps.flip(faces[1]), *opened("landscape-*.webp")[:1]]
    return [
        ("sampled, temperature 0.7", tasks.sample(network, 8, seed=1, temperature=0.7)),
        ("sampled, temperature 1", tasks.sample(network, 8, seed=1)),
        (
            "sampled, temperature 1.5: falls apart",
            tasks.sample(network, 8, seed=1, temperature=1.5),
        ),
        ("morph", tasks.morph(network, faces[0], faces[3], steps=8)),
        ("fails: turned, upside down, not a face", bad),
        ("out", [tasks.reconstruct(network, p) for p in bad]),
    ]


def face_vae_plus(network) -> list[Row]:
    faces, names = opened("face-*.webp"), network.config.attributes
    (first, second) = (tasks.sample(network, 1, seed=seed)[0] for seed in EDITED)
    turned = [faces[0].rotate(45), ImageOps.flip(faces[1]), *opened("landscape-*.webp")[:1]]
    torn = [
        tasks.edit(network, face, {name: 5.0}) for face in (first, second) for name in names[:4]
    ]

    latent = tasks.encode(network, faces[4])
    fewer = [tasks.decode(network, latent * (torch.arange(latent.shape[1]) < n)) for n in KEPT]

    def edited(face: Image.Image, some: tuple[str, ...], amount: float) -> Row:
        changed = [tasks.edit(network, face, {name: amount}) for name in some]
        return f"a sample, then {amount:+g} of {', '.join(some)}", [face, *changed]

    return [
        ("sampled from the mixture, temperature 1", tasks.sample(network, 8, seed=1)),
        (
            "sampled from the mixture, temperature 0.7",
            tasks.sample(network, 8, seed=2, temperature=0.7),
        ),
        (
            "sampled from the normal prior, temperature 1",
            tasks.sample(network, 8, seed=1, prior="normal"),
        ),
        ("morph", tasks.morph(network, faces[0], faces[3], steps=8)),
        (f"its first {', '.join(map(str, KEPT))} numbers, and the face", [*fewer, faces[4]]),
        edited(first, names[:7], 2.5),
        edited(second, names[7:14], 2.5),
        ("fails: turned, upside down, not a face", turned),
        ("out", [tasks.reconstruct(network, p) for p in turned]),
        ("fails: temperature 1.5", tasks.sample(network, 8, seed=1, temperature=1.5)),
        (f"fails: +5 of {', '.join(names[:4])}", torn),
    ]


SHEETS = {
    "face-sketch": face_sketch,
    "face-sketch-plus": face_sketch_plus,
    "sketch-face-plus": sketch_face_plus,
    "sketch-color": sketch_color,
    "sketch-color-plus": sketch_color_plus,
    "photo-color": photo_color,
    "photo-color-plus": photo_color_plus,
    "photo-color-rgb": photo_color_rgb,
    "dcae": dcae,
    "dcae-plus": dcae_plus,
    "face-vae": face_vae,
    "face-vae-plus": face_vae_plus,
}

if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for slug in sys.argv[1:] or SHEETS:
        sheet(SHEETS[slug](zoo.load(slug))).save(DOCS / f"{slug}.webp", quality=88)
