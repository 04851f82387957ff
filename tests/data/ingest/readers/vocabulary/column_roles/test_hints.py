"""What a user says of columns, where guessing ends."""

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.data.ingest.readers import ReadError, read_all
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import (
    Hints,
    hinted_roles,
    parse_columns,
)

WAVE = np.geomspace(3800.0, 9200.0, 400)
FLUX = 30 + 10 * np.sin(WAVE / 300)


@pytest.mark.parametrize(("said", "role"), [
    ("flux=F", "flux"), ("wave=F", "wave"), ("loglam=F", "log wave"), ("error=F", "error"),
    ("z=F", "redshift"), ("ivar=F", "ivar"), ("var=F", "variance"), ("mask=F", "mask"),
    ("Log Wave=F", "log wave"), ("frequency = F", "frequency"), ("quality=F", "quality"),
])  # fmt: skip
def test_a_pair_names_a_role_and_a_column(said, role):
    assert parse_columns([said]) == {role: "F"}


@pytest.mark.parametrize("said", ["flux", "flux=", "colour=F", "=F", "flux = "])
def test_what_is_no_pair_is_quoted_with_the_names_that_are(said):
    with pytest.raises(ValueError, match=r"--column takes NAME=COLUMN, .*names are wave, loglam"):
        parse_columns([said])


def test_what_the_user_says_stands_instead_of_what_is_guessed():
    names = ["wave", "loglam", "flux", "ivar", "mask", "F", "E"]
    roles = hinted_roles(names, Hints({"flux": "f", "error": "E", "log wave": "LOGLAM"}))
    assert roles == {"log wave": "loglam", "flux": "F", "error": "E", "mask": "mask"}


def test_a_column_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ReadError, match="there is no column 'X'; it has wave, flux"):
        hinted_roles(["wave", "flux"], Hints({"error": "X"}))


def test_a_table_in_other_words_is_read_as_the_user_says(tmp_path):
    table = Table({"LAM": WAVE / 10, "F": FLUX, "E": np.full(400, 0.5), "ZSPEC": np.full(400, 0.2)})
    table["LAM"].unit = "nm"
    other = Table({"A": [1.0], "B": [2.0]})
    hdus = [fits.PrimaryHDU(), fits.BinTableHDU(other), fits.BinTableHDU(table)]
    fits.HDUList(hdus).writeto(tmp_path / "x.fits")
    said = Hints(parse_columns(["flux=F", "wave=LAM,error=E; z=ZSPEC"]))
    (found,) = read_all(tmp_path / "x.fits", said)
    np.testing.assert_allclose(found.wave_obs_aa, WAVE)
    np.testing.assert_allclose(found.flux, FLUX, rtol=1e-6)
    np.testing.assert_allclose(found.ivar, 4.0)
    assert found.z == 0.2


@pytest.mark.parametrize("mark", [" ", ",", ";", "\t"])
def test_columns_without_names_have_numbers(tmp_path, mark):
    rows = np.column_stack([FLUX, WAVE, np.full(400, 0.5)])
    np.savetxt(tmp_path / "n.dat", rows, delimiter=mark)
    with pytest.raises(ReadError, match=r"its 3 columns have no names.*--column wave=1"):
        list(read_all(tmp_path / "n.dat"))
    (found,) = read_all(tmp_path / "n.dat", Hints({"flux": "1", "wave": "2", "error": "3"}))
    np.testing.assert_allclose(found.flux, FLUX, rtol=1e-6)


def test_two_columns_without_names_are_not_told_of_a_third_that_they_lack(tmp_path):
    np.savetxt(tmp_path / "n.txt", np.column_stack([WAVE, FLUX]))
    with pytest.raises(ReadError, match=r"its 2 columns have no names.*a third, its error") as told:
        list(read_all(tmp_path / "n.txt"))
    assert "error=3" not in str(told.value)


@pytest.mark.parametrize("form", ["table", "image"])
def test_air_is_the_users_word_where_a_file_says_nothing(tmp_path, form):
    if form == "table":
        table = Table({"wave": vacuum_to_air(WAVE), "flux": FLUX, "error": np.full(400, 0.5)})
        table.write(tmp_path / "x.fits")
        wave = WAVE
    else:
        primary = fits.PrimaryHDU(FLUX)
        primary.header.update({"CRVAL1": 4000.0, "CDELT1": 2.0})
        fits.HDUList([primary, fits.ImageHDU(np.ones(400), name="STD")]).writeto(
            tmp_path / "x.fits"
        )
        wave = None
    (plain,) = read_all(tmp_path / "x.fits")
    (found,) = read_all(tmp_path / "x.fits", Hints(air=True))
    assert (found.wave_obs_aa > plain.wave_obs_aa + 1).all()
    if wave is not None:
        np.testing.assert_allclose(found.wave_obs_aa, wave, rtol=1e-9)


def test_what_a_file_says_of_vacuum_goes_before_the_users_word(tmp_path):
    table = Table({"wave": WAVE, "flux": FLUX, "error": np.full(400, 0.5)})
    table.meta["VACUUM"] = True
    table.write(tmp_path / "x.fits")
    (found,) = read_all(tmp_path / "x.fits", Hints(air=True))
    np.testing.assert_allclose(found.wave_obs_aa, WAVE)


def test_a_redshift_that_the_user_names_stands_before_every_other(tmp_path):
    """A column, a keyword or a fact of each row, however it is called."""
    pixels = {"wave": WAVE, "flux": FLUX, "err": np.full(400, 0.5)}
    table = Table(pixels | {"zs": np.full(400, 0.3)}, meta={"Z": 0.1, "MYZ": 0.25})
    table.write(tmp_path / "a.fits")
    for name, z in (("ZS", 0.3), ("myz", 0.25), ("absent", 0.1)):
        (found,) = read_all(tmp_path / "a.fits", Hints({"redshift": name}))
        assert (found.z, found.z_warning) == (z, "")
    rows = {name: [values.tolist()] * 2 for name, values in pixels.items()}
    pd.DataFrame(rows | {"zz": [0.1, 0.2]}).to_parquet(tmp_path / "a.parquet")
    found = read_all(tmp_path / "a.parquet", Hints({"redshift": "zz"}))
    assert [one.z for one in found] == [0.1, 0.2]


@pytest.mark.parametrize(("said", "told"), [
    ({"flux": "F", "wave": "NOPE"}, "there is no column 'NOPE'; it has QX, F"),
    ({"flux": "F"}, "with --column flux=F still none is a wavelength"),
])  # fmt: skip
def test_what_a_hint_lacks_is_told(tmp_path, said, told):
    Table({"QX": WAVE, "F": FLUX}).write(tmp_path / "a.fits")
    with pytest.raises(ReadError, match=told):
        list(read_all(tmp_path / "a.fits", Hints(said)))
