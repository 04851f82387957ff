"""Units as people write them: of wavelengths, and of flux."""

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.units.unit_spellings import (
    COUNTS,
    RELATIVE,
    SURVEY_FLUX,
    SURVEY_UNIT,
    flux_factor,
    length_within,
    wavelengths_aa,
)

WAVE = np.linspace(3800.0, 9200.0, 50)


@pytest.mark.parametrize(
    "unit",
    ["Angstrom", "Angstroms", "ANGSTROM", "ANGSTROMS", "angstroms", "Ang", "A", "AA", "Å", "0.1nm"],
)
def test_every_spelling_of_an_angstrom_is_one(unit):
    np.testing.assert_allclose(wavelengths_aa(WAVE, unit), WAVE, rtol=1e-12)


@pytest.mark.parametrize(
    ("unit", "per_aa"),
    [("nm", 0.1), ("nanometers", 0.1), ("NANOMETRES", 0.1), ("um", 1e-4), ("micron", 1e-4),
     ("MICRONS", 1e-4), ("µm", 1e-4), ("m", 1e-10), ("meters", 1e-10)],
)  # fmt: skip
def test_other_lengths_are_converted(unit, per_aa):
    np.testing.assert_allclose(wavelengths_aa(WAVE * per_aa, unit), WAVE, rtol=1e-12)


@pytest.mark.parametrize("unit", ["log10(Angstrom)", "log(AA)", "dex(Angstrom)", "LOG10(ANG)"])
def test_logarithms_are_raised(unit):
    np.testing.assert_allclose(wavelengths_aa(np.log10(WAVE), unit), WAVE, rtol=1e-12)


@given(st.sampled_from(["GHz", "THz", "Hz", "1/cm", "1/um", "eV", "erg"]))
def test_frequencies_wavenumbers_and_energies_become_wavelengths(unit):
    values = (WAVE * u.AA).to_value(u.Unit(unit), u.spectral())
    np.testing.assert_allclose(wavelengths_aa(values, unit), WAVE, rtol=1e-12)


@pytest.mark.parametrize("unit", ["K", "s", "Jy", "mag", "furlongs", "km/s"])
def test_what_is_no_axis_is_told(unit):
    with pytest.raises(ValueError, match=f"'{unit}' is no unit of a spectral axis"):
        wavelengths_aa(WAVE, unit)


@pytest.mark.parametrize(
    ("values", "unit"),
    [(WAVE / 10, "nm"), (WAVE / 1e4, "um"), (np.log10(WAVE), r"log10\(Angstrom\)")],
)
def test_without_a_unit_only_what_looks_like_angstroms_is(values, unit):
    np.testing.assert_array_equal(wavelengths_aa(WAVE, ""), WAVE)
    with pytest.raises(ValueError, match=f"have no unit .* set the unit {unit}"):
        wavelengths_aa(values, "")


def test_padding_is_no_wavelength_and_no_error():
    padded = np.array([0.0, np.nan, 5000.0])
    np.testing.assert_array_equal(wavelengths_aa(padded, ""), padded)
    assert np.isnan(wavelengths_aa(padded, "GHz")[:2]).all()


DENSITIES = [
    "1e-17 erg / (s cm2 AA)", "W / (m2 um)", "W m-2 nm-1", "mJy", "uJy", "Jy", "erg / (s cm2 Hz)",
    "photon / (s cm2 AA)", "10**-20 erg s-1 cm-2 Angstrom-1", "W m-2 Hz-1",
]  # fmt: skip


@given(st.sampled_from(DENSITIES), st.floats(1e-3, 1e3))
def test_flux_in_any_density_is_that_of_astropy(unit, height):
    there = (np.full(50, height) * SURVEY_UNIT).to(u.Unit(unit), u.spectral_density(WAVE * u.AA))
    factor, name = flux_factor(unit, WAVE)
    assert name == SURVEY_FLUX
    np.testing.assert_allclose(there.value * factor, height, rtol=1e-10)


@pytest.mark.parametrize(
    ("written", "per"),
    [("erg/s/cm2/A", 1e17), ("1E-17 erg/cm^2/s/Ang", 1.0), ("ERG/S/CM2/ANGSTROM", 1e17),
     ("10^-17 ergs/s/cm^2/A", 1.0), ("ergs/sec/cm^2/Angstroms", 1e17)],
)  # fmt: skip
def test_flux_as_people_write_it(written, per):
    factor, name = flux_factor(written, WAVE)
    assert name == SURVEY_FLUX
    np.testing.assert_allclose(factor, per, rtol=1e-12)


def test_nanomaggies_are_of_the_ab_system():
    factor, name = flux_factor("nanomaggy", WAVE)
    assert name == SURVEY_FLUX
    np.testing.assert_allclose(factor, flux_factor("nJy", WAVE)[0] * 3631, rtol=1e-12)
    np.testing.assert_allclose(flux_factor("mgy", WAVE)[0], factor * 1e9, rtol=1e-12)


@pytest.mark.parametrize("unit", ["adu", "ADU", "electron", "ct", "counts", "DN/s", "count / s"])
def test_counts_stay_counts(unit):
    factor, name = flux_factor(unit, WAVE)
    assert name == COUNTS
    assert (factor == 1).all()


def test_no_unit_is_relative_and_surface_brightness_says_so():
    assert flux_factor("", WAVE)[1] == flux_factor("1", WAVE)[1] == RELATIVE
    assert flux_factor("MJy/sr", WAVE)[1] == f"{SURVEY_FLUX}/sr"
    factor, name = flux_factor("erg/s/cm2/AA/arcsec2", WAVE)
    assert name == f"{SURVEY_FLUX}/arcsec2"
    np.testing.assert_allclose(factor, 1e17, rtol=1e-9)


@pytest.mark.parametrize("unit", ["mag", "ABmag", "mag(AB)", "dex(Jy)"])
def test_magnitudes_are_refused_in_words(unit):
    with pytest.raises(ValueError, match="convert magnitudes to flux first"):
        flux_factor(unit, WAVE)


@pytest.mark.parametrize("unit", ["erg/s/cm2", "K", "W", "nonsense"])
def test_what_is_no_flux_density_is_refused(unit):
    with pytest.raises(ValueError, match="is no flux density"):
        flux_factor(unit, WAVE)


@pytest.mark.parametrize(
    ("unit", "logarithm"),
    [("ln(Angstrom)", np.log), ("log(Angstrom)", np.log), ("log10(AA)", np.log10),
     ("[log Angstrom]", np.log10), ("log_10(Angstrom)", np.log10)],
)  # fmt: skip
def test_logarithms_are_natural_where_they_say_so_or_must_be(unit, logarithm):
    wave = np.linspace(3600.0, 9000.0, 50)
    np.testing.assert_allclose(wavelengths_aa(logarithm(wave), unit), wave, rtol=1e-12)


@pytest.mark.parametrize("unit", ["normalized", "arbitrary units", "relative flux", "None", "a.u."])
def test_what_has_no_height_is_relative(unit):
    assert flux_factor(unit, np.full(2, 5000.0))[1] == RELATIVE


@pytest.mark.parametrize("unit", ["counts s^-1", "photo-electrons", "e-/sec", "adu per pixel"])
def test_counts_are_counts_in_whatever_time(unit):
    assert flux_factor(unit, np.full(2, 5000.0))[1] == COUNTS


@pytest.mark.parametrize(
    ("unit", "length"), [("log10(nm)", "nm"), ("um", "um"), ("", ""), ("log10", ""), ("Jy", "")]
)
def test_the_length_within_a_logarithm(unit, length):
    assert length_within(unit) == length
