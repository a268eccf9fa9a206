"""Many pictures: files and folders in, one file out for each, in one process or several."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
from tqdm import tqdm

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".tif", ".tiff", ".heic", ".heif"}
Work = Callable[[Path, Path], None]  # (input, output): reads the one, writes the other


@dataclass(frozen=True)
class Outcome:
    """One input: the file written, or the reason why there is none."""

    input: str
    output: str = ""
    error: str = ""
    seconds: float = 0.0


def plan(inputs: list[Path], out: Path, suffix: str, suffixes: set[str] = SUFFIXES) -> list[tuple]:
    """(input, output) of each file, and of each file in the folders among `inputs`, whose structure
    is kept below `out`. Inputs whose outputs would have one name keep their suffix in it. Raises
    ValueError if there is nothing to do, and if an output would replace an input or another
    output."""
    found = []
    for path in inputs:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes)
            visible = [p for p in inside if not p.name.startswith(".")]
            found += [(p, p.relative_to(path)) for p in visible]
        else:
            found.append((path, Path(path.name)))
    if not found:
        raise ValueError(f"expected pictures, found none in {', '.join(map(str, inputs))}")
    count = Counter(relative.with_suffix("") for _, relative in found)

    def output(relative: Path) -> Path:
        shared = count[relative.with_suffix("")] > 1
        return out / (f"{relative}{suffix}" if shared else relative.with_suffix(suffix))

    pairs = [(path, output(relative)) for path, relative in found]
    _check(pairs)
    return pairs


def _check(pairs: list[tuple[Path, Path]]) -> None:
    """Raise ValueError if an output would replace an input or another output."""
    inputs, taken = {path.resolve() for path, _ in pairs}, {}
    for path, output in pairs:
        if output.resolve() in inputs:
            raise ValueError(f"expected --out to be another folder: {output} would be replaced")
        if output in taken:
            both = f"{taken[output]} and {path}"
            raise ValueError(f"expected pictures of different names, got {both}, both for {output}")
        taken[output] = path


def run(work: Work, pairs: list[tuple[Path, Path]], jobs: int = 1) -> list[Outcome]:
    """Do `work` for each pair, in `jobs` processes, with progress on stderr; in the order of the
    pairs. A file that fails is reported and does not stop the others."""
    bar = tqdm(_outcomes(work, pairs, jobs), total=len(pairs), unit="file", disable=None)
    by_input = {outcome.input: outcome for outcome in bar}
    return [by_input[str(path)] for path, _ in pairs]


def _outcomes(work: Work, pairs: list[tuple[Path, Path]], jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from (attempt(work, *pair) for pair in pairs)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        for future in as_completed([pool.submit(attempt, work, *pair) for pair in pairs]):
            yield future.result()


def attempt(work: Work, source: Path, target: Path) -> Outcome:
    """Do `work` for one file, with its reason if it fails."""
    start = time.perf_counter()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work(source, target)
    except (ValueError, OSError) as error:
        return Outcome(str(source), error=str(error))
    return Outcome(str(source), str(target), seconds=round(time.perf_counter() - start, 3))
