"""The builder: immutable, seeded, lines where they belong, noise that follows ivar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import SPEED_OF_LIGHT_KMS
from spexplain.core.spectra.grid import COLLECTION_GRID, resample
from spexplain.data.demo.simulate import SimSpectrum
from spexplain.data.demo.simulate.components.profiles import BROAD_SHAPES

WAVE = COLLECTION_GRID.wave_rest_aa


def flat(seed=0, z=0.05, level=1.0):
    return SimSpectrum(WAVE, seed=seed, z=z).power_law(level, 0.0)


def test_each_step_leaves_the_one_before_as_it_was():
    first = flat()
    kept = first.flux.copy()
    second = first.line(5008.24, 10.0, 200.0)
    second.noise(10.0)
    assert np.array_equal(first.flux, kept)
    assert not np.array_equal(second.flux, kept)
    assert not first.ivar.any()


def test_arrays_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        flat().flux[0] = 1.0
    with pytest.raises(AttributeError):
        flat().z = 0.3


def test_same_seed_same_bytes_other_seed_other_noise():
    first, again, other = (flat(seed).noise(15.0).flux.tobytes() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@given(
    wave_aa=st.floats(3000.0, 8000.0),
    flux=st.floats(0.1, 500.0),
    sigma_kms=st.floats(100.0, 4000.0),
)
@settings(max_examples=40, deadline=None)
def test_a_line_has_the_flux_place_and_width_asked_for(wave_aa, flux, sigma_kms):
    reach = 4.5 * wave_aa * sigma_kms / SPEED_OF_LIGHT_KMS
    line = SimSpectrum(WAVE).line(wave_aa, flux, sigma_kms).flux
    if wave_aa - reach < WAVE[0] or wave_aa + reach > WAVE[-1]:
        return  # part of it lies beyond the grid
    assert line.sum() == pytest.approx(flux, rel=1e-4)
    centre = np.sum(WAVE * line) / line.sum()
    assert centre == pytest.approx(wave_aa, abs=0.02)
    width = np.sqrt(np.sum((WAVE - centre) ** 2 * line) / line.sum())
    assert width / wave_aa * SPEED_OF_LIGHT_KMS == pytest.approx(sigma_kms, rel=0.01)


def test_shifted_line_is_where_its_velocity_puts_it():
    line = SimSpectrum(WAVE).lines({5008.24: 10.0}, 200.0, shift_kms=-600.0).flux
    centre = np.sum(WAVE * line) / line.sum()
    assert (centre / 5008.24 - 1) * SPEED_OF_LIGHT_KMS == pytest.approx(-600.0, abs=1.0)


@pytest.mark.parametrize("shape", ["A", "B"])
@pytest.mark.parametrize("fwhm_kms", [1500.0, 6000.0])
def test_broad_line_is_about_as_wide_as_asked_for(shape, fwhm_kms):
    line = SimSpectrum(WAVE).broad_lines({4862.7: 100.0}, fwhm_kms, BROAD_SHAPES[shape]).flux
    wide = WAVE[line > line.max() / 2]
    measured = (wide[-1] - wide[0]) / 4862.7 * SPEED_OF_LIGHT_KMS
    assert measured == pytest.approx(fwhm_kms, rel=0.15)


def test_iron_has_its_flux_in_the_4570_blend():
    iron = SimSpectrum(WAVE).iron(30.0, 1500.0).flux
    blend = iron[(WAVE > 4434) & (WAVE < 4684)].sum()
    assert blend == pytest.approx(30.0, rel=0.1)
    # The gap between the blends either side of Hβ, by which Fe II is known.
    gap, peak = iron[(WAVE > 4750) & (WAVE < 4850)], iron[(WAVE > 4500) & (WAVE < 4640)]
    assert gap.max() < 0.2 * peak.max()


def test_balmer_continuum_ends_in_the_high_order_lines():
    light = SimSpectrum(WAVE).balmer_continuum(2.0).flux
    assert light[WAVE == 3646.0] == pytest.approx(2.0, rel=1e-6)
    assert 1.0 < light[WAVE == 3000.0][0] < 2.0
    assert light[WAVE == 4500.0][0] < 0.01


def test_dust_reddens_about_5100_and_the_milky_way_dims():
    dusty = flat().attenuated(0.3).flux
    assert dusty[WAVE == 5100.0][0] == pytest.approx(1.0)
    assert dusty[WAVE == 4000.0][0] < 0.85
    assert dusty[WAVE == 7000.0][0] > 1.1
    behind = flat().milky_way(0.1).flux
    a_v = -2.5 * np.log10(np.interp(5494.5, WAVE * 1.05, behind))
    assert a_v == pytest.approx(0.31, rel=0.01)  # R_V = 3.1


@pytest.mark.parametrize(("sn", "z"), [(5.0, 0.03), (12.0, 0.1), (50.0, 0.6)])
def test_noise_follows_ivar(sn, z):
    truth = flat(z=z, level=8.0).line(5008.24, 400.0, 200.0)
    chi2 = [
        np.nanmean((noisy.flux - truth.flux) ** 2 * noisy.ivar)
        for noisy in (
            SimSpectrum(WAVE, seed=seed, z=z, flux=truth.flux).noise(sn) for seed in range(12)
        )
    ]
    assert np.mean(chi2) == pytest.approx(1.0, abs=0.02)


def test_noise_follows_ivar_at_every_wavelength():
    truth = flat(level=3.0)
    chi2 = np.zeros(WAVE.size)
    for seed in range(60):
        noisy = SimSpectrum(WAVE, seed=seed, z=truth.z, flux=truth.flux).noise(8.0)
        chi2 += np.nan_to_num((noisy.flux - truth.flux) ** 2 * noisy.ivar) / 60
    seen = noisy.ivar > 0
    in_blocks = [block.mean() for block in np.array_split(chi2[seen], 12)]
    np.testing.assert_allclose(in_blocks, 1.0, atol=0.1)


def test_median_signal_to_noise_is_that_asked_for():
    spectrum = flat(level=5.0).spectrum("1-1-1", sn_median=14.0)
    assert np.median(5.0 * np.sqrt(spectrum.ivar)) == pytest.approx(14.0, rel=0.01)


def test_noise_rises_to_both_ends_and_at_the_sky_lines():
    spectrum = flat().spectrum("1-1-1", sn_median=10.0)
    wave, error = spectrum.wave_obs_aa, spectrum.ivar**-0.5
    at = {aa: np.median(error[np.abs(wave - aa) < 30]) for aa in (3830, 5300, 6700)}
    assert at[3830] > 2.5 * at[5300] > 2.5 * at[6700]
    assert error[np.argmin(np.abs(wave - 5578.9))] > 4 * at[5300]
    assert np.median(error[wave > 8800]) > 1.3 * at[6700]  # the OH forest


def test_noise_in_the_collection_is_what_resampling_a_file_gives():
    """Drawn once in the detector's pixels: the way of a real file and the short way agree."""
    truth = flat(seed=5, z=0.1, level=4.0)
    direct = truth.noise(10.0)
    file = truth.spectrum("1-1-1", sn_median=10.0)
    flux, ivar = resample(file.wave_obs_aa / 1.1, file.flux, file.ivar, WAVE)
    both = np.isfinite(flux) & np.isfinite(direct.flux)
    assert both.sum() > 4800
    np.testing.assert_allclose(flux[both], direct.flux[both], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ivar[both], direct.ivar[both], rtol=2e-3)


def test_spectrum_is_in_the_observed_frame_with_its_pixels_only():
    spectrum = flat(z=0.3).spectrum("1-2-3", sn_median=10.0, subclass="AGN")
    assert spectrum.id == "1-2-3"
    assert spectrum.subclass == "AGN"
    np.testing.assert_allclose(np.diff(np.log10(spectrum.wave_obs_aa)), 1e-4, rtol=1e-6)
    assert spectrum.has_data.all()


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"median flux .* is 0.0"):
        SimSpectrum(WAVE).noise(10.0)
    with pytest.raises(ValueError, match="observed already"):
        flat().noise(10.0).spectrum("1-1-1", sn_median=10.0)
    with pytest.raises(ValueError, match=r"redshift -1\.5"):
        SimSpectrum(WAVE, z=-1.5)
    with pytest.raises(ValueError, match="flux"):
        SimSpectrum(WAVE, flux=np.ones(3))
    with pytest.raises(ValueError, match="are no spectrum"):
        SimSpectrum(np.ones((2, 2)))
