"""Arms and orders are one spectrum wherever they stand, objects are several; nothing is dropped."""

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.data.ingest.readers import read, read_all

WAVE = np.linspace(3800.0, 9200.0, 600)
FLUX = 30 + 10 * np.sin(WAVE / 300)
BLUE, RED = WAVE < 6000, WAVE > 6200
BOTH = BLUE | RED


def table(name, part, *, scale=1.0, **header):
    columns = {"WAVE": WAVE[part], "FLUX": scale * FLUX[part], "ERR": np.ones(part.sum())}
    hdu = fits.BinTableHDU.from_columns(
        [fits.Column(key, "D", array=values) for key, values in columns.items()], name=name
    )
    hdu.header.update(header)
    return hdu


def write(path, *tables, **header):
    primary = fits.PrimaryHDU()
    primary.header.update(header)
    fits.HDUList([primary, *tables]).writeto(path)
    return path


def test_arms_in_tables_of_their_own_are_one_spectrum(tmp_path):
    spectrum = read(write(tmp_path / "a.fits", table("B", BLUE), table("R", RED), Z=0.1))
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE[BOTH])
    np.testing.assert_allclose(spectrum.flux, FLUX[BOTH], rtol=1e-6)
    assert (spectrum.id, spectrum.z) == ("a", 0.1)


@pytest.mark.parametrize(
    ("names", "ids"), [(("X", "Y"), ["a-X", "a-Y"]), (("S", "S"), ["a-S1", "a-S2"])]
)
def test_objects_in_tables_of_their_own_are_several(tmp_path, names, ids):
    every = np.ones(WAVE.size, bool)
    tables = [table(name, every, scale=n, Z=0.1 * n) for n, name in enumerate(names, 1)]
    found = list(read_all(write(tmp_path / "a.fits", *tables)))
    assert [one.id for one in found] == ids
    assert [one.z for one in found] == [0.1, 0.2]
    np.testing.assert_allclose(found[1].flux, 2 * FLUX, rtol=1e-6)


@pytest.mark.parametrize("name", ["SKY", "BOXSKY", "MODEL", "TELLURIC", "EM_LINES", "RAW_SPEC"])
def test_what_is_no_object_is_no_spectrum(tmp_path, name):
    every = np.ones(WAVE.size, bool)
    other = table(name, every, scale=3.0)
    spectrum = read(write(tmp_path / "a.fits", table("OBJ", every), other))
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    first = read(write(tmp_path / "b.fits", other, table("OBJ", every)))
    np.testing.assert_array_equal(first.flux, spectrum.flux)


@pytest.mark.parametrize("kind", ["fits", "npz", "hdf5"])
def test_orders_in_rows_are_one_spectrum(tmp_path, kind):
    halves = np.array([WAVE < 6500, WAVE >= 6500])
    rows = {"wave": [WAVE[h] for h in halves], "flux": [FLUX[h] for h in halves]}
    rows |= {"error": np.ones((2, 300)), "order": np.array([7, 6])}
    path = tmp_path / f"a.{kind}"
    if kind == "npz":
        np.savez(path, z=0.1, **rows)
    elif kind == "hdf5":
        with h5py.File(path, "w") as file:
            file.attrs["z"] = 0.1
            for name, values in rows.items():
                file[name] = values
    else:
        columns = [fits.Column(n, "300D" if n != "order" else "K", array=np.asarray(v))
                   for n, v in rows.items()]  # fmt: skip
        write(path, fits.BinTableHDU.from_columns(columns), Z=0.1)
    spectrum = read(path)
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    assert (spectrum.id, spectrum.z) == ("a", 0.1)


def test_every_group_of_hdf5_is_read_and_arms_in_groups_are_joined(tmp_path):
    def put(path, parts):
        with h5py.File(path, "w") as file:
            for number, (name, part) in enumerate(parts.items(), 1):
                group = file.create_group(name)
                group.attrs["z"] = 0.1 if "b" in parts else 0.1 * number
                group["wave"], group["flux"] = WAVE[part], FLUX[part]
                group["ivar"] = np.ones(part.sum())
        return path

    every = np.ones(WAVE.size, bool)
    found = list(read_all(put(tmp_path / "a.h5", {"x": every, "y": every})))
    assert [(one.id, one.z) for one in found] == [("a-x", 0.1), ("a-y", 0.2)]
    joined = read(put(tmp_path / "c.h5", {"b": BLUE, "r": RED}))
    np.testing.assert_allclose(joined.wave_obs_aa, WAVE[BOTH])
    assert (joined.id, joined.z) == ("c", 0.1)


