"""The server's answers to the sheet: plain functions first, then the routes with good and with bad
input."""

import io
import json
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ae_models import tasks, zoo
from tests.pictures import blob, circle
from tests.test_images import encoded, png_header
from ui import elements, lanes, routes, sheet, words
from ui.palettes import entries, holding

RED = '[["#ff0000", 1]]'


def drawn(size=(96, 64), hints: Image.Image | None = None) -> bytes:
    """A sheet as the page sends it: black lines on nothing, and below them the hints."""
    lines = Image.new("LA", size)
    lines.putalpha(Image.eval(circle(size), lambda tone: 255 - tone))
    whole = Image.new("RGBA", (size[0], size[1] * (2 if hints else 1)))
    whole.paste(lines.convert("RGBA"), (0, 0))
    if hints:
        whole.paste(hints, (0, size[1]))
    return encoded(whole, "PNG")


def picture(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), dtype=int)


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=routes.APP["routes"]))


def test_the_colors_come_at_the_sheets_size_without_its_lines():
    colors = picture(sheet.paint(drawn(), {"palette": RED}).body)
    assert colors.shape == (64, 96, 3)
    inside, line = colors[32, 48], colors[32, 20]
    assert inside[0] > inside[2] + 40, "the circle is not red"
    assert line.max() > 120, "the line is in the colors"


def test_colors_and_lines_together_are_what_the_endpoint_gives():
    size = (sheet.FULL, sheet.FULL)
    answer = sheet.paint(drawn(size), {"palette": RED})
    assert answer.media_type == "image/webp"
    whole = tasks.color_sketch(zoo.load("sketch-color-plus"), circle(size), entries(RED))
    paper = np.asarray(circle(size), dtype=int)[:, :, None] / 255
    assert np.abs(picture(answer.body) * paper - np.asarray(whole, dtype=int)).mean() < 1


def test_a_hint_below_the_lines_is_seen():
    hints = Image.new("RGBA", (96, 64))
    hints.paste((0, 0, 255, 255), (40, 24, 56, 40))
    plain = picture(sheet.paint(drawn(), {"palette": RED}).body)
    steered = picture(sheet.paint(drawn(hints=hints), {"palette": RED, "hints": "1"}).body)
    assert steered.shape == plain.shape and steered[32, 48, 2] > plain[32, 48, 2] + 60


def test_the_classic_network_paints_without_palette():
    answers = [sheet.paint(drawn(), {"model": "classic", "palette": p}).body for p in (RED, "")]
    assert answers[0] == answers[1]


def test_palettes_are_proposed_and_a_blank_sheet_has_none():
    proposed = json.loads(sheet.palettes(drawn(), {}).body)
    assert len(proposed) == 4 == len({json.dumps(palette) for palette in proposed})
    assert all(entries(json.dumps(palette)) for palette in proposed)
    blank = encoded(Image.new("RGBA", (64, 64)), "PNG")
    assert json.loads(sheet.palettes(blank, {}).body) == []


def test_at_rest_come_the_colors_and_proposals_each_in_its_palette_with_the_locked_color():
    colors, palettes, pictures = at_rest(drawn((768, 512)), {"palette": RED, "locked": RED})
    assert colors == sheet.paint(drawn((768, 512)), {"palette": RED}).body
    palettes, pictures = json.loads(palettes), picture(pictures)
    assert len(palettes) == 4 and pictures.shape == (4 * 85, 128, 3)
    assert all("#ff0000" in dict(palette) for palette in palettes)
    for palette, shown in zip(palettes, np.split(pictures, 4)):
        alone = picture(sheet.paint(drawn((128, 85)), {"palette": json.dumps(palette)}).body)
        assert np.abs(shown - alone).mean() < 6
    (_, palettes) = at_rest(encoded(Image.new("RGBA", (64, 64)), "PNG"), {})
    assert palettes == b"[]"


def test_hints_steer_the_proposals():
    hints = Image.new("RGBA", (96, 64))
    hints.paste((0, 0, 255, 255), (40, 24, 56, 40))
    _, _, pictures = at_rest(drawn(hints=hints), {"hints": "1"})
    for shown in np.split(picture(pictures), 4):
        assert shown[32, 48, 2] > shown[32, 48, 0] + 60


def at_rest(body: bytes, query: dict) -> list[bytes]:
    sent = []
    sheet.rest(body, query, sent.append)
    return sent


def test_proposals_hold_the_colors_of_hints():
    hints = Image.new("RGBA", (96, 64))
    hints.paste((255, 0, 255, 255), (40, 24, 56, 40))
    body, query = drawn(hints=hints), {"hints": "1"}
    for answer in (sheet.palettes(body, query).body, at_rest(body, query)[1]):
        palettes = [dict(palette) for palette in json.loads(answer)]
        assert len(palettes) == 4 and all("#ff00ff" in palette for palette in palettes)


@pytest.mark.parametrize(("asked", "painted"), [(0, 1), (1, 1), (3, 3)])
def test_work_at_rest_ends_between_two_pictures_when_the_visitor_has_left(
    monkeypatch, asked, painted
):
    answers, pictures, paint = iter(range(asked)), [], tasks.paint_sketch

    def still_wanted():
        if next(answers, None) is None:
            raise lanes.Left

    monkeypatch.setattr(lanes, "still_wanted", still_wanted)
    monkeypatch.setattr(
        tasks, "paint_sketch", lambda *a, **k: pictures.append(paint(*a, **k)) or pictures[-1]
    )
    with pytest.raises(lanes.Left):
        at_rest(drawn(), {})
    assert len(pictures) == painted


