import numpy as np
import pytest
from spexplain.core.spectra.units.typeset_units import typeset_as_plain
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX, flux_factor, wavelengths_aa

ONE = np.array([5000.0])


@pytest.mark.parametrize(
    "unit",
    [
        r"$10^{-17}$ erg s$^{-1}$ cm$^{-2}$ $\AA^{-1}$",
        r"10$^{-17}$ erg cm$^{-2}$ s$^{-1}$ $\mathrm{\AA^{-1}}$",
        "10⁻¹⁷ erg s⁻¹ cm⁻² Å⁻¹",
        "×10⁻¹⁷ erg/s/cm²/Å",
        "E-17 erg/s/cm2/A",
        "E-17erg/s/cm2/A",
        "FLAM17",
        "1D-17 erg/s/cm2/A",
        "x10^-17 erg/s/cm^2/A",
        "1 x 10^-17 erg/s/cm2/A",
        "erg/cm2/s/A x 1e-17",
        "erg/s/cm2/A*1e-17",
        "1e-17 erg per s per cm2 per Angstrom",
        "[1e-17 erg/s/cm2/A]",
        "1e-17 ergs/s/cm^2/Ang.",
        "x 1E-17 erg/s/cm2/A",
        "in units of 1e-17 erg/s/cm2/A",
        "erg/s/cm2/A (x1e-17)",
        "erg/s/cm2/A (10^-17)",
        "1E-17 erg/s/cm^2/Ang/spaxel",
        "1e-17 erg / (Angstrom fiber s cm2)",
    ],
)
def test_flux_is_read_however_its_unit_is_typeset(unit):
    factor, name = flux_factor(unit, ONE)
    assert (name, factor[0]) == (SURVEY_FLUX, pytest.approx(1.0))


@pytest.mark.parametrize(
    ("unit", "value"),
    [("Angstrom (air)", 5000), ("Å, vacuum", 5000), ("AIR ANGSTROMS", 5000), ("[Angstrom]", 5000),
     (r"$\AA$", 5000), (r"$\mu$m", 0.5), (r"\mu m", 0.5), ("nm (vac)", 500), ("Ang.", 5000)],
)  # fmt: skip
def test_wavelengths_are_read_however_their_unit_is_typeset(unit, value):
    np.testing.assert_allclose(wavelengths_aa(np.array([float(value)]), unit), 5000, rtol=1e-12)


@pytest.mark.parametrize("unit", ["Angstrom", "erg / (Angstrom s cm2)", "W m-2 um-1", "mJy"])
def test_a_plain_unit_stays_as_it_is(unit):
    assert typeset_as_plain(unit) == unit
