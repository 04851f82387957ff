"""Files dropped on the page: opened, judged, explained and placed, and stored nowhere."""

import base64
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.dashboard.session.opened import dropped_file
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.collection.collection import Collection
from spexplain.data.ingest.readers import ReadError
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.plane_points import open_planes


@pytest.fixture
def real(small_demo):
    """A session on the small demo, whose lenses are real."""
    collection = Collection.open(small_demo)
    with ThreadPoolExecutor(2) as pool:
        space = Workspace(collection, open_lenses(collection), open_planes(collection))
        session = Visitor(space, pool, lambda callback: callback())
        session.view.lens = "agn"
        yield session
        session.close()


def test_a_file_is_judged_explained_and_placed_beside_its_twin(real, tmp_path, as_file, wait_until):
    collection = real.workspace.collection
    lens = real.lens
    row = int(lens.rows[np.flatnonzero(lens.columns["correct"].fillna(False))[0]])
    files = {path: path.stat().st_mtime_ns for path in collection.path.rglob("*")}
    real.dropped.receive("mine.fits", as_file(collection, row, tmp_path / "spec.fits"))
    wait_until(lambda: real.dropped.place is not None)
    spectrum = real.outcome.open_spectrum
    assert spectrum.row == -1
    assert spectrum.verdict.predicted == lens.verdict(row).predicted
    wait_until(lambda: real.outcome.explanation is not None and not real.outcome.busy)
    expected = real.workspace.on_plane(real.view.plane).place(row)
    spread = real.workspace.planes[real.view.plane].xy.std()
    assert np.hypot(*np.subtract(real.dropped.place, expected)) < 0.5 * spread
    assert {path: path.stat().st_mtime_ns for path in collection.path.rglob("*")} == files
    real.open(row)
    assert real.dropped.place is None


def test_what_cannot_be_opened_is_said_in_words(real, tmp_path, as_file, wait_until):
    real.dropped.receive("notes.txt", base64.b64encode(b"no spectrum").decode())
    wait_until(lambda: real.outcome.problem)
    said = "notes.txt cannot be opened: text that is no table; it begins 'no spectrum'."
    assert real.outcome.problem == said
    assert real.outcome.open_spectrum is None
    real.complain("")
    real.dropped.receive("bare.csv", base64.b64encode(b"a,b,c\n1,2,3\n4,5,6\n").decode())
    wait_until(lambda: real.outcome.problem)
    assert "or say spexplain ingest --column wave=" in real.outcome.problem
    real.complain("")
    real.dropped.receive("half.fits", "not base64 !")
    assert "half.fits did not arrive whole" in real.outcome.problem
    collection = real.workspace.collection
    content = as_file(collection, int(real.lens.rows[0]), tmp_path / "at-rest.fits", z=-0.0)
    real.complain("")
    real.dropped.receive("at-rest.fits", content)
    wait_until(lambda: real.outcome.problem)
    assert "redshift" in real.outcome.problem


def test_a_file_that_the_lens_cannot_take_leaves_what_is_open(real, wait_until):
    wave = np.geomspace(3600.0, 10_300.0, 1500)
    columns = {"wave": wave, "flux": np.full(1500, -3.0), "ivar": np.ones(1500)}
    table = fits.BinTableHDU(Table(columns))
    table.header["Z"] = 0.05
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(content)
    row = int(real.lens.rows[0])
    real.open(row)
    real.dropped.receive("dark.fits", base64.b64encode(content.getvalue()).decode())
    wait_until(lambda: "dark.fits" in real.outcome.problem)
    assert (
        "dark.fits cannot serve the lens “AGN type”: flux at 5100 Å is −3;" in real.outcome.problem
    )
    assert real.outcome.problem.endswith("no other lens here can take it.")
    assert real.outcome.open_spectrum.row == row
    assert real.view.spectrum == real.outcome.open_spectrum.id


def test_a_lens_that_can_take_what_this_one_cannot_is_named(real, wait_until):
    wave = np.geomspace(3600.0, 10_300.0, 1500)
    flux = np.where(np.abs(wave / 1.05 - 5100) < 30, -3.0, 3.0)  # P21 divides by what is there
    table = fits.BinTableHDU(Table({"wave": wave, "flux": flux, "ivar": np.full(1500, 400.0)}))
    table.header["Z"] = 0.05
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(content)
    real.dropped.receive("dip.fits", base64.b64encode(content.getvalue()).decode())
    wait_until(lambda: "dip.fits" in real.outcome.problem)
    assert real.outcome.problem.endswith("the lens “Anomaly score” can take it.")


def test_a_file_that_takes_its_time_keeps_no_explanation_waiting(real, wait_until, monkeypatch):
    may_end = threading.Event()

    def slow(name, content):
        may_end.wait()
        raise ReadError("too slow", "reading it took more than 10 s of processor time")

    monkeypatch.setattr("spexplain.data.lenses.one_spectrum.outside_spectrum.read_bytes", slow)
    space = real.workspace
    with ThreadPoolExecutor(1) as pool:  # the only thread there is for explanations
        others = [Visitor(space, pool, lambda callback: callback()) for _ in range(2)]
        for visitor in others:
            visitor.view.lens = "agn"
            visitor.dropped.receive("slow.fits", base64.b64encode(b"x").decode())
        others[0].open(int(real.lens.rows[0]))
        wait_until(lambda: others[0].outcome.explanation is not None)
        may_end.set()
        wait_until(lambda: "processor time" in others[1].outcome.problem)
        for visitor in others:
            visitor.close()


def test_a_file_whose_place_comes_late_does_not_open_again_over_another(
    real, tmp_path, as_file, monkeypatch
):
    asked, may_end = threading.Event(), threading.Event()

    def late(*_):
        asked.set()
        may_end.wait()
        return 1.0, 2.0

    monkeypatch.setattr(type(real.workspace.placer), "place", late)
    row, other = (int(row) for row in real.lens.rows[:2])
    real.dropped.receive("mine.fits", as_file(real.workspace.collection, row, tmp_path / "s.fits"))
    assert asked.wait(30)
    real.open(other)
    may_end.set()
    both = threading.Barrier(2)
    for ended in [dropped_file._THREADS.submit(both.wait, 30) for _ in range(2)]:
        ended.result(30)  # neither thread reads a file any more
    assert real.outcome.open_spectrum.row == other
    assert real.dropped.place is None
