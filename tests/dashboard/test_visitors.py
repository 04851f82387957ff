"""Files dropped on the page: opened, judged, explained and placed, and stored nowhere."""

import base64
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from astropy.io import fits
from spexplain.dashboard.session import Session
from spexplain.dashboard.workspace import Workspace
from spexplain.data.collection import Collection
from spexplain.data.lens import open_lenses, open_planes


@pytest.fixture
def real(small_demo):
    """A session on the small demo, whose lenses are real."""
    collection = Collection.open(small_demo)
    with ThreadPoolExecutor(2) as pool:
        space = Workspace(collection, open_lenses(collection), open_planes(collection))
        session = Session(space, pool, lambda callback: callback())
        session.view.lens = "agn"
        yield session
        session.close()


def as_file(collection, row, path, z=None):
    """A stored spectrum as an SDSS file."""
    flux, ivar = collection.spectrum(row)
    z = float(collection.catalog["z"][row]) if z is None else z
    seen = ivar > 0
    columns = [
        fits.Column(name="flux", format="E", array=flux[seen]),
        fits.Column(
            name="loglam", format="D", array=np.log10(collection.wave_rest_aa[seen] * (1 + z))
        ),
        fits.Column(name="ivar", format="E", array=ivar[seen]),
    ]
    about = [
        fits.Column(name="CLASS", format="6A", array=["GALAXY"]),
        fits.Column(name="Z", format="D", array=[z]),
    ]
    coadd = fits.BinTableHDU.from_columns(columns, name="COADD")
    specobj = fits.BinTableHDU.from_columns(about, name="SPECOBJ")
    fits.HDUList([fits.PrimaryHDU(), coadd, specobj]).writeto(path)
    return base64.b64encode(path.read_bytes()).decode()


def wait(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_visitor_is_judged_explained_and_placed_beside_its_twin(real, tmp_path):
    collection = real.workspace.collection
    lens = real.lens
    row = int(lens.rows[np.flatnonzero(lens.columns["correct"].fillna(False))[0]])
    files = {path: path.stat().st_mtime_ns for path in collection.path.rglob("*")}
    real.visitors.receive("mine.fits", as_file(collection, row, tmp_path / "spec.fits"))
    wait(lambda: real.visitors.place is not None)
    shown = real.outcome.shown
    assert shown.row == -1
    assert shown.verdict.predicted == lens.verdict(row).predicted
    wait(lambda: real.outcome.explanation is not None and not real.outcome.busy)
    expected = real.workspace.place(real.view.plane, row)
    spread = real.workspace.planes[real.view.plane].xy.std()
    assert np.hypot(*np.subtract(real.visitors.place, expected)) < 0.5 * spread
    assert {path: path.stat().st_mtime_ns for path in collection.path.rglob("*")} == files
    real.open(row)
    assert real.visitors.place is None


def test_what_cannot_be_opened_is_said_in_words(real, tmp_path):
    real.visitors.receive("notes.txt", base64.b64encode(b"no spectrum").decode())
    wait(lambda: real.outcome.problem)
    assert "not a FITS file" in real.outcome.problem
    assert real.outcome.shown is None
    real.complain("")
    real.visitors.receive("half.fits", "not base64 !")
    assert "half.fits did not arrive whole" in real.outcome.problem
    collection = real.workspace.collection
    content = as_file(collection, int(real.lens.rows[0]), tmp_path / "at-rest.fits", z=-0.0)
    real.complain("")
    real.visitors.receive("at-rest.fits", content)
    wait(lambda: real.outcome.problem)
    assert "redshift" in real.outcome.problem
