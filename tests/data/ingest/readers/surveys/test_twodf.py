"""2dFGRS: an object's spectra in extensions of three rows, of which the best counts."""

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.data.ingest.readers import ReadError, read

N = 300
AIR = 3700.0 + 14 * np.arange(N)


def write(path, *qualities, damaged=False):
    stamp = fits.PrimaryHDU(np.ones((49, 49), np.int16))
    stamp.header.update({"SEQNUM": 123456, "NAME": "TGN101Z001"})
    spectra = []
    for quality in qualities:
        rows = np.stack([np.full(N, 10.0 * quality), np.full(N, 4.0), np.ones(N)])
        image = fits.ImageHDU(rows, name="SPECTRUM")
        image.header.update(
            {"CRVAL1": 3700.0, "CDELT1": 14.0, "CRPIX1": 1.0, "Z_HELIO": 0.1, "QUALITY": quality,
             "ABEMMA": 1, "OBSRA": 150.0, "OBSDEC": -30.0}
        )  # fmt: skip
        spectra.append(image)
    fits.HDUList([stamp, *spectra]).writeto(path)
    return path


def test_the_best_spectrum_is_read_in_counts_and_from_air(tmp_path):
    spectrum = read(write(tmp_path / "123456.fits", 2, 4, 3))
    np.testing.assert_allclose(spectrum.wave_obs_aa, air_to_vacuum(AIR))
    np.testing.assert_allclose(spectrum.flux, 40)
    np.testing.assert_allclose(spectrum.ivar, 0.25)
    assert (spectrum.id, spectrum.z, spectrum.survey) == ("123456", 0.1, "2dFGRS")
    assert (spectrum.flux_unit, spectrum.medium, spectrum.z_warning) == ("counts", "air", "")
    assert (spectrum.ra, spectrum.dec) == (150.0, -30.0)
    assert spectrum.facts["name"] == "TGN101Z001"


@pytest.mark.parametrize(("quality", "known"), [(2, True), (1, False)])
def test_a_redshift_of_low_quality_is_doubtful_or_none(tmp_path, quality, known):
    spectrum = read(write(tmp_path / "a.fits", quality))
    assert np.isfinite(spectrum.z) == known
    said = spectrum.z_warning if known else spectrum.z_note
    assert f"QUALITY {quality}" in said


def test_a_damaged_axis_is_told(tmp_path):
    path = write(tmp_path / "a.fits", 4)
    fits.setval(path, "CDELT1", value=-5000.0, ext=1)
    with pytest.raises(ReadError, match="wavelength"):
        read(path)
