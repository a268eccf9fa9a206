"""The page without a server: the folder that is written once, and the real ONNX Runtime Web in real
Chromium."""

import functools
import http.server
import re
import threading

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ae_models import tasks, zoo
from docs.make import static
from tests.conftest import MINIATURE

PIXELS = """(selector) => {
  const { width, height } = document.querySelector(selector);
  const pen = document.querySelector(selector).getContext("2d");
  return [width, height, [...pen.getImageData(0, 0, width, height).data]];
}"""


@pytest.fixture(scope="module")
def networks() -> dict[str, torch.nn.Module]:
    """Small networks in the place of those on the page, the same each time."""
    torch.manual_seed(0)
    networks = {slug: zoo.build(slug, **MINIATURE[slug]).eval() for slug in static.SLUGS}
    for parameter in (p for network in networks.values() for p in network.parameters()):
        parameter.data.add_(0.02 * torch.randn_like(parameter))  # heads start at zero
    networks["face-vae-plus"].basis.normal_(std=0.2)
    networks["face-vae-plus"].mean_face.uniform_()
    networks["dcae-plus"].sha256 = "0" * 64
    return networks


@pytest.fixture(scope="module")
def runtime() -> dict[str, bytes] | str:
    """Files of ONNX Runtime Web, or why there are none."""
    try:
        return static.runtime()
    except ValueError as error:
        return str(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, networks, runtime):
    folder = tmp_path_factory.mktemp("site") / "below" / "the-root"  # addresses are relative
    files = dict.fromkeys(static.RUNTIME, b"none") if isinstance(runtime, str) else runtime
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static.zoo, "load", networks.get)
        patch.setattr(static, "PICTURES", ("lake", "sea"))
        static.write(folder, files)
    return folder


@pytest.fixture(scope="module")
def url(folder, runtime):
    """Stands in the place of the app: a server of files alone."""
    if isinstance(runtime, str):
        pytest.skip(runtime)

    class Files(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Files, directory=folder.parents[1])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/below/the-root"
        server.shutdown()


def shown(page, selector: str) -> np.ndarray:
    width, height, pixels = page.evaluate(PIXELS, selector)
    return np.array(pixels, dtype=int).reshape(height, width, 4)[..., :3]


def opened(visit, **browser_of):
    page = visit("index.html", **browser_of)
    expect(page.locator("html[data-ready]")).to_be_attached()
    return page


@pytest.mark.filterwarnings("ignore")
def test_the_folder_holds_all_that_the_page_asks_for(folder):
    names = {path.name for path in folder.iterdir()}
    page, scripts = (folder / "index.html").read_text("utf-8"), folder.glob("*.js")
    asked = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    script = "".join(p.read_text("utf-8") for p in scripts if p.name != "ort.js")
    asked |= set(re.findall(r'"(?:\./)?([\w-]+\.(?:js|json|bin))"', script))
    asked |= {f"{name}.bin" for name in re.findall(r'run\("([^"]+)"', script)} | {
        "lake.png",
        "sea.png",
    }
    assert asked <= names and "http" not in page
    for name in asked - {"README.md"}:
        assert (folder / name).stat().st_size > 0


@pytest.mark.filterwarnings("ignore")
def test_the_page_computes_what_the_networks_do(networks, folder, visit):
    page = opened(visit)
    place = page.get_by_role("slider", name="Place between the faces")
    place.press("Home")
    expect(place).to_have_attribute("aria-valuetext", "A 100 %, B 0 %")
    network = static.first_numbers(networks["face-vae-plus"])
    face = tasks.decode(network, torch.tensor(static.faces(network)[:1]))
    assert np.abs(shown(page, ".faces > canvas") - np.array(face)).mean() < 0.1
    place.press("ArrowRight")
    expect(place).to_have_attribute("aria-valuetext", "A 97 %, B 3 %")

    page.get_by_role("slider", name="Rate").press("Home")
    figures = page.get_by_role("status")
    expect(figures).to_contain_text("Rate 1")
    original, rebuilt = (shown(page, f".pictures .{side}") for side in ("before", "after"))
    picture = static.Image.open(folder / "lake.png")
    assert np.array_equal(original, np.array(picture))
    codec = networks["dcae-plus"]
    expected = np.array(tasks.reconstruct(codec, picture, 1), dtype=int)
    assert np.abs(rebuilt - expected).mean() < 0.1
    quality = 10 * np.log10(255**2 / ((expected - original) ** 2).mean())
    expect(figures).to_contain_text(f"{len(tasks.compress(codec, picture, 1)):,} bytes")
    expect(figures).to_contain_text(f"{quality:.1f} dB")

    page.locator("input[type=file]").set_input_files(folder / "sea.png")  # one's own
    expect(figures).not_to_contain_text("bytes")
    assert shown(page, ".pictures .before").shape == (240, 320, 3)


@pytest.mark.filterwarnings("ignore")
def test_small_screens_indonesian_and_themes(visit):
    small = {"width": 390, "height": 844}
    page = opened(visit, viewport=small, locale="id-ID", color_scheme="dark")
    assert page.get_by_role("heading", level=2).all_inner_texts() == [
        "Di antara wajah",
        "Sebuah gambar pada setiap laju",
    ]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    faces = page.get_by_role("group", name="Dua sampai empat wajah").get_by_role("button")
    faces.nth(6).click()
    expect(page.locator("[aria-pressed=true] b")).to_have_text(["A", "B", "C", "D", ""])
    expect(page.locator("body")).to_have_class("dark")
    assert not Axe().run(page).response["violations"]
    page.get_by_role("button", name="Terang atau gelap", exact=True).click()
    expect(page.locator("body")).not_to_have_class("dark")
    assert not Axe().run(page).response["violations"]
