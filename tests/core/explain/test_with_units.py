from types import SimpleNamespace

import numpy as np
import pytest
from astropy import units as u
from astropy.nddata import StdDevUncertainty
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.with_units import explain_spectrum
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.targets import CallableTarget

WAVE = np.linspace(4800.0, 5100.0, 150)
FLUX = 1 + 3 * np.exp(-0.5 * ((WAVE - 5008.24) / 5) ** 2)
SETTINGS = ExplainSettings(n_segments=15, n_samples=400)
NEAR = np.abs(WAVE - 5008.24) < 10
TARGET = CallableTarget(lambda spectra: spectra[:, NEAR].sum(axis=1), name="line")


def spectrum(axis: u.Quantity, flux: u.Quantity) -> SimpleNamespace:
    return SimpleNamespace(spectral_axis=axis, flux=flux)


def test_any_axis_gives_the_explanation_of_the_plain_array():
    plain = explain(FLUX, TARGET, SETTINGS)
    axis = (WAVE * u.AA).to(u.THz, u.spectral())
    found = explain_spectrum(spectrum(axis, FLUX * u.mJy), TARGET, SETTINGS)
    assert found.explanation.weights.tobytes() == plain.weights.tobytes()
    # In the order of the axis that was given, from high frequency to low as from blue to red.
    np.testing.assert_array_equal(found.weight_of_pixel, plain.weight_of_pixel)
    backwards = explain_spectrum(spectrum(axis[::-1], FLUX[::-1] * u.mJy), TARGET, SETTINGS)
    np.testing.assert_array_equal(backwards.weight_of_pixel, plain.weight_of_pixel[::-1])


def test_the_line_is_found_in_the_units_of_the_axis():
    axis = (WAVE * u.AA).to(u.THz, u.spectral())
    found = explain_spectrum(spectrum(axis, FLUX * u.mJy), TARGET, SETTINGS)
    low, high = np.sort(found.edges[found.explanation.top(1)[0]])
    assert found.edges.unit == u.THz
    assert low < (5008.24 * u.AA).to(u.THz, u.spectral()) < high


def test_edges_of_a_spectrum_in_air_are_in_air():
    air = vacuum_to_air(WAVE) * u.AA
    found = explain_spectrum(spectrum(air, FLUX * u.mJy), TARGET, SETTINGS, medium="air")
    edges = explain(FLUX, TARGET, SETTINGS).edges(WAVE)
    np.testing.assert_allclose(found.edges.value, vacuum_to_air(edges), rtol=1e-9)


def test_the_target_sees_the_flux_in_the_unit_it_expects():
    seen = []

    def record(spectra: np.ndarray) -> np.ndarray:
        seen.extend(spectra.copy())
        return spectra[:, NEAR].sum(axis=1)

    settings = ExplainSettings(method="occlusion", n_segments=15)
    target = CallableTarget(record)
    explain_spectrum(spectrum(WAVE * u.AA, FLUX * 1e-3 * u.Jy), target, settings, flux_unit="mJy")
    assert any(np.allclose(x, FLUX) for x in seen)


def test_a_slope_is_per_unit_of_flux_and_other_weights_have_none():
    given = spectrum(WAVE * u.AA, FLUX * u.mJy)
    slope = explain_spectrum(given, TARGET, ExplainSettings(method="saliency"))
    assert slope.weights.unit == slope.weight_of_pixel.unit == u.mJy**-1
    # ∂/∂f of the sum over the line is 1 per mJy on the line.
    np.testing.assert_allclose(slope.weight_of_pixel[NEAR].to_value(1 / u.Jy), 1e3, rtol=1e-6)
    assert explain_spectrum(given, TARGET, SETTINGS).weights.unit == u.dimensionless_unscaled


def test_missing_flux_is_refused_as_ever():
    flux = np.where(NEAR, np.nan, FLUX) * u.mJy
    with pytest.raises(ValueError, match="pixels are not finite"):
        explain_spectrum(spectrum(WAVE * u.AA, flux), TARGET, SETTINGS)


def test_a_specutils_spectrum_goes_in_as_it_is():
    specutils = pytest.importorskip("specutils", reason="the extra [specutils] is not installed")
    given = specutils.Spectrum(
        flux=FLUX * u.mJy,
        spectral_axis=WAVE * u.AA,
        uncertainty=StdDevUncertainty(np.full(150, 0.1)),
        redshift=0.3,
    )
    found = explain_spectrum(given, TARGET, SETTINGS)
    plain = explain(FLUX, TARGET, SETTINGS)
    assert found.explanation.weights.tobytes() == plain.weights.tobytes()
    record = found.spectrum.to_spectrum("mine")
    assert record.z == pytest.approx(0.3)
    assert record.sn_median == pytest.approx(np.median(FLUX) / 0.1, rel=1e-5)
