"""Write the tables of README.md and README.id.md from the zoo's rows and the releases' config.json.

    python -m docs.make.readme        also: make figures

Each table stands between two comments, <!-- NAME --> and <!-- /NAME -->; tests compare them.
"""

import re
from collections.abc import Callable
from pathlib import Path

from ae_models import zoo
from docs.lessons.show import example
from docs.make import strips

ROOT = Path(__file__).resolve().parents[2]
READMES = {"en": ROOT / "README.md", "id": ROOT / "README.id.md"}
INDONESIAN = {
    "network": "jaringan",
    "on test pictures": "pada gambar uji",
    "simple baseline": "pembanding sederhana",
    "this network": "jaringan ini",
    "pictures": "gambar",
    "mean absolute error": "galat mutlak rata-rata",
    "PSNR in dB": "PSNR dalam dB",
    "PSNR in dB with the right palette": "PSNR dalam dB dengan palet yang benar",
    "mean training sketch": "sketsa pelatihan rata-rata",
    "mean training photo": "foto pelatihan rata-rata",
    "mean training picture": "gambar pelatihan rata-rata",
    "classic network": "jaringan classic",
    "gray copy": "salinan abu-abu",
    "KLT of 4x4 patches, 16 numbers each": "KLT petak 4x4, masing-masing 16 angka",
    "PCA with 128 numbers": "PCA dengan 128 angka",
    "PCA with 512 numbers": "PCA dengan 512 angka",
    "not measured yet": "belum diukur",
    "command": "perintah",
    "epochs": "epoch",
    "minutes": "menit",
    "release": "rilis",
    "in and out": "masuk dan keluar",
    "one number": "satu angka",
    "A drawing and three colorings of it": "Sebuah gambar dan tiga pewarnaannya",
    "Gray photos and their colorings": "Foto abu-abu dan pewarnaannya",
    "A picture, and what comes out of its file": "Sebuah gambar, dan yang keluar dari berkasnya",
    "One face turns into another": "Satu wajah berubah menjadi wajah lain",
    "PSNR with the right palette; the classic network": (
        "PSNR dengan palet yang benar; jaringan classic"
    ),
    "PSNR on test photos; left gray": "PSNR pada foto uji; dibiarkan abu-abu",
    "bytes instead of": "bita, bukan",
    "numbers a face instead of": "angka per wajah, bukan",
}


def in_language(english: str, language: str) -> str:
    return INDONESIAN[english] if language == "id" else english


def number(text: str, language: str) -> str:
    """A number as it is written in a language: 8,980.5 is 8.980,5 in Indonesian."""
    return text.translate(str.maketrans(",.", ".,")) if language == "id" else text


def heading(language: str, *columns: tuple[str, str]) -> list[str]:
    """The first two lines of a table; columns: name and alignment."""
    names = " | ".join(in_language(name, language) for name, _ in columns)
    return [f"| {names} |", "|" + "|".join(align for _, align in columns) + "|"]


def figures(language: str) -> list[str]:
    """One line for each network: its headline figure beside the baseline's."""
    texts = ("network", "---"), ("on test pictures", "---")
    numbers = ("simple baseline", "--:"), ("this network", "--:"), ("pictures", "--:")
    return heading(language, *texts, *numbers) + [_figure(row, language) for row in zoo.ROWS]


def _figure(row: zoo.Row, language: str) -> str:
    shown, measured = row.headline, zoo.config(row.slug)["metrics"]
    if shown is None or not measured:
        return f"| `{row.slug}` | {in_language('not measured yet', language)} | | | |"
    baseline, own = headline(row.slug, language)
    beside = f"{baseline} ({in_language(shown.baseline, language)})" if baseline else ""
    count = number(f"{measured['images']:,}", language)
    label = in_language(shown.label, language)
    return f"| `{row.slug}` | {label} | {beside} | **{own}** | {count} |"


def headline(slug: str, language: str) -> tuple[str, str]:
    """The baseline's figure, "" without one, and the network's own."""
    shown, measured = zoo.row(slug).headline, zoo.config(slug)["metrics"]

    def value(figures: dict) -> str:
        figure = figures.get(shown.metric)
        return number(f"{figure['value']:.{shown.digits}f}", language) if figure else ""

    return value(measured["baselines"].get(shown.baseline, {})), value(measured["metrics"])


def trainings(language: str) -> list[str]:
    """One line for each network: how it was trained, and what its release weighs."""
    names = ("pictures", "epochs", "minutes", "release")
    columns = [("command", "---"), *((name, "--:") for name in names)]
    rows = (*zoo.ROWS, *zoo.INSTRUMENTS.values())
    return heading(language, *columns) + [_training(row, language) for row in rows]


def _training(row: zoo.Row, language: str) -> str:
    training = zoo.config(row.slug)["training"]
    megabytes = (zoo.WEIGHTS / row.slug / "model.safetensors").stat().st_size / 1e6
    command = f"python -m train.{row.slug.replace('-', '_')}"
    minutes = f"{training['seconds'] / 60:.0f}"
    counts = f"{training['images']:,} | {training['epochs']:,} | {minutes} | {megabytes:.1f} MB"
    return f"| `{command}` | {number(counts, language)} |"


def strips_table(language: str) -> list[str]:
    """One line for each strip of docs/make/strips.py: before and after, with one number."""
    picture, face = example(strips.PHOTO), zoo.load("face-vae-plus").config
    classic, colored = headline("sketch-color-plus", language)
    lazy, painted = headline("photo-color-plus", language)
    size = f"{round(len(strips.compressed()), -2):,}"  # to hundreds: machines may differ by bytes
    raw, pixels = f"{3 * picture.width * picture.height:,}", f"{3 * face.size**2:,}"
    lines = [
        ("sketch", "A drawing and three colorings of it", f"**{colored} dB**",
         "PSNR with the right palette; the classic network", classic),
        ("gray", "Gray photos and their colorings", f"**{painted} dB**",
         "PSNR on test photos; left gray", lazy),
        ("photo", "A picture, and what comes out of its file", f"**{number(size, language)}**",
         "bytes instead of", number(raw, language)),
        ("morph", "One face turns into another", f"**{face.latent}**",
         "numbers a face instead of", number(pixels, language)),
    ]  # fmt: skip
    return heading(language, ("in and out", "---"), ("one number", "---")) + [
        f"| ![{in_language(alt, language)}](docs/strip-{name}.webp) "
        f"| {figure} {in_language(text, language)} {beside} |"
        for name, alt, figure, text, beside in lines
    ]


TABLES: dict[str, Callable[[str], list[str]]] = {
    "strips": strips_table,
    "figures": figures,
    "trainings": trainings,
}


def written(text: str, language: str = "en") -> str:
    """A README with its tables as they should be. Raises ValueError if a comment is missing."""
    for name, table in TABLES.items():
        block = f"<!-- {name} -->\n" + "\n".join(table(language)) + f"\n<!-- /{name} -->"
        pattern = rf"<!-- {name} -->.*?<!-- /{name} -->"
        text, count = re.subn(pattern, lambda _, block=block: block, text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"expected <!-- {name} --> once, got it {count} times")
    return text


if __name__ == "__main__":
    for language, path in READMES.items():
        path.write_text(written(path.read_text(encoding="utf-8"), language), encoding="utf-8")
