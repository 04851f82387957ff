"""Spectra are added to a collection and removed from the shell."""

import json

import numpy as np
import pytest
from astropy.table import Table
from spexplain.dashboard.cli import main


@pytest.fixture
def survey(tmp_path):
    """A collection of one spectrum, and two more files."""
    for name, z in (("a", 0.1), ("b", 0.2), ("far", 3.0)):
        table = Table({"wave": np.linspace(4e3, 9e3, 500), "flux": np.ones(500)})
        table["err"] = 0.1
        table.meta["Z"] = z
        (tmp_path / "in").mkdir(exist_ok=True)
        table.write(tmp_path / "in" / f"{name}.fits")
    run("ingest", tmp_path / "in" / "a.fits", "--out", tmp_path / "c")
    return tmp_path


def run(*words):
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    assert not left.value.code


def said(capsys, *words):
    capsys.readouterr()
    run(*words, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_folder_is_added_and_spectra_are_removed_and_put_back(survey, capsys):
    grown = said(capsys, "ingest", survey / "in", "--into", survey / "c")
    assert (grown["n_taken"], grown["n_known"]) == (2, 1)
    assert grown["set_aside"] == {"redshift too high": 1}
    about = said(capsys, "info", survey / "c")
    assert (about["n_spectra"], about["set_aside"]) == (3, {"redshift too high": 1})
    (kept,) = said(capsys, "rejects", survey / "c")["set_aside"]
    assert (kept["id"], kept["reason"]) == ("far", "redshift too high")
    assert said(capsys, "remove", survey / "c", "b", "far")["n_spectra"] == 1
    assert said(capsys, "remove", survey / "c", "b", "--undo") == {
        "path": str(survey / "c"), "restored": 1, "n_spectra": 2
    }  # fmt: skip


def test_an_id_that_is_not_there_removes_nothing(survey, capsys):
    with pytest.raises(SystemExit):
        main(["remove", str(survey / "c"), "a", "nobody"])
    assert "no spectrum 'nobody'" in capsys.readouterr().err
    assert said(capsys, "info", survey / "c")["n_spectra"] == 1


@pytest.mark.parametrize("where", [[], ["--out", "x", "--into", "y"]])
def test_there_is_one_place_to_write(survey, capsys, where):
    with pytest.raises(SystemExit):
        main(["ingest", str(survey / "in"), *where])
    assert "--into DIR" in capsys.readouterr().err
