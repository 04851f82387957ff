"""FITS tables with a spectrum a row: what their headers say of columns, and axes of two numbers."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.data.ingest.readers import ReadError, read_all

WAVE = 4000.0 + 2.5 * np.arange(400)
FLUX = 10 + np.sin(WAVE / 100)


def _column(name: str, values: np.ndarray, n: int, unit: str = "") -> fits.Column:
    form = f"{values.size}D" if values.ndim else "D"
    return fits.Column(name, form, array=np.stack([values] * n), unit=unit or None)


def _written(path: Path, columns: list[fits.Column], **cards: object) -> Path:
    table = fits.BinTableHDU.from_columns(columns)
    for key, value in cards.items():
        table.header[key] = value
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
    return path


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(("start", "step"), [("WAVELENGTH", "DELTAW"), ("WAVE", "WAVE_STEP")])
def test_an_axis_may_be_its_first_number_and_its_step(
    tmp_path: Path, n: int, start: str, step: str
) -> None:
    bad = (WAVE > 4200) & (WAVE < 4300)
    columns = [
        fits.Column("ID", "3A", array=[f"s{row}" for row in range(n)]),
        _column(start, np.array(400.0), n, "nm"),
        _column(step, np.array(0.25), n, "nm"),
        _column("FLUX", FLUX, n),
        _column("SIGMA", FLUX / 10, n),
        fits.Column("QUALITY", "400I", array=np.stack([np.where(bad, -16, 0)] * n)),
    ]
    found = [*read_all(_written(tmp_path / "iue.fits", columns, Z=0.1))]
    assert len(found) == n
    for one in found:
        np.testing.assert_allclose(one.wave_obs_aa, WAVE)
        np.testing.assert_array_equal(one.has_data, ~bad)


def test_a_first_number_without_a_step_is_told(tmp_path: Path) -> None:
    columns = [
        fits.Column("ID", "3A", array=["a", "b"]),
        _column("WAVELENGTH", np.array(4000.0), 2),
        _column("FLUX", FLUX, 2),
        _column("SIGMA", FLUX, 2),
    ]
    with pytest.raises(ReadError, match="'WAVELENGTH' has one number a row"):
        [*read_all(_written(tmp_path / "a.fits", columns))]


def test_a_column_is_described_by_its_own_number(tmp_path: Path) -> None:
    columns = [
        fits.Column("ID", "3A", array=["a", "b"]),
        _column("WAVE", WAVE, 2),
        _column("FLUX", FLUX, 2),
        _column("ERROR", FLUX, 2),
    ]
    path = _written(tmp_path / "a.fits", columns, TUCD1="meta.id", TUCD2="em.wl;obs.atmos", Z=0.1)
    (first, _) = read_all(path)
    assert first.medium == "air"
    np.testing.assert_allclose(first.wave_obs_aa, air_to_vacuum(WAVE))


def test_remarks_of_a_header_count_for_all_rows(tmp_path: Path) -> None:
    columns = [
        fits.Column("ID", "3A", array=["a", "b"]),
        *(_column(name, values, 2) for name, values in (("WAVE", WAVE), ("FLUX", FLUX))),
        _column("ERROR", FLUX, 2),
    ]
    path = _written(tmp_path / "a.fits", columns, COMMENT="wavelengths are in vacuum", Z=0.1)
    assert [one.medium for one in read_all(path)] == ["vacuum"] * 2
