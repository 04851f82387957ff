"""A table of several objects, a pixel a row, is several spectra; their pixels are never mixed."""

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table
from spexplain.data.ingest.readers import ReadError, read, read_all

WAVE = np.linspace(3800.0, 9200.0, 200)
FLUX = 30 + 10 * np.sin(WAVE / 300)


def frame(**columns):
    parts = [
        pd.DataFrame({"id": name, "z": z, "wave": WAVE, "flux": scale * FLUX, "err": 0.5})
        for name, z, scale in (("b 2", 0.1, 1.0), ("a.1", 0.2, 3.0))
    ]
    return pd.concat(parts).assign(**columns)


def written(table, path):
    """A table as its ending says."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        Table.from_pandas(table).write(
            path, **({"format": "ascii.ecsv"} if path.suffix == ".ecsv" else {})
        )
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet", "fits", "ecsv"])
@pytest.mark.parametrize("numbers", [False, True])
def test_objects_are_told_apart_by_their_names(tmp_path, ending, numbers):
    table = frame()
    if numbers:
        table["id"] = table["id"].map({"b 2": 39627, "a.1": 39626})
    path = written(table, tmp_path / f"a.{ending}")
    found = list(read_all(path))
    assert [one.id for one in found] == (["39627", "39626"] if numbers else ["b 2", "a.1"])
    assert [one.z for one in found] == [0.1, 0.2]
    for one, scale in zip(found, (1.0, 3.0), strict=True):
        np.testing.assert_allclose(one.flux, scale * FLUX, rtol=1e-6)
        np.testing.assert_allclose(one.ivar, 4)


@pytest.mark.parametrize("column", [{"id": np.arange(400)}, {"id": 7}, {"id": ""}])
def test_numbers_of_pixels_and_one_name_make_one_spectrum(tmp_path, column):
    path = tmp_path / "mine.csv"
    frame(**column).iloc[:200].to_csv(path, index=False)
    spectrum = read(path)
    assert (spectrum.id, spectrum.z) == ("mine", 0.1)


def test_several_redshifts_without_names_are_told(tmp_path):
    """Of one object; two without names are no spectrum at all."""
    table = frame().drop(columns="id")
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ReadError, match="more than one spectrum: name whose pixel each is"):
        read(tmp_path / "a.csv")
    one = table.iloc[: len(WAVE)].assign(z=np.repeat([0.1, 0.2], len(WAVE) // 2))
    one.to_csv(tmp_path / "b.csv", index=False)
    spectrum = read(tmp_path / "b.csv")
    assert np.isnan(spectrum.z)
    assert "2 values" in spectrum.z_note


@pytest.mark.parametrize("ending", ["csv", "parquet", "fits"])
def test_what_stands_alike_beside_all_pixels_of_an_object_is_said_of_it(tmp_path, ending):
    """A star stays one, a flag warns, a position and any other column come along."""
    table = frame()
    first = table["id"] == "b 2"
    table["class"] = np.where(first, "STAR", "QSO")
    table["ra"], table["dec"], table["zwarning"] = np.where(first, 10.0, 20.0), 1.0, 4 * ~first
    table["night"], table["sky"] = np.where(first, "n1", "n2"), np.arange(400) / 7
    path = written(table, tmp_path / f"a.{ending}")
    star, quasar = read_all(path)
    assert (star.spectral_class, quasar.spectral_class) == ("STAR", "QSO")
    assert (star.ra, quasar.ra, star.dec) == (10.0, 20.0, 1.0)
    assert (star.z_warning, bool(quasar.z_warning)) == ("", True)
    assert (star.facts["night"], quasar.facts["night"]) == ("n1", "n2")
    assert "sky" not in star.facts


def test_one_object_that_cannot_be_read_leaves_the_others(tmp_path):
    table = frame()
    table.loc[table["id"] == "b 2", "wave"] = 5000.0
    table.to_csv(tmp_path / "a.csv", index=False)
    found = read_all(tmp_path / "a.csv")
    assert next(found).id == "a.1"
    with pytest.raises(ReadError, match="b 2: all 200 wavelengths are 5000 Å"):
        next(found)


def test_a_star_in_a_table_of_one_object_is_one(tmp_path):
    frame(id="x", **{"class": "STAR"}).iloc[:200].to_csv(tmp_path / "a.csv", index=False)
    assert read(tmp_path / "a.csv").spectral_class == "STAR"
