"""Units and headers that astropy, pandas and pyarrow write beside columns come back."""

import json

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units as u
from astropy.table import Table
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.ingest.readers.tables.columns.written_metadata import of_parquet, of_yaml

WAVE = np.linspace(3800.0, 9200.0, 200)
FLUX = 30 + 10 * np.sin(WAVE / 300)
CGS = "1e-17 erg / (s cm2 Angstrom)"
UNITS = {"wave": "nm", "flux": CGS, "err": CGS}
COLUMNS = {"wave": WAVE / 10, "flux": FLUX, "err": FLUX / 50}


def astropy_table():
    table = Table(COLUMNS, meta={"z": 0.1, "OBJECT": "Mrk 3"})
    for name, unit in UNITS.items():
        table[name].unit = u.Unit(unit)
    return table


def by_astropy(path):
    astropy_table().write(path, format="parquet")


def by_hdf5(path):
    astropy_table().write(path, format="hdf5", path="spectrum", serialize_meta=True)


def by_ecsv(path):
    table = astropy_table()
    table.meta = {"header": dict(table.meta)}  # as specutils keeps it
    table.write(path, format="ascii.ecsv")


def by_pandas(path):
    frame = pd.DataFrame(COLUMNS)
    frame.attrs = {"z": 0.1, "object": "Mrk 3", "units": UNITS}
    frame.to_parquet(path)


def by_pyarrow(path):
    fields = [pa.field(n, pa.float64(), metadata={"unit": unit}) for n, unit in UNITS.items()]
    schema = pa.schema(fields, metadata={"redshift": "0.1", "OBJECT": "Mrk 3"})
    pq.write_table(pa.table([*COLUMNS.values()], schema=schema), path)


def by_npz(path):
    np.savez(path, **COLUMNS, z=0.1, wave_unit="nm", flux_unit=CGS, object="Mrk 3")


@pytest.mark.parametrize(
    ("write", "ending"),
    [(by_astropy, "parquet"), (by_hdf5, "h5"), (by_ecsv, "ecsv"), (by_pandas, "parquet"),
     (by_pyarrow, "parquet"), (by_npz, "npz")],
)  # fmt: skip
def test_units_and_the_header_come_back(tmp_path, write, ending):
    path = tmp_path / f"a.{ending}"
    write(path)
    spectrum = read(path)
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-9)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    assert (spectrum.flux_unit, spectrum.z) == (SURVEY_FLUX, 0.1)


def test_what_is_no_metadata_says_nothing():
    assert of_yaml(["- : ["]) == ({}, {})
    assert of_parquet(None) == ({}, {})
    assert of_parquet({b"pandas": b"{", b"ARROW:schema": b"x" * 999}) == ({}, {})


def test_a_damaged_header_of_numpy_is_told(tmp_path):
    np.save(tmp_path / "a.npy", np.rec.fromarrays([WAVE, FLUX], names="wave,flux"))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content.replace(b")], ", b"    ", 1))
    with pytest.raises(ReadError, match="no NPY that can be read"):
        read(tmp_path / "a.npy")


@pytest.mark.filterwarnings("ignore::astropy.io.votable.exceptions.VOWarning")  # of style
def test_units_of_parquet_with_a_votable_within(tmp_path):
    table = Table(COLUMNS)
    units = {name: {"unit": unit} for name, unit in UNITS.items()}
    about = {name: units.get(name, {"unit": ""}) for name in table.colnames}
    table.write(tmp_path / "a.parquet", format="parquet.votable", metadata=about)
    assert read(tmp_path / "a.parquet").flux_unit == SURVEY_FLUX


@pytest.mark.parametrize(
    "said",
    [
        {"units": UNITS}, {"unit": UNITS}, {"Units": UNITS}, {"column_units": UNITS},
        {"units": [*UNITS.values()]},
        {"units": "; ".join(f"{name}: {unit}" for name, unit in UNITS.items())},
        {"units": {"spectrum": UNITS}},
        {"units": {f"spectrum.{name}": unit for name, unit in UNITS.items()}},
        UNITS, {name: {"unit": unit} for name, unit in UNITS.items()},
        {f"{name}_unit": unit for name, unit in UNITS.items()},
        {"spectral_unit": "nm", "flux_unit": CGS},
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["pandas", "pyarrow", "h5py"])
def test_units_are_believed_wherever_metadata_have_them(tmp_path, said, by):
    texts = {name: one if isinstance(one, str) else json.dumps(one) for name, one in said.items()}
    path = tmp_path / ("a.h5" if by == "h5py" else "a.parquet")
    if by == "pandas":
        frame = pd.DataFrame(COLUMNS)
        frame.attrs = said
        frame.to_parquet(path)
    elif by == "pyarrow":
        pq.write_table(pa.table(COLUMNS).replace_schema_metadata(texts), path)
    else:
        with h5py.File(path, "w") as file:
            for name, values in COLUMNS.items():
                file[name] = values
            file.attrs.update(texts)
    found = read(path)
    assert found.flux_unit == SURVEY_FLUX
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(found.ivar, (50 / FLUX) ** 2, rtol=1e-5)


def test_the_error_has_its_own_unit_there(tmp_path):
    frame = pd.DataFrame({"wave": WAVE, "flux": FLUX, "err": FLUX * 20})
    frame.attrs = {"flux_unit": "Jy", "err_unit": "mJy"}
    frame.to_parquet(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    np.testing.assert_allclose(found.flux * np.sqrt(found.ivar), 50, rtol=1e-5)


def test_what_astropy_says_of_a_column_in_parquet_is_believed(tmp_path):
    table = Table(COLUMNS)
    table["wave"].unit = "nm"
    table["wave"].info.description = "wavelength in air"
    table.write(tmp_path / "a.parquet", format="parquet")
    assert read(tmp_path / "a.parquet").medium == "air"
