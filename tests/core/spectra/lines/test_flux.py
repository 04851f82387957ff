"""Line fluxes against spectra whose lines are known to the last photon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import SPEED_OF_LIGHT_KMS
from spexplain.core.spectra.grid import COLLECTION_GRID, resample
from spexplain.core.spectra.lines.flux import SDSS_LOG10_STEP, measure_lines

WAVE = COLLECTION_GRID.wave_rest_aa
# Vacuum Å; flux relative to Hβ, about that of an H II region, and of stellar absorption, Å.
LINES = {
    "oii3726": (3727.092, 1.5),
    "oii3729": (3729.875, 2.0),
    "hdelta": (4102.89, 0.26),
    "hgamma": (4341.68, 0.47),
    "hbeta": (4862.68, 1.0),
    "oiii4959": (4960.30, 0.5),
    "oiii5007": (5008.24, 1.49),
    "oi6300": (6302.05, 0.1),
    "nii6548": (6549.86, 1 / 3.05),
    "halpha": (6564.61, 2.86),
    "nii6583": (6585.27, 1.0),
    "sii6716": (6718.29, 0.5),
    "sii6731": (6732.68, 0.4),
}
TROUGHS = {4102.89: 3.3, 4341.68: 3.0, 4862.68: 3.0, 6564.61: 1.65}


def gaussian(wave, centre, sigma):
    return np.exp(-0.5 * ((wave - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def emission(wave, flux, *, v=0.0, sigma_kms=150.0, lines=LINES):
    """Spectra (n, D) of lines with these Hβ fluxes (n,), velocities and widths."""
    v, sigma = np.broadcast_to(v, len(flux))[:, None], np.broadcast_to(sigma_kms, len(flux))
    total = np.zeros((len(flux), len(wave)))
    for rest, share in lines.values():
        width = rest * sigma[:, None] / SPEED_OF_LIGHT_KMS
        total += share * flux[:, None] * gaussian(wave, rest * (1 + v / SPEED_OF_LIGHT_KMS), width)
    return total


def stars(wave, n, *, absorbed=True):
    level = np.tile(10 * (wave / 5000) ** -0.7, (n, 1))
    depth = sum(ew * gaussian(wave, centre, 6.5) for centre, ew in TROUGHS.items())
    return level * (1 - depth) if absorbed else level


def observe(rng, truth, sigma):
    ivar = np.full(truth.shape, sigma**-2.0)
    return truth + rng.normal(0, sigma, truth.shape), ivar


@pytest.fixture(scope="module")
def measured():
    """200 spectra of continuum S/N 20 whose lines differ in flux, velocity and width."""
    rng = np.random.default_rng(11)
    hbeta = rng.uniform(60, 160, 200)
    sigma, v = rng.uniform(80, 280, 200), rng.normal(0, 40, 200)
    truth = emission(WAVE, hbeta, v=v, sigma_kms=sigma) + stars(WAVE, 200)
    flux, ivar = observe(rng, truth, 0.5)
    return measure_lines(WAVE, flux, ivar), hbeta, v, sigma


@pytest.mark.parametrize("name", ["hbeta", "oiii4959", "oiii5007", "halpha", "nii6583", "sii6716"])
def test_fluxes_are_unbiased_to_two_percent_and_errors_cover(measured, name):
    lines, hbeta, _, _ = measured
    flux, error = lines.of(name)
    true = hbeta * LINES[name][1]
    pulls = (flux - true) / error
    assert np.median(flux / error) > 15
    assert abs(np.mean(flux / true) - 1) < 0.02
    assert 0.6 < np.mean(np.abs(pulls) < 1) < 0.9
    assert np.mean(np.abs(pulls) < 2) > 0.91


def test_the_sum_of_the_oii_doublet_is_known_better_than_its_lines(measured):
    lines, hbeta, _, _ = measured
    flux, error = lines.of("oii")
    assert abs(np.mean(flux / (3.5 * hbeta)) - 1) < 0.005
    assert np.median(error) < 0.8 * np.median(lines.of("oii3726")[1])
    np.testing.assert_allclose(flux, lines.of("oii3726")[0] + lines.of("oii3729")[0], rtol=1e-9)


def test_velocities_and_widths_are_recovered(measured):
    lines, _, v, sigma = measured
    for family in (0, 1):
        assert np.std(lines.velocity_kms[:, family] - v) < 5
        assert abs(np.mean(lines.sigma_kms[:, family] / sigma) - 1) < 0.02


def test_balmer_absorption_unaccounted_for_would_cost_a_tenth_of_hbeta(measured):
    rng = np.random.default_rng(5)
    truth = emission(WAVE, np.full(40, 100.0)) + stars(WAVE, 40)
    flux, ivar = observe(rng, truth, 0.5)
    fitted = measure_lines(WAVE, flux, ivar).of("hbeta")[0].mean()
    ignored = measure_lines(WAVE, flux, ivar, absorption="none").of("hbeta")[0].mean()
    assert fitted == pytest.approx(100, rel=0.02)
    assert ignored < 90


def test_spectra_without_stars_need_no_absorption():
    rng = np.random.default_rng(6)
    truth = emission(WAVE, np.full(60, 50.0)) + stars(WAVE, 60, absorbed=False)
    flux, ivar = observe(rng, truth, 0.5)
    free, fitted = (measure_lines(WAVE, flux, ivar, absorption=a) for a in ("none", "fit"))
    assert free.of("hbeta")[0].mean() == pytest.approx(50, rel=0.02)
    assert np.median(free.of("hbeta")[1]) < np.median(fitted.of("hbeta")[1])


def test_where_no_line_is_the_mean_flux_is_zero_and_so_is_the_width_of_the_pulls():
    rng = np.random.default_rng(7)
    flux, ivar = observe(rng, stars(WAVE, 200, absorbed=False), 0.5)
    lines = measure_lines(WAVE, flux, ivar, absorption="none")
    for name in ("oiii5007", "nii6583", "halpha", "sii6731"):
        value, error = lines.of(name)
        pulls = value / error
        assert abs(pulls.mean()) < 0.25
        # A little above 1: velocity and width follow the noise as far as their priors let them.
        assert 0.8 < pulls.std() < 1.25


def test_errors_allow_for_noise_shared_by_interpolated_pixels():
    rng = np.random.default_rng(8)
    native = 10 ** np.arange(np.log10(3600), np.log10(8800), SDSS_LOG10_STEP)
    flux, ivar = observe(rng, emission(native, np.full(150, 40.0)) + 10, 0.5)
    flux, ivar = resample(native, flux, ivar, WAVE)
    naive = measure_lines(WAVE, flux, ivar, absorption="none")
    aware = measure_lines(WAVE, flux, ivar, absorption="none", native_log10_step=SDSS_LOG10_STEP)
    true = 40 * LINES["sii6716"][1]
    spread = [np.std((m.of("sii6716")[0] - true) / m.of("sii6716")[1]) for m in (naive, aware)]
    assert spread[0] > 1.25
    assert 0.85 < spread[1] < 1.15


@settings(max_examples=15, deadline=None)
@given(st.floats(1e-19, 1e19), st.integers(0, 2**32 - 1))
def test_the_unit_of_the_flux_does_not_matter(unit, seed):
    rng = np.random.default_rng(seed)
    flux, ivar = observe(rng, emission(WAVE, np.full(2, 30.0)) + stars(WAVE, 2), 0.5)
    plain, scaled = (
        measure_lines(WAVE, flux, ivar),
        measure_lines(WAVE, flux * unit, ivar / unit**2),
    )
    np.testing.assert_allclose(scaled.flux / unit, plain.flux, rtol=2e-3, atol=0.02)
    np.testing.assert_allclose(scaled.chi2, plain.chi2, rtol=1e-2)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_spectrum_measures_the_same_in_any_company(seed):
    rng = np.random.default_rng(seed)
    flux, ivar = observe(rng, emission(WAVE, rng.uniform(0, 90, 67)) + stars(WAVE, 67), 0.5)
    together = measure_lines(WAVE, flux, ivar)
    row = int(rng.integers(67))
    alone = measure_lines(WAVE, flux[row : row + 1], ivar[row : row + 1])
    np.testing.assert_allclose(alone.flux[0], together.flux[row], rtol=1e-4, atol=1e-3)


def test_lines_in_a_gap_are_missing_and_their_neighbours_are_not():
    rng = np.random.default_rng(9)
    flux, ivar = observe(rng, emission(WAVE, np.full(3, 60.0)) + stars(WAVE, 3), 0.5)
    gap = np.abs(WAVE - 5008.24) < 8
    flux[1, gap], ivar[1, gap] = np.nan, 0
    ivar[2] = 0
    lines = measure_lines(WAVE, flux, ivar)
    assert np.isnan(lines.of("oiii5007")[0]).tolist() == [False, True, True]
    assert lines.of("oiii4959")[0][1] == pytest.approx(30, rel=0.2)
    assert np.isfinite(lines.of("halpha")[0][:2]).all()
    assert np.isnan(lines.flux[2]).all()


def test_a_line_without_continuum_on_both_sides_is_missing():
    flux, ivar = observe(np.random.default_rng(0), emission(WAVE, np.full(1, 60.0)) + 10, 0.5)
    ivar[0, WAVE > 6600] = 0
    lines = measure_lines(WAVE, flux, ivar)
    assert np.isnan(lines.of("halpha")[0][0])
    assert np.isfinite(lines.of("hbeta")[0][0])


def test_a_cosmic_ray_in_the_continuum_does_not_move_the_line():
    rng = np.random.default_rng(10)
    flux, ivar = observe(rng, emission(WAVE, np.full(2, 60.0)) + stars(WAVE, 2), 0.5)
    flux[1] = flux[0]
    flux[1, np.searchsorted(WAVE, 4820) : np.searchsorted(WAVE, 4823)] += 60
    hbeta, error = measure_lines(WAVE, flux, ivar).of("hbeta")
    assert abs(hbeta[1] - hbeta[0]) < 0.5 * error[0]


def test_a_broad_line_the_model_cannot_follow_shows_in_chi2_and_in_the_error():
    rng = np.random.default_rng(12)
    narrow = emission(WAVE, np.full(1, 60.0)) + 10
    broad = narrow + 1500 * gaussian(WAVE, 6564.61, 50.0)
    flux, ivar = observe(rng, np.concatenate([narrow, broad]), 0.5)
    lines = measure_lines(WAVE, flux, ivar)
    at = lines.names.index("halpha")
    assert lines.chi2[0, at] < 1.4
    assert lines.chi2[1, at] > 2
    assert lines.error[1, at] > 1.3 * lines.error[0, at]


def test_only_lines_within_the_wavelengths_are_reported():
    wave = np.arange(4700.0, 5200.0)
    lines = measure_lines(wave, np.ones((1, 500)), np.ones((1, 500)))
    assert lines.names == ("hbeta", "oiii5007", "oiii4959")
    with pytest.raises(KeyError, match=r"line must be one of \('hbeta'"):
        lines.of("halpha")


def test_errors_quote_what_was_given():
    good = np.ones((2, 500))
    wave = np.arange(4700.0, 5200.0)
    with pytest.raises(ValueError, match=r"flux \(2, 500\) and ivar \(500,\)"):
        measure_lines(wave, good, good[0])
    with pytest.raises(ValueError, match=r"\('fit', 'none'\), got 'guess'"):
        measure_lines(wave, good, good, absorption="guess")
    with pytest.raises(ValueError, match="no line window lies within 1000–1499 Å"):
        measure_lines(wave - 3700, good, good)
    with pytest.raises(ValueError, match="must be above 0, got -1"):
        measure_lines(wave, good, good, native_log10_step=-1)
    with pytest.raises(ValueError, match="no spectra"):
        measure_lines(wave, good[:0], good[:0])
    with pytest.raises(ValueError, match="must increase"):
        measure_lines(wave[::-1], good, good)
