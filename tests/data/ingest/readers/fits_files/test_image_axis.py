"""IRAF's multispec, whose axes stand in a text over several cards."""

import numpy as np
import pytest
from astropy.io import fits
from spexplain.data.ingest.readers import ReadError, read

N = 300


def write(path, axes, *, kind=0, doppler=0.0):
    """An image of one spectrum an axis (start, step), with a band of sigma."""
    words = " ".join(
        f'spec{number} = "{number} {number} {kind} {start} {step} {N} {doppler} 1. 2."'
        for number, (start, step) in enumerate(axes, 1)
    )
    waves = [np.arange(N) * step + start for start, step in axes]
    waves = [(10**w if kind == 1 else w) / (1 + doppler) for w in waves]
    bands = np.stack([[30 + w / 1000 for w in waves], [np.full(N, 0.5) for _ in waves]])
    image = fits.PrimaryHDU(bands)
    text = f"wtype=multispec {words}"
    image.header.update(
        {"Z": 0.1, "CTYPE1": "MULTISPE", "WAT0_001": "system=multispec", "BANDID1": "spectrum",
         "BANDID2": "sigma", "WAT1_001": "wtype=multispec label=Wavelength units=angstroms"}
    )  # fmt: skip
    for number in range(0, len(text), 68):
        image.header[f"WAT2_{number // 68 + 1:03}"] = text[number : number + 68]
    image.writeto(path)
    return np.concatenate(waves)


@pytest.mark.parametrize(
    ("axes", "kind"),
    [([(3800.0, 15.0)], 0), ([(3.6, 1e-3)], 1), ([(3800.0, 9.0), (6400.0, 9.0)], 0)],
)
@pytest.mark.parametrize("doppler", [0.0, 1e-4])
def test_linear_and_logarithmic_axes_are_read_and_orders_joined(tmp_path, axes, kind, doppler):
    wave = np.sort(write(tmp_path / "a.fits", axes, kind=kind, doppler=doppler))
    spectrum = read(tmp_path / "a.fits")
    np.testing.assert_allclose(spectrum.wave_obs_aa, wave, rtol=1e-9)
    np.testing.assert_allclose(spectrum.flux, 30 + wave / 1000, rtol=1e-5)
    np.testing.assert_allclose(spectrum.ivar, 4)
    assert (spectrum.id, spectrum.z) == ("a", 0.1)


def test_other_axes_and_several_objects_are_refused_by_name(tmp_path):
    write(tmp_path / "a.fits", [(3800.0, 15.0)], kind=2)
    with pytest.raises(ReadError, match="no linear axis: linearise it"):
        read(tmp_path / "a.fits")
    write(tmp_path / "b.fits", [(3800.0, 15.0), (3805.0, 15.0)])
    with pytest.raises(ReadError, match="an IRAF image of 2 spectra"):
        read(tmp_path / "b.fits")
