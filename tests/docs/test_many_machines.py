"""The recipe for several machines, run as it is written on two local workers."""

import re

import numpy as np
from dask.distributed import LocalCluster
from PIL import Image

from ae_models import tasks, zoo
from tests.pictures import blob
from tests.test_imports import ROOT


def test_the_recipe_for_several_machines_runs_on_two_workers(tmp_path, capsys):
    photos, colored = tmp_path / "photos", tmp_path / "colored"
    photos.mkdir()
    for i in range(3):
        blob((40, 30), i).save(photos / f"{i}.png")
    (photos / "bad.jpg").write_bytes(b"no picture")
    text = (ROOT / "docs" / "many-machines.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        places = {"tcp://scheduler:8786": cluster.scheduler_address}
        places |= {"/shared/photos": str(photos), "/shared/colored": str(colored)}
        for written, place in places.items():
            assert f'"{written}"' in recipe
            recipe = recipe.replace(written, place)
        names = {}
        exec(recipe, names)
        workers = {w for future in names["futures"] for w in names["client"].who_has()[future.key]}
        names["client"].close()
    assert re.fullmatch(r".*bad\.jpg: expected a PNG.*\n", capsys.readouterr().out)
    assert len(workers) == 2, "expected both workers to have had work"
    network = zoo.load("photo-color-plus")
    for i in range(3):
        wanted = tasks.colorize(network, blob((40, 30), i))
        assert np.array_equal(Image.open(colored / f"{i}.png"), wanted)
