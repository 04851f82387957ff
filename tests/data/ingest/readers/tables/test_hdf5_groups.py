"""What stands around the spectra of an HDF5 file is theirs: axis, names, redshifts, units, air."""

import h5py
import numpy as np
import pytest
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX
from spexplain.data.ingest.readers import ReadError, read, read_all

D = 120
WAVE = np.geomspace(3800.0, 9200.0, D)
FLUX = 30 + 10 * np.sin(WAVE / 300)
IDS, Z = ["a", "b", "c"], [0.05, 0.116, 0.3]
CGS = "erg / (s cm2 Angstrom)"


def many(group, at=slice(None), begin=""):
    group[f"{begin}flux"] = np.tile(FLUX[at], (3, 1))
    group[f"{begin}ivar"] = np.full((3, len(WAVE[at])), 4.0)


def facts(group):
    group["targetid"], group["z"] = np.array(IDS, "S"), Z


def axis_above(file):
    file["wavelength"] = WAVE
    many(file.create_group("spectra"))
    facts(file["spectra"])


def facts_beside(file):
    file["wavelength"] = WAVE
    many(file)
    facts(file.create_group("metadata"))


def facts_of_a_sibling(file):
    many(file.create_group("spectra"))
    file["spectra/wave"] = WAVE
    facts(file.create_group("catalog"))


def arms_in_groups(file):
    facts(file)
    for name, at in (("b", slice(0, 70)), ("r", slice(70, D))):
        many(file.create_group(name), at)
        file[f"{name}/wave"] = WAVE[at]


def arms_in_names(file):
    facts(file)
    for name, at in (("B", slice(0, 40)), ("R", slice(40, 80)), ("Z", slice(80, D))):
        many(file, at, f"{name}_")
        file[f"{name}_wave"] = WAVE[at]


def of_many_lengths(file):
    facts(file)
    for name, values in (("wave", WAVE), ("flux", FLUX), ("ivar", 4.0 + 0 * FLUX)):
        rows = file.create_dataset(name, (3,), dtype=h5py.vlen_dtype(float))
        for number in range(3):
            rows[number] = values


def same(spectra, ids=IDS):
    assert [(one.id, one.z) for one in spectra] == [*zip(ids, Z, strict=True)]
    for one in spectra:
        np.testing.assert_allclose(one.wave_obs_aa, WAVE, rtol=1e-6)
        np.testing.assert_allclose(one.flux, FLUX, rtol=1e-5)
        np.testing.assert_allclose(one.ivar, 4.0, rtol=1e-5)


@pytest.mark.parametrize(
    "write",
    [
        *(axis_above, facts_beside, facts_of_a_sibling),
        *(arms_in_groups, arms_in_names, of_many_lengths),
    ],
)
def test_what_stands_around_spectra_is_theirs(tmp_path, write):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        write(file)
    same(list(read_all(tmp_path / "a.h5")))


@pytest.mark.parametrize("where", ["flux", "meta"])
def test_a_redshift_may_be_said_of_the_flux_or_in_a_group_below(tmp_path, where):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for id, z in zip(IDS, Z, strict=True):
            group = file.create_group(id)
            group["wave"], group["flux"], group["ivar"] = WAVE, FLUX, 4.0 + 0 * FLUX
            if where == "flux":
                group["flux"].attrs["z"] = z
            else:
                group["meta/z"] = z
    same(list(read_all(tmp_path / "a.h5")), [f"a-{id}" for id in IDS])


@pytest.mark.parametrize("as_written", [np.bytes_, lambda text: np.array([text], "S40")])
def test_attributes_say_units_and_air(tmp_path, as_written):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["wave"], file["flux"] = vacuum_to_air(WAVE) / 10, FLUX * 1e-17
        file["err"] = np.full(D, 0.5e-17)
        for name, unit in (("wave", "nm"), ("flux", CGS), ("err", CGS)):
            file[name].attrs["Units"] = as_written(unit)
        file["wave"].attrs["medium"] = "air"
        file["z"] = np.array([[0.05]])  # as MATLAB has a number
    found = read(tmp_path / "a.h5")
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(found.flux, FLUX, rtol=1e-5)
    assert (found.flux_unit, found.medium, found.z) == (SURVEY_FLUX, "air", 0.05)


def test_blocks_of_pandas_are_read_and_names_in_a_pickle_are_not(tmp_path):
    values = np.stack([WAVE, FLUX, 0.5 + 0 * FLUX], axis=1)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["df/block0_items"] = np.array(["wave", "flux", "err"], "S4")
        file["df/block0_values"] = values
    np.testing.assert_allclose(read(tmp_path / "a.h5").flux, FLUX, rtol=1e-6)
    with h5py.File(tmp_path / "b.h5", "w") as file:
        kind = [("index", "i8"), ("values_block_0", "f8", (3,))]
        file["df/table"] = np.array(list(zip(range(D), values, strict=True)), kind)
    with pytest.raises(ReadError, match=r"pickle, which is not loaded.*to_parquet"):
        read(tmp_path / "b.h5")


def test_numbers_are_as_netcdf_stores_them(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["wave"], file["err"] = WAVE, np.full(D, 0.5)
        stored = np.round(FLUX * 1000).astype("i4")
        stored[10:20] = -32000
        file["flux"] = stored
        file["flux"].attrs.update({"_FillValue": -32000, "scale_factor": 1e-3})
    found = read(tmp_path / "a.h5")
    assert np.flatnonzero(found.ivar == 0).tolist() == [*range(10, 20)]
    np.testing.assert_allclose(found.flux[20:], FLUX[20:], atol=1e-3)
