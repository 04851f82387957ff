"""Numbers that were never measured are told with their value; what is merely odd is taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.ingest.one_file import Intake, Rejected, Taken
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.ingest.readers.impossible import impossible

WAVE = np.linspace(3800.0, 9200.0, 900)


def write(path: Path, flux: np.ndarray, sigma: float = 0.1, **header: float) -> Path:
    table = Table({"wave": WAVE, "flux": flux, "sigma": np.full(WAVE.size, sigma)})
    table.meta.update({"z": 0.1} | header)
    table.write(path)
    return path


def lines(value: float) -> np.ndarray:
    flux = np.ones(WAVE.size)
    flux[400] = value
    return flux


@pytest.mark.parametrize(
    ("flux", "sigma", "z", "told"),
    [
        (lines(1e38), 0.1, 0.1, "flux 1e+38 at 6202.7 Å is no measurement"),
        (lines(-1e30), 0.1, 0.1, "flux -1e+30 at"),
        (lines(1.0), 1e-12, 0.1, "a median S/N of 1e+12 a pixel"),
        (lines(1.0), 1e-18, 0.1, "a median S/N of 1e+18 a pixel"),
    ],
)
def test_it_is_a_reject_with_its_value_from_page_and_shell(
    tmp_path: Path, flux: np.ndarray, sigma: float, z: float, told: str
):
    path = write(tmp_path / "odd.fits", flux, sigma, z=z)
    with pytest.raises(ReadError) as raised:
        read(path)
    assert raised.value.reason == "impossible values"
    assert told in str(raised.value)
    (outcome,) = Intake(COLLECTION_GRID, 0.8)(path)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "impossible values"
    assert told in outcome.detail


def test_a_redshift_that_is_none_is_told_with_its_value_wherever_it_stands(tmp_path: Path):
    assert read(write(tmp_path / "odd.fits", lines(1.0), z=1e-300)).z_note == (
        "Z = 1e-300 is no redshift"
    )
    given = Spectrum("x", WAVE, lines(1.0), np.full(WAVE.size, 100.0), z=1e-300)
    assert impossible(given).startswith("z = 1e-300 is no measurement")


@pytest.mark.parametrize("z", [1e-4, 0.7999])
def test_what_is_merely_strong_clean_or_near_is_taken(tmp_path: Path, z: float):
    path = write(tmp_path / "good.fits", lines(1e7), 1e-3, z=z)
    assert isinstance(Intake(COLLECTION_GRID, 0.8)(path)[0], Taken)


def test_a_masked_pixel_may_hold_anything(tmp_path: Path):
    table = Table({"wave": WAVE, "flux": lines(1e38), "ivar": np.where(lines(0) > 0, 100.0, 0.0)})
    table.meta["z"] = 0.1
    table.write(tmp_path / "masked.fits")
    assert read(tmp_path / "masked.fits").flux[400] != 1e38


def test_truth_is_no_flux(tmp_path: Path):
    table = Table({"wave": WAVE, "flux": WAVE > 5000, "sigma": np.full(WAVE.size, 0.1)})
    table.write(tmp_path / "logical.fits")
    with pytest.raises(ReadError, match=r"true and false|no numbers"):
        read(tmp_path / "logical.fits")


@given(st.floats(-1e29, 1e29), st.sampled_from([0.0, 1e-3]), st.floats(1e-6, 7.0))
def test_only_what_is_beyond_the_limits_is_told(value: float, ivar: float, z: float):
    spectrum = Spectrum("x", WAVE[:3], np.array([1, value, 1]), np.full(3, ivar), z=z)
    assert impossible(spectrum) == ""


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A file with DATASUM and CHECKSUM in each HDU."""
    path = write(tmp_path / "plain.fits", lines(2.0))
    with fits.open(path) as hdus:
        hdus.writeto(tmp_path / "checked.fits", checksum=True)
    return tmp_path / "checked.fits"


def test_a_file_with_right_checksums_is_read(checked: Path):
    assert read(checked).z == 0.1


@pytest.mark.parametrize("place", [-2000, -5760])
def test_a_byte_that_is_not_as_it_was_written_is_told(checked: Path, place: int):
    content = bytearray(checked.read_bytes())
    content[place] ^= 1
    checked.write_bytes(content)
    with pytest.raises(ReadError, match=r"checksum .* belongs to other bytes; fetch it again"):
        read(checked)


def test_without_checksums_nothing_is_compared(checked: Path):
    content = bytearray((checked.parent / "plain.fits").read_bytes())
    content[-5760] ^= 1
    (checked.parent / "plain.fits").write_bytes(content)
    assert read(checked.parent / "plain.fits").flux.size == WAVE.size
