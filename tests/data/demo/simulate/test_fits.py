"""Files like SDSS's: what the reader gives back is what was written."""

import numpy as np
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.demo.simulate import SimSpectrum
from spexplain.data.demo.simulate.fits import write_sdss_lite
from spexplain.data.ingest.readers import read


def test_what_is_written_is_read_back(tmp_path):
    for fibre, kind in enumerate(["GALAXY", "QSO"], start=1):
        built = SimSpectrum(COLLECTION_GRID.wave_rest_aa, seed=fibre, z=0.1 * fibre)
        spectrum = built.power_law(5.0, -1.0).spectrum(
            f"9900-59000-{fibre:04d}",
            sn_median=10.0,
            spectral_class=kind,
            subclass="BROADLINE",
            ra=110.0 + fibre,
            dec=0.5,
        )
        path = write_sdss_lite(spectrum, tmp_path / f"spec-{spectrum.id}.fits")
        back = read(path)
        assert back.id == spectrum.id
        assert back.z == pytest.approx(spectrum.z, rel=1e-6)
        assert (back.ra, back.dec) == (spectrum.ra, spectrum.dec)
        assert (back.spectral_class, back.subclass) == (spectrum.spectral_class, spectrum.subclass)
        assert np.array_equal(back.flux, spectrum.flux)
        assert np.array_equal(back.ivar, spectrum.ivar)
        # Single precision of log λ, as in SDSS's own files: a hundredth of a pixel.
        np.testing.assert_allclose(back.wave_obs_aa, spectrum.wave_obs_aa, atol=0.01)


def test_pixels_without_data_are_read_back_as_such(tmp_path):
    built = SimSpectrum(COLLECTION_GRID.wave_rest_aa, seed=1, z=0.1).power_law(5.0, 0.0)
    whole = built.spectrum("0001-50000-0007", sn_median=10.0)
    flux = whole.flux.copy()
    flux[100:120] = np.nan
    holed = type(whole)(
        id=whole.id, wave_obs_aa=whole.wave_obs_aa, flux=flux, ivar=whole.ivar, z=whole.z
    )
    back = read(write_sdss_lite(holed, tmp_path / "spec-0001-50000-0007.fits"))
    assert np.array_equal(np.flatnonzero(~back.has_data), np.arange(100, 120))


def test_a_name_without_plate_is_refused(tmp_path):
    spectrum = SimSpectrum(COLLECTION_GRID.wave_rest_aa, z=0.1).power_law(5.0, 0.0)
    with pytest.raises(ValueError, match="'demo' is not PLATE-MJD-FIBER"):
        write_sdss_lite(spectrum.spectrum("demo", sn_median=9.0), tmp_path / "x.fits")
    assert not list(tmp_path.iterdir())