def test_locked_colors_take_the_places_of_those_most_like_them():
    palette = [((250, 0, 0), 3), ((0, 0, 250), 2)]
    red, blue, green = ((200, 0, 0), 1), ((0, 0, 200), 1), ((0, 200, 0), 1)
    assert holding(palette, [blue]) == [palette[0], ((0, 0, 200), 2)]
    assert holding(palette, [red, blue, green]) == [((200, 0, 0), 3), ((0, 0, 200), 2)]
    assert holding([], [red]) == []


@pytest.mark.parametrize("ink", [0, 255], ids=["empty", "black"])
def test_a_sheet_without_a_drawing_is_survived(ink):
    body = encoded(Image.new("RGBA", (64, 64), (0, 0, 0, ink)), "PNG")
    assert picture(sheet.paint(body, {"palette": RED}).body).shape == (64, 64, 3)


def test_any_picture_is_opened_as_lines_on_nothing():
    paper = circle((2000, 1000), width=20, ink=60, paper=200)
    answer = sheet.open_picture(encoded(paper, "JPEG"), {})
    opened = Image.open(io.BytesIO(answer.body))
    assert opened.mode == "RGBA" and opened.size == (1024, 512)
    *pen, alpha = (np.asarray(band) for band in opened.split())
    assert alpha[2, 2] < 10 and alpha.max() > 150
    assert max(band[alpha > 150].max() for band in pen) < 40
    assert picture(sheet.paint(answer.body, {}).body).shape == (512, 1024, 3)


def test_a_cleaned_picture_says_so_and_may_be_had_as_it_was():
    lamp = Image.fromarray(np.linspace(90, 250, 256).astype("uint8")[None].repeat(256, 0))
    lamp.paste(0, (60, 60, 200, 66))
    for file, query, cleaned in ((lamp, {}, 1), (lamp, {"clean": "0"}, 0), (circle(), {}, 0)):
        answer = sheet.open_picture(encoded(file, "PNG"), query)
        assert answer.headers["x-cleaned"] == str(cleaned)
        ink = np.asarray(Image.open(io.BytesIO(answer.body)).getchannel("A"))
        assert (ink[-8:, :8].max() > 100) == (query == {"clean": "0"})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("[]", []),
        ('[["#ff0080", 2], ["#102", 0.5]]', [((255, 0, 128), 2), ((17, 0, 34), 0.5)]),
    ],
)
def test_palettes_as_json(text, wanted):
    assert entries(text) == wanted


@pytest.mark.parametrize(
    "text", ["red", "5", '["#ff0000"]', '[["#ff0000"]]', '[["#gg0000", 1]]', "[[1, 2]]", "{}]"]
)
def test_palettes_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="expected a palette as"):
        entries(text)


# ---- the routes ----

BAD = {
    "text": (b"no picture at all", {}, "PNG, JPEG, WebP"),
    "nothing": (b"", {}, "PNG, JPEG, WebP"),
    "too long a side": (encoded(blob((1100, 40), 1), "PNG"), {}, "8 to 1024 px"),
    "far too large": (png_header(20000, 20000), {}, "50 megapixels"),
    "50 MB": (b"x" * 50_000_000, {}, "at most 4 MB"),
    "half a hint": (encoded(blob((64, 12), 1), "PNG"), {"hints": "1"}, "8 to 1024 px"),
    "palette": (drawn(), {"palette": "nonsense"}, "a palette as"),
    "weight": (drawn(), {"palette": '[["#f00", NaN]]'}, "finite weights"),
    "six colors": (drawn(), {"palette": json.dumps([["#f00", 1]] * 6)}, "at most 5"),
    "seed": (drawn(), {"seed": "NaN"}, "seed to be a whole number"),
    "negative seed": (drawn(), {"seed": "-1"}, "seed to be a whole number"),
    "model": (drawn(), {"model": "enormous"}, "one of plus, classic"),
}


def test_locked_colors_that_are_none_get_a_sentence(client):
    answer = client.post("/studio/rest", params={"locked": "nonsense"}, content=drawn())
    assert answer.status_code == 422 and "Expected a palette as" in answer.text


@pytest.mark.parametrize("case", BAD)
def test_forged_requests_get_a_sentence(client, case):
    body, query, sentence = BAD[case]
    answer = client.post("/studio/paint", params=query, content=body)
    assert answer.status_code == 422 and sentence in answer.text
    assert answer.text[0].isupper() and answer.text.endswith(".") and "Traceback" not in answer.text
    assert client.post("/studio/paint", content=drawn()).status_code == 200


def test_a_body_without_a_length_is_cut_off(client):
    def endless():
        for _ in range(100):
            yield b"x" * 1_000_000

    answer = client.post("/studio/paint", content=endless())
    assert answer.status_code == 422 and "at most 4 MB" in answer.text


# ---- words ----


def read_aloud(markup: str) -> set[str]:
    """Texts and names that a person reads or hears of a piece of HTML."""
    found = []

    class Reader(HTMLParser):
        def handle_data(self, data):
            found.append(" ".join(data.split()))

        def handle_starttag(self, tag, attrs):
            named = ("aria-label", "title", "alt", "placeholder")
            found.extend(value for name, value in attrs if name in named)

    Reader().feed(markup)
    return {text for text in found if text}


@pytest.mark.parametrize("name", ["sheet", "morph", "portrait", "header"])
def test_our_own_elements_have_an_indonesian_word_for_everything(name):
    missing = read_aloud(elements.static(f"{name}.html")) - set(words.INDONESIAN)
    assert missing <= {"Autoencoder Studio", "English", "Indonesia", "${where}"}
