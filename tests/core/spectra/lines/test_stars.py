"""Stars beneath emission lines, with populations made of features like the real ones."""

import numpy as np
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.lines.flux import measure_lines
from spexplain.core.spectra.lines.stars import StellarContinuum, window_shape

WAVE = COLLECTION_GRID.wave_rest_aa
BALMER = {3890.15: 9, 3971.2: 10, 4102.89: 10, 4341.68: 9, 4862.68: 8, 6564.61: 5}
METALS = {3934.78: 6, 3969.59: 6, 4305.61: 5, 4384.0: 4, 5176.63: 5, 5018.0: 2, 5270.0: 3}


def troughs(depths, sigma, wings=3.0):
    """Absorption of these Å, half of it in wings: no Gaussian describes it."""
    total = np.zeros_like(WAVE)
    for centre, ew in depths.items():
        for share, width in ((0.5, sigma), (0.5, wings * sigma)):
            scaled = (WAVE - centre) / width
            total += share * ew * np.exp(-0.5 * scaled**2) / (width * np.sqrt(2 * np.pi))
    return total


def populations(sigma_aa):
    young = (WAVE / 5000) ** -2.0 * (1 - troughs(BALMER, sigma_aa))
    old = (WAVE / 5000) ** 1.0 * (1 - troughs(METALS, sigma_aa) - 0.2 * troughs(BALMER, sigma_aa))
    return np.stack([young, old])


TEMPLATES = np.stack([populations(sigma) for sigma in (4.0, 6.0)])


def observed(n, *, share_young, sigma=0, lines=0.0, noise=0.3, seed=0):
    """Spectra of a reddened mix with Hβ, Hα, [O III] and [N II] of a flux."""
    rng = np.random.default_rng(seed)
    mix = np.array([share_young, 1 - share_young]) @ TEMPLATES[sigma]
    truth = 10 * mix * (1 - 0.15 * (WAVE - 5000) / 1500)
    ratios = {4862.68: 1, 6564.61: 1, 5008.24: 1, 4960.30: 1 / 2.98, 6585.27: 1, 6549.86: 1 / 3.05}
    for centre, ratio in ratios.items():
        width = centre * 140 / 299_792.458
        truth = truth + ratio * lines * np.exp(-0.5 * ((WAVE - centre) / width) ** 2) / (
            width * 2.5066283
        )
    flux = truth + rng.normal(0, noise, (n, WAVE.size))
    return flux, np.full(flux.shape, noise**-2.0)


@pytest.mark.parametrize("share_young", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("sigma", [0, 1])
def test_a_reddened_mix_is_recovered_beneath_lines_it_never_saw(share_young, sigma):
    flux, ivar = observed(3, share_young=share_young, sigma=sigma, lines=80)
    bare, _ = observed(1, share_young=share_young, sigma=sigma, noise=1e-9)
    mixes = StellarContinuum(WAVE, TEMPLATES).fit(flux, ivar)
    lined = (WAVE > 4840) & (WAVE < 4890)
    np.testing.assert_allclose(mixes[:, lined], np.tile(bare[:, lined], (3, 1)), rtol=0.04)


@pytest.mark.parametrize("lines", [0.0, 40.0])
def test_faint_lines_over_deep_absorption_are_unbiased_only_with_templates(lines):
    flux, ivar = observed(60, share_young=0.9, lines=lines)
    known = measure_lines(WAVE, flux, ivar, templates=TEMPLATES)
    guessed = measure_lines(WAVE, flux, ivar)
    for name in ("hbeta", "halpha"):
        value, error = known.of(name)
        assert abs(value.mean() - lines) < 0.4 * np.median(error)
        # Where no line is, the width follows the noise and the errors are a little too small.
        assert 0.45 < np.mean(np.abs(value - lines) < error) < 0.95
    assert guessed.of("hbeta")[0].mean() < lines - 5


def test_oiii_does_not_suffer_from_the_iron_line_beside_it():
    flux, ivar = observed(60, share_young=0.1)
    value, error = measure_lines(WAVE, flux, ivar, templates=TEMPLATES).of("oiii5007")
    assert abs(value.mean()) < 0.3 * np.median(error)


def test_gaps_and_empty_spectra_do_no_harm():
    flux, ivar = observed(3, share_young=0.5, lines=80)
    gap = (WAVE > 5200) & (WAVE < 5900)
    flux[0, gap], ivar[0, gap] = np.nan, 0
    ivar[1] = 0
    lines = measure_lines(WAVE, flux, ivar, templates=TEMPLATES)
    assert lines.of("hbeta")[0][0] == pytest.approx(80, rel=0.15)
    assert np.isnan(lines.of("hbeta")[0][1])
    assert (StellarContinuum(WAVE, TEMPLATES).fit(np.nan_to_num(flux), ivar)[1] == 0).all()


def test_where_the_mix_is_not_of_stars_the_continuum_is_straight():
    mix = np.array([[1.0, 2.0, 3.0], [1.0, 0.1, 1.9], [-1.0, -2.0, -3.0]])
    shape = window_shape(mix)
    np.testing.assert_allclose(shape[0], [0.5, 1, 1.5])
    np.testing.assert_array_equal(shape[1:], 1)


def test_errors_quote_what_was_given():
    with pytest.raises(ValueError, match=r"\(V, T, 5700\), got \(2, 5700\)"):
        StellarContinuum(WAVE, TEMPLATES[0])
    with pytest.raises(ValueError, match="positive mean"):
        StellarContinuum(WAVE, 0 * TEMPLATES)
