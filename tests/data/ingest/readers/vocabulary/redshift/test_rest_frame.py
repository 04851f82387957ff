"""Wavelengths that are said to be at rest are never taken for observed ones."""

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Column, Table
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints
from spexplain.data.ingest.readers.vocabulary.redshift.rest_frame import states_rest_frame

Z = 0.116
REST = np.geomspace(3405.0, 8243.0, 200)
FLUX = 30 + 10 * np.sin(REST / 300)
COLUMNS = {"wave": REST, "flux": FLUX, "err": np.full(200, 0.5)}


def text(path, head):
    rows = "\n".join(",".join(map(str, row)) for row in zip(*COLUMNS.values(), strict=True))
    path.write_text(f"# z = {Z}\n# {head}\nwave,flux,err\n{rows}\n")


def described(path):
    table = Table({**COLUMNS, "z": np.full(200, Z)})
    table["wave"] = Column(REST, unit="AA", description="Rest-frame wavelength")
    form = {".vot": "votable", ".ecsv": "ascii.ecsv"}[path.suffix]
    table.write(path, format=form)


def parquet(path):
    lists = {name: pa.array([list(values)]) for name, values in COLUMNS.items()}
    table = pa.table({"z": [Z], **lists})
    about = {"wave": {"description": "rest-frame wavelength"}}
    fields = [one.with_metadata(about.get(one.name)) for one in table.schema]
    pq.write_table(table.cast(pa.schema(fields)), path)


def hdf5(path):
    with h5py.File(path, "w") as file:
        for name, values in COLUMNS.items():
            file[name] = values
        file["wave"].attrs["frame"] = "rest"
        file.attrs["z"] = Z


def iraf(path):
    """As its task dopcor leaves it."""
    header = fits.Header({"CRVAL1": 3400.0, "CDELT1": 20.0, "CRPIX1": 1.0, "DOPCOR01": "0.116 all"})
    error = fits.ImageHDU(COLUMNS["err"], name="ERR")
    fits.HDUList([fits.PrimaryHDU(FLUX, header), error]).writeto(path)


@pytest.mark.filterwarnings("ignore::astropy.units.UnitsWarning")  # of style: Angstrom
@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", lambda path: text(path, "wavelengths are in the rest frame")),
        ("a.csv", lambda path: text(path, "frame: rest")),
        *(("a.ecsv", described), ("a.vot", described), ("a.parquet", parquet)),
        *(("a.h5", hdf5), ("a.fits", iraf)),
    ],
)
def test_wavelengths_at_rest_are_refused_with_the_way_on(tmp_path, name, write):
    write(tmp_path / name)
    with pytest.raises(ReadError, match=r"at rest.*multiply them by 1 \+ z.*--column wave=wave"):
        read(tmp_path / name)


def test_the_users_word_stands_before_what_the_file_says(tmp_path):
    text(tmp_path / "a.csv", "frame: rest")
    (found,) = read_all(tmp_path / "a.csv", Hints({"wave": "wave"}))
    np.testing.assert_allclose(found.wave_obs_aa, REST, rtol=1e-6)


@pytest.mark.parametrize(
    ("keyword", "told", "rest"),
    [
        *(("FRAME", "ICRS", False), ("FRAME", "Rest", True), ("SPECSYS", "SOURCE", True)),
        *(("SPECSYS", "BARYCENT", False), ("REST_FRAME", False, False), ("REST_FRAME", True, True)),
        *(("TCOMM1", "observed wavelength", False), ("TCOMM1", "wavelength at rest", True)),
        ("COMMENT", "Spectrum shifted to the rest frame", True),
        ("COMMENT", "to get rest wavelengths divide by 1+z", False),
        ("COMMENT", "wavelengths not at rest", False),
        ("COMMENT", "wavelength scale is in the local standard of rest", False),
        *(("DOPCOR", "-2.3E-5 all", False), ("DOPCOR01", "0.00084 1", False)),
        *(("DOPCOR", "0.12 all", True), ("DOPCOR01", "-1E-2 1", True)),
        ("HISTORY", "rest-frame EW in Angstrom", False),
        ("HISTORY", "wavelengths as in the rest of the survey", False),
    ],
)
def test_only_what_speaks_of_wavelengths_at_rest_counts(keyword, told, rest):
    said = states_rest_frame({keyword: told}.get, column="wave", number=1, unit="Angstrom")
    assert bool(said) is rest
