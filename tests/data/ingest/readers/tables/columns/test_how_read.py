"""What was taken by other than the usual names is said, and what is usual is not."""

import numpy as np
import pytest
from astropy.table import Table
from spexplain.data.ingest.readers import read, read_all
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints

WAVE = np.linspace(4000, 9000, 60)


def written(path, names, units=("Angstrom", "mJy", "mJy"), **said):
    columns = dict(zip(names, (WAVE, WAVE / 100, np.full(60, 0.5)), strict=True))
    Table(columns, units=dict(zip(names, units, strict=True)), meta=said).write(path)
    return path


@pytest.mark.parametrize(
    ("names", "units", "said", "columns_from", "z_from"),
    [
        (("wave", "flux", "error"), ("Angstrom", "mJy", "mJy"), {"Z": 0.1}, None, None),
        (("LAM", "FLX", "SIG"), ("Angstrom", "mJy", "mJy"), {"ZSPEC": 0.1},
         "wave=LAM flux=FLX error=SIG", "ZSPEC"),
        (("wave", "flux", "error"), ("Angstrom", "", "mJy"), {"Z": 0.1},
         "flux in the unit of its error", None),
        (("wave", "flux", "error"), ("Angstrom", "", ""), {"REDSHIFT": 0.1, "FLUXUNIT": "mJy"},
         "flux in mJy, not by its column", None),
    ],
)  # fmt: skip
def test_what_was_guessed_is_said(tmp_path, names, units, said, columns_from, z_from):
    facts = read(written(tmp_path / "a.fits", names, units, **said)).facts
    assert (facts.get("columns_from"), facts.get("z_from")) == (columns_from, z_from)


def test_what_the_user_named_was_not_guessed(tmp_path):
    path = written(tmp_path / "a.fits", ("LAM", "FLX", "error"), Z=0.1)
    (spectrum,) = read_all(path, Hints({"wave": "LAM", "flux": "FLX"}))
    assert "columns_from" not in spectrum.facts


@pytest.mark.parametrize("name", ["Z_OIII", "NSA_Z", "Z_HETDEX", "Z_BLR"])
def test_what_may_be_a_redshift_by_its_name_is_named_where_there_is_none(tmp_path, name):
    path = written(tmp_path / "a.fits", ("wave", "flux", "error"), **{name: 0.1})
    assert f"--column z={name}" in read(path).z_note
    (spectrum,) = read_all(path, Hints({"redshift": name}))
    assert spectrum.z == 0.1


@pytest.mark.parametrize("name", ["Z_ERR", "ZPHOT", "ZENITH", "ZERO"])
def test_other_names_with_a_z_are_not(tmp_path, name):
    path = written(tmp_path / "a.fits", ("wave", "flux", "error"), **{name: 0.1})
    assert "--column" not in read(path).z_note
