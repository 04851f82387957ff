"""A package of somebody else's adds a reader, a stage, a lens with a target, a tab: ours stays."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from spexplain.data.files.additions import AdditionError, additions

READING = """
import numpy as np
from spexplain.core.spectra.spectrum import Spectrum


def load(hdus, path):
    flux = hdus[0].data
    wave = hdus[0].number("FIRST") + np.arange(len(flux))
    return Spectrum("mine-1", wave, flux, np.ones(len(flux)), z=0.1, survey="MINE")


READER = (lambda hdus: hdus[0].value("TELESCOP") == "MINE", load)
"""

PACKAGE = '''
"""Everything that CONTRIBUTING.md says can be added."""
import numpy as np
import pandas as pd
import panel as pn
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.session.choices.tabs import Tab
from spexplain.data.build.stage import Stage
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.built_lens import BuiltLens, Verdict


def run(work):
    prepared = work.inputs["prepare-o25"]
    spectra = prepared.array("spectra")
    brightness = np.asarray(spectra[: spectra.shape[0]]).mean(axis=1)
    rows = prepared.table("rows")["row"].to_numpy()
    table = pd.DataFrame({"row": rows, "brightness": brightness})
    work.draft.write_table("brightness", table)


STAGE = Stage("brightness", 1, needs=("prepare-o25",), params=lambda settings: {}, run=run)


class BrightnessLens(BuiltLens):
    name, title, targets = "brightness", "Brightness", ("brightness",)

    def __init__(self, collection, preparation, trained):
        super().__init__(collection, preparation, trained)
        self.columns = trained.table("brightness").set_index("row")

    def target(self, name, row):
        return CallableTarget(lambda x: np.asarray(x, float).mean(axis=1), name=name)

    def verdict(self, row):
        value = float(self.columns.brightness[row])
        rank = 1 + int((self.columns.brightness > value).sum())
        return Verdict("score", "", "", {}, value, rank, len(self.columns), of="brightness")


def open_lens(collection):
    store = RunStore(collection.path)
    trained = store.find("brightness")
    if trained is None:
        return None
    return BrightnessLens(collection, store.find("prepare-o25"), trained)


def show(visitor):
    return pn.pane.Markdown(f"open: {visitor.view.tab}")


TAB = Tab("mine", "Mine", "added_package")
'''

COMMAND = """
import contextlib, io, json
from spexplain.dashboard.cli import main


def spexplain(*words):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            main([*words])
        except SystemExit as left:
            assert left.code in (0, None), said.getvalue()
    return said.getvalue()


"""

ENTRY_POINTS = """
[spexplain.readers]
mine = added_reading:READER
[spexplain.stages]
brightness = added_package:STAGE
[spexplain.lenses]
brightness = added_package:open_lens
[spexplain.tabs]
mine = added_package:TAB
"""


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """An environment in which the package is installed."""
    site = tmp_path / "site"
    about = site / "added_package-1.dist-info"
    about.mkdir(parents=True)
    (site / "added_package.py").write_text(PACKAGE)
    (site / "added_reading.py").write_text(READING)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: added-package\nVersion: 1\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    home = tmp_path / "home"
    return os.environ | {"PYTHONPATH": str(site), "SPEXPLAIN_HOME": str(home), "COLUMNS": "200"}


def python(code: str, *, env: dict[str, str]) -> dict[str, Any]:
    """What a process prints last, as JSON; ``spexplain(…)`` in it is a command, said is its answer.

    One process for all: to load what an explanation needs takes seconds of a processor.
    """
    command = [sys.executable, "-c", COMMAND + dedent(code)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_reader_takes_files_that_none_of_ours_knows(
    tmp_path: Path, installed: dict[str, str]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    image = fits.PrimaryHDU(np.linspace(1, 2, 4000, dtype=np.float32))
    image.header["TELESCOP"], image.header["FIRST"] = "MINE", 4000.0
    image.writeto(folder / "one.fits")
    said = python(
        f"""
        from spexplain.data.collection.collection import Collection
        spexplain("ingest", {str(folder)!r}, "--out", {str(tmp_path / "survey")!r})
        taken = Collection.open({str(tmp_path / "survey")!r}).catalog["id"]
        print(json.dumps({{"taken": list(taken)}}))
        """,
        env=installed,
    )
    assert said["taken"] == ["mine-1"]


def test_a_stage_a_lens_its_target_and_a_tab(
    tmp_path: Path, installed: dict[str, str], small_demo: Path
) -> None:
    survey = tmp_path / "survey"
    shutil.copytree(small_demo, survey)
    said = python(
        f"""
        from types import SimpleNamespace
        survey = {str(survey)!r}
        built = spexplain("build", survey, "--only", "brightness")
        from spexplain.dashboard.session.choices.state import View
        from spexplain.dashboard.session.choices.tabs import tab_named
        from spexplain.dashboard.views.tabs.drawer import Drawer
        from spexplain.data.collection.collection import Collection
        from spexplain.data.lenses import open_lenses
        collection = Collection.open(survey)
        id = collection.catalog["id"][open_lenses(collection)["brightness"].rows[0]]
        view = View(tab="mine")
        shown = Drawer(SimpleNamespace(view=view)).of("mine").object
        words = ("--target", "brightness", "--samples", "300", "--json")
        explained = json.loads(spexplain("explain", survey, "--id", id, *words))
        title = tab_named("mine").title
        said = {{"built": built, "title": title, "shown": shown, "explained": explained}}
        print(json.dumps(said))
        """,
        env=installed,
    )
    assert "brightness" in said["built"]
    assert (said["title"], said["shown"]) == ("Mine", "open: mine")
    assert said["explained"]["target"] == "brightness"
    assert said["explained"]["r2"] > 0.99  # a mean is linear in its segments


def test_what_cannot_be_loaded_is_named(
    tmp_path: Path, installed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Path(installed["PYTHONPATH"])
    (site / "added_reading.py").write_text("")
    monkeypatch.syspath_prepend(str(site))
    additions.cache_clear()
    try:
        with pytest.raises(AdditionError, match="added_reading:READER"):
            additions("readers")
    finally:
        additions.cache_clear()
        sys.modules.pop("added_reading", None)
    assert tmp_path.exists()
