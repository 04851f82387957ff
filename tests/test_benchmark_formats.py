"""What benchmarks/formats.py says of files that the test writes."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import open_lenses

FOLDER = Path(__file__).parents[1] / "benchmarks"
KEYS = {"file", "taken", "reason", "id", "type", "p", "score_rank", "flux_distance"}


@pytest.fixture
def written(small_demo, tmp_path) -> Path:
    """A spectrum of the demo, the same in nm and off by a fifth of its error, and no spectrum."""
    collection = Collection.open(small_demo)
    row = int(open_lenses(collection)["agn"].rows[0])
    (flux, ivar), z = collection.spectrum(row), float(collection.catalog["z"][row])
    good, wave = ivar > 0, collection.wave_rest_aa * (1 + z)
    kinds = {"a": (1.0, 0.0, "Angstrom"), "b.v2": (0.1, 0.0, "nm"), "c": (1.0, 0.2, "Angstrom")}
    for name, (scale, shift, unit) in kinds.items():
        error = ivar[good] ** -0.5
        zigzag = shift * error * (-1) ** np.arange(good.sum())
        table = Table({"wave": wave[good] * scale, "flux": flux[good] + zigzag, "error": error})
        table["wave"].unit = unit
        table.meta["Z"] = z
        table.write(tmp_path / f"{name}.fits")
    (tmp_path / "notes.txt").write_text("nothing to see\n", encoding="utf-8")
    return tmp_path


def test_every_file_has_a_row_with_what_the_models_say(written, small_demo, monkeypatch, capsys):
    asked = [str(written), "--json", "--demo", str(small_demo), "--reference"]
    monkeypatch.setattr(sys, "argv", ["formats.py", *asked, str(written / "a.fits")])
    runpy.run_path(str(FOLDER / "formats.py"), run_name="__main__")
    rows = {row["file"]: row for row in json.loads(capsys.readouterr().out)["files"]}
    assert set(rows) == {"a.fits", "b.v2.fits", "c.fits", "notes.txt"}
    assert all(set(row) == KEYS for row in rows.values())
    a, b, c, notes = (rows[name] for name in ("a.fits", "b.v2.fits", "c.fits", "notes.txt"))
    assert a["flux_distance"] == 0
    assert b["flux_distance"] < 1e-3
    assert 0.1 < c["flux_distance"] < 1
    assert (b["id"], b["type"], b["score_rank"]) == ("b.v2", a["type"], a["score_rank"])
    assert b["p"] == pytest.approx(a["p"], abs=1e-4)
    assert notes["taken"] is False
    assert notes["type"] is None
    assert notes["reason"]
