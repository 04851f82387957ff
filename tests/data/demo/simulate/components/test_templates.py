"""Stellar templates: features where they belong, no emission left, dispersion as asked."""

import numpy as np
import pytest
from spexplain.core.spectra.air_vacuum import SPEED_OF_LIGHT_KMS
from spexplain.data.demo.simulate.components.templates import POPULATIONS, load_templates

PASSIVE = np.array([0.0, 0.0, 0.0, 1.0])
YOUNG = np.array([1.0, 0.0, 0.0, 0.0])


def around(templates, centre_aa, half_aa, flux):
    near = np.abs(templates.wave_rest_aa - centre_aa) < half_aa
    return templates.wave_rest_aa[near], flux[near]


def test_light_fractions_are_of_the_light_at_5100(templates):
    near = np.abs(templates.wave_rest_aa - 5100) < 50
    assert templates.flux[:, :, near].mean(axis=2) == pytest.approx(1.0, abs=2e-3)
    mixed = templates.mix(np.array([0.1, 0.2, 0.3, 0.4]), 200.0)
    assert mixed[near].mean() == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("line_aa", [3934.78, 5894.6])
def test_absorption_lines_are_at_vacuum_wavelengths(templates, line_aa):
    wave, flux = around(templates, line_aa, 12.0, templates.mix(PASSIVE, 180.0))
    depth = flux.max() - flux
    weight = np.where(depth > 0.5 * depth.max(), depth, 0.0)
    centre = np.sum(wave * weight) / weight.sum()
    # The index of refraction would put it 80 km/s off.
    assert abs(centre / line_aa - 1) * SPEED_OF_LIGHT_KMS < 70


def test_old_stars_have_a_break_and_young_ones_balmer_lines(templates):
    def step(fractions):
        flux = templates.mix(fractions, 200.0)
        blue, red = (
            flux[(templates.wave_rest_aa > a) & (templates.wave_rest_aa < a + 100)].mean()
            for a in (3850, 4000)
        )
        return red / blue

    assert 1.6 < step(PASSIVE) < 2.2
    assert step(YOUNG) < 1.3
    _, hdelta = around(templates, 4102.9, 30.0, templates.mix(YOUNG, 200.0))
    assert hdelta.min() < 0.75 * hdelta.max()


@pytest.mark.parametrize("population", range(len(POPULATIONS)))
@pytest.mark.parametrize("line_aa", [3728.5, 4960.3, 5008.2, 6302.0, 6585.3, 6725.0])
def test_no_emission_is_left(templates, population, line_aa):
    fractions = np.eye(len(POPULATIONS))[population]
    wave, flux = around(templates, line_aa, 60.0, templates.mix(fractions, 200.0))
    line = np.abs(wave - line_aa) < 8.0
    assert flux[line].max() < 1.12 * np.median(flux[~line])


def test_broadening_smooths_and_keeps_the_light(templates):
    narrow, wide = templates.mix(PASSIVE, 160.0), templates.mix(PASSIVE, 320.0)
    roughness = [np.abs(np.diff(flux, 2)).mean() for flux in (narrow, wide)]
    assert roughness[0] > 1.5 * roughness[1]
    assert narrow.mean() == pytest.approx(wide.mean(), rel=2e-3)
    # A Gaussian of the difference in quadrature turns one into the other.
    sigma_kms = np.sqrt(320.0**2 - 160.0**2)
    kernel = np.exp(-0.5 * (np.arange(-40, 41) / (5200 * sigma_kms / SPEED_OF_LIGHT_KMS)) ** 2)
    smoothed = np.convolve(narrow, kernel / kernel.sum(), mode="same")
    near = np.abs(templates.wave_rest_aa - 5200) < 60
    np.testing.assert_allclose(smoothed[near], wide[near], rtol=0.01)


def test_dispersions_in_between_are_interpolated_and_beyond_held(templates):
    low, high = templates.mix(PASSIVE, 175.0), templates.mix(PASSIVE, 205.0)
    between = templates.mix(PASSIVE, 190.0)
    np.testing.assert_allclose(between, (low + high) / 2, rtol=1e-9)
    assert np.array_equal(templates.mix(PASSIVE, 20.0), templates.mix(PASSIVE, 150.0))


def test_what_cannot_be_is_refused(templates):
    with pytest.raises(ValueError, match="need 4 fractions"):
        templates.mix(np.array([1.0, 0.0]), 200.0)
    with pytest.raises(ValueError, match="need 4 fractions"):
        templates.mix(np.array([1.0, -0.5, 0.2, 0.3]), 200.0)
    with pytest.raises(ValueError, match="1500"):
        load_templates(np.arange(1500.0, 3000.0))
