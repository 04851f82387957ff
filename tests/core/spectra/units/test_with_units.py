from types import SimpleNamespace

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SpectralQuantity
from astropy.nddata import InverseVariance, StdDevUncertainty, VarianceUncertainty
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.with_units import PhysicalSpectrum

WAVE = np.linspace(3800.0, 9200.0, 60)
FLUX = 1 + np.sin(WAVE / 300) ** 2
F_LAMBDA = u.Unit("erg / (s cm2 AA)")


def spectrum(axis: u.Quantity, flux: u.Quantity, **more) -> SimpleNamespace:
    return SimpleNamespace(spectral_axis=axis, flux=flux, **more)


@given(
    unit=st.sampled_from([u.AA, u.nm, u.um, u.m, u.GHz, u.eV, u.J, u.cm**-1, u.km / u.s]),
    backwards=st.booleans(),
    convention=st.sampled_from(["optical", "radio", "relativistic"]),
)
def test_any_axis_gives_increasing_vacuum_aangstroms(unit, backwards, convention):
    wave = WAVE[::-1] if backwards else WAVE
    axis = SpectralQuantity(
        wave * u.AA, doppler_rest=6564.6 * u.AA, doppler_convention=convention
    ).to(unit)
    plain = PhysicalSpectrum.of(spectrum(axis, wave * u.Jy))
    np.testing.assert_allclose(plain.wave_vac_aa, WAVE, rtol=1e-12)
    # The flux followed its wavelengths.
    np.testing.assert_allclose(plain.flux, WAVE)


def test_wavelengths_in_air_are_moved_to_vacuum():
    air = vacuum_to_air(WAVE) / 10 * u.nm
    plain = PhysicalSpectrum.of(spectrum(air, FLUX * u.Jy), medium="air")
    np.testing.assert_allclose(plain.wave_vac_aa, WAVE, rtol=1e-12)
    # A step of the grid is 92 Å; taken for vacuum, the lines would be 1–3 Å off.
    wrong = PhysicalSpectrum.of(spectrum(air, FLUX * u.Jy))
    assert (np.abs(wrong.wave_vac_aa - WAVE) > 1).all()


@pytest.mark.parametrize("kind", [StdDevUncertainty, VarianceUncertainty, InverseVariance])
@pytest.mark.parametrize("in_millis", [True, False])
def test_any_kind_of_error_in_any_unit_becomes_inverse_variance(kind, in_millis):
    sigma = np.linspace(0.1, 0.5, 60)
    power = {StdDevUncertainty: 1, VarianceUncertainty: 2, InverseVariance: -2}[kind]
    unit = u.mJy if in_millis else u.Jy
    uncertainty = kind((sigma * u.Jy).to_value(unit) ** power, unit=unit**power)
    plain = PhysicalSpectrum.of(spectrum(WAVE * u.AA, FLUX * u.Jy, uncertainty=uncertainty))
    np.testing.assert_allclose(plain.ivar, sigma**-2)


def test_the_record_has_survey_units_and_no_data_where_masked():
    mask = np.zeros(60, bool)
    mask[7] = True
    flux = FLUX * 1e-17 * F_LAMBDA
    given_ = spectrum(
        WAVE[::-1] * u.AA,
        flux[::-1].to(u.Jy, u.spectral_density(WAVE[::-1] * u.AA)),
        uncertainty=StdDevUncertainty(
            (0.1 * flux)[::-1].to_value(u.Jy, u.spectral_density(WAVE[::-1] * u.AA)), unit=u.Jy
        ),
        mask=mask[::-1],
        redshift=0.123,
    )
    record = PhysicalSpectrum.of(given_).to_spectrum("a-1")
    assert (record.id, record.z, record.flux_unit) == ("a-1", 0.123, "1e-17 erg/s/cm2/Å")
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(record.flux)), [7])
    np.testing.assert_allclose(record.flux[~mask], FLUX[~mask], rtol=1e-6)
    assert record.sn_median == pytest.approx(10, rel=1e-5)


def test_counts_stay_counts_and_a_redshift_of_zero_is_not_known():
    error = InverseVariance(np.full(60, 4.0))
    given_ = spectrum(WAVE * u.AA, FLUX * u.ct, uncertainty=error, redshift=0.0)
    plain = PhysicalSpectrum.of(given_)
    assert np.isnan(plain.to_spectrum("a").z)
    assert plain.to_spectrum("a", z=0.4).z == 0.4
    assert plain.to_spectrum("a").flux_unit == "ct"
    np.testing.assert_array_equal(plain.to_spectrum("a").ivar, np.full(60, 4.0))


def test_a_spectrum_without_errors_is_no_record():
    plain = PhysicalSpectrum.of(spectrum(WAVE * u.AA, FLUX * u.Jy))
    assert plain.ivar is None
    with pytest.raises(ValueError, match="a-1: the spectrum has no uncertainty"):
        plain.to_spectrum("a-1")


@pytest.mark.parametrize(
    ("axis", "flux", "more", "text"),
    [
        (WAVE * u.kg, FLUX * u.Jy, {}, "units do not fit.*kg"),
        (WAVE, FLUX * u.Jy, {}, "units do not fit.*no unit"),
        (WAVE * u.km / u.s, FLUX * u.Jy, {}, "doppler"),
        (WAVE * u.GHz, FLUX * u.Jy, {"medium": "air"}, "only wavelengths can be in air.*GHz"),
        (WAVE * u.AA, FLUX * u.Jy, {"medium": "water"}, "'vacuum', 'air'.*'water'"),
        (WAVE * u.AA, FLUX[:-1] * u.Jy, {}, r"axis \(60,\) and flux \(59,\)"),
        (WAVE * u.AA, np.ones((2, 60)) * u.Jy, {}, r"flux \(2, 60\)"),
        (np.repeat(WAVE, 2)[:60] * u.AA, FLUX * u.Jy, {}, r"pixels 0 and 1 are at 3800\.0"),
        (np.roll(WAVE, 5) * u.AA, FLUX * u.Jy, {}, r"pixels 4 and 5 are at 9200\.0 and 3800\.0"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(axis, flux, more, text):
    with pytest.raises(ValueError, match=text):
        PhysicalSpectrum.of(spectrum(axis, flux), **more)