def test_none_of_many_tables_is_lost_and_one_may_stand_anywhere(tmp_path):
    every = np.ones(WAVE.size, bool)
    tables = [table(f"N{n}", every, Z=0.1) for n in range(70)]
    found = [*read_all(write(tmp_path / "a.fits", *tables))]
    assert [one.id for one in found] == [f"a-N{n}" for n in range(70)]
    images = [fits.ImageHDU(np.zeros((3, 3))) for _ in range(60)]
    assert read(write(tmp_path / "b.fits", *images, table("X", every, Z=0.1))).z == 0.1


def rows(name, ids, *, scale=1.0):
    n = len(ids)
    columns = [fits.Column("ID", "4A", array=ids)] if all(ids) else []
    arrays = {"WAVE": WAVE, "FLUX": scale * FLUX, "ERR": np.ones(WAVE.size)}
    columns += [
        fits.Column(key, f"{WAVE.size}D", array=np.tile(values, (n, 1)))
        for key, values in arrays.items()
    ]
    return fits.BinTableHDU.from_columns(columns, name=name)


def test_every_table_of_rows_is_read_and_ids_stay_apart(tmp_path):
    one = table("ONE", np.ones(WAVE.size, bool))
    found = read_all(
        write(tmp_path / "a.fits", rows("I", ["p", "q"]), rows("II", ["q", "r"]), one,
              rows("III", ["", ""], scale=3.0))
    )  # fmt: skip
    by_id = {spectrum.id: spectrum for spectrum in found}
    assert [*by_id] == ["p", "q", "q-II", "r", "a-ONE", "a-III-0", "a-III-1"]
    np.testing.assert_allclose(by_id["a-III-1"].flux, 3 * FLUX, rtol=1e-6)


def test_a_name_that_holds_the_letters_of_another_word_is_an_objects(tmp_path):
    every = np.ones(WAVE.size, bool)
    tables = [table(name, every) for name in ("STARCLUSTER", "ARCHIVAL", "RAW_SPEC", "ARC")]
    found = [*read_all(write(tmp_path / "a.fits", *tables))]
    assert [one.id for one in found] == ["a-STARCLUSTER", "a-ARCHIVAL"]


def test_arms_of_several_extractions_are_joined_each(tmp_path):
    tables = [
        table(f"{name}-{arm}", part, scale=scale)
        for scale, name in ((1.0, "Bxspf"), (2.0, "Horne"))
        for arm, part in (("B", BLUE), ("R", RED))
    ]
    found = [*read_all(write(tmp_path / "a.fits", *tables))]
    assert [(one.id, one.flux.size) for one in found] == [
        ("a-BXSPF", BOTH.sum()), ("a-HORNE", BOTH.sum()),
    ]  # fmt: skip
    np.testing.assert_allclose(found[1].flux, 2 * FLUX[BOTH], rtol=1e-6)


def test_what_has_two_redshifts_is_no_arms(tmp_path):
    path = write(tmp_path / "a.fits", table("B", BLUE, Z=0.1), table("R", RED, Z=0.2))
    assert [one.z for one in read_all(path)] == [0.1, 0.2]


def test_tables_without_rows_are_no_spectra_and_no_loss(tmp_path):
    columns = {"wavelength": WAVE, "flux": FLUX, "ivar": np.ones(len(WAVE))}
    one = Table({name: [values] for name, values in columns.items()})
    hdus = [fits.BinTableHDU(one, name="BOSS/APO"), fits.BinTableHDU(one[:0], name="BOSS/LCO")]
    hdus[0].header["HIERARCH zbest"] = 0.1  # a short name behind HIERARCH
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "a.fits")
    spectrum = read(tmp_path / "a.fits")
    assert (spectrum.id, spectrum.z, spectrum.has_data.all()) == ("a", 0.1, True)
