"""What benchmarks/ingest.py measures, on two small files."""

import io
import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "ingest.py"


@pytest.fixture
def folder(tmp_path):
    """Two files laid out as SDSS's, with a model."""
    loglam = (3.58 + 1e-4 * np.arange(500)).astype(np.float32)
    for number in (1, 2):
        pixels = {"flux": np.ones(500), "loglam": loglam, "ivar": np.ones(500)}
        pixels["model"] = np.full(500, 1.5)
        coadd = [fits.Column(name=k, format="E", array=v) for k, v in pixels.items()]
        about = {"PLATE": ("J", 266), "MJD": ("J", 51602), "FIBERID": ("J", number)}
        about |= {"Z": ("E", 0.05), "CLASS": ("6A", "GALAXY")}
        entry = [fits.Column(name=k, format=f, array=[v]) for k, (f, v) in about.items()]
        hdus = [fits.PrimaryHDU(), *map(fits.BinTableHDU.from_columns, (coadd, entry))]
        fits.HDUList(hdus).writeto(tmp_path / f"spec-0266-51602-000{number}.fits")
    return tmp_path


def in_this_process(monkeypatch, capsys):
    """run(command, input): Python given with -c, without a process that imports all anew."""

    def run(command, input, **_):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["-c", *command[3:]])
            patch.setattr(sys, "stdin", io.StringIO(input))
            exec(command[2], {})
        return SimpleNamespace(stdout=capsys.readouterr().out)

    return run


def test_every_copy_is_a_spectrum_of_its_own(folder, monkeypatch, capsys):
    words = [str(folder), "--files", "6", "--parquet", "5", "--jobs", "1", "--json"]
    monkeypatch.setattr(sys, "argv", ["ingest.py", *words])
    measure = runpy.run_path(str(BENCHMARK))
    monkeypatch.setitem(measure["main"].__globals__, "by_specutils", lambda files: {"n": 6})
    run = in_this_process(monkeypatch, capsys)
    monkeypatch.setattr(measure["subprocess"], "run", run)
    measure["main"]()
    said = json.loads(capsys.readouterr().out)
    assert said["sdss"]["n_taken"] == 6
    assert said["parquet"]["n_taken"] == 5
    for one in (said["sdss"], said["parquet"]):
        assert one["bytes_a_spectrum"] > 0
        assert one["per_s"] > 0
        assert one["writer_peak_mb"] > 0
