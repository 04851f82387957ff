import numpy as np
import pytest
from spexplain.core.spectra.extinction import dust_transmission, extinction_curve
from spexplain.core.spectra.prepare.o25 import O25Recipe

# Fitzpatrick 1999, table 3: A(λ)/E(B-V) at the spline's anchors for R = 3.1.
F99_ANCHORS = [(26500, 0.265), (12200, 0.829), (6000, 2.688), (5470, 3.055), (4670, 3.806)]
F99_ANCHORS += [(4110, 4.315), (2700, 6.265), (2600, 6.591)]


@pytest.mark.parametrize(("wave_aa", "published"), F99_ANCHORS)
def test_fitzpatricks_published_values(wave_aa, published):
    # The package follows Fitzpatrick's later code, whose anchors vary with R_V: up to 2 % apart.
    curve = 3.1 * extinction_curve(np.array([float(wave_aa)]))
    assert curve[0] == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(
    ("wave_aa", "published"),
    [(3586, 4.239), (4717, 3.303), (6166, 2.285), (7480, 1.698), (8932, 1.263)],
)
def test_sdss_bands_of_the_rescaled_map(wave_aa, published):
    # Schlafly & Finkbeiner 2011, table 6: A(band)/E(B-V) of the SFD map, R_V = 3.1.
    ratio = 0.86 * 3.1 * extinction_curve(np.array([float(wave_aa)]))
    assert ratio[0] == pytest.approx(published, rel=0.04)


def test_it_is_one_at_v_and_reddens_as_r_v_says():
    b, v = extinction_curve(np.array([4405.0, 5495.0]))
    assert v == pytest.approx(1, abs=0.03)
    assert 1 / (b - v) == pytest.approx(3.1, rel=0.1)


def test_the_table_is_as_good_as_the_law():
    wave = np.linspace(2700, 15000, 40_000)
    sparse = wave[::4000]
    np.testing.assert_allclose(
        extinction_curve(wave)[::4000], [extinction_curve(np.array([w]))[0] for w in sparse], 1e-6
    )


@pytest.mark.parametrize("ebv", [1e-4, 0.03, 0.1, 1.5])
def test_twice_the_dust_passes_the_square_of_the_light(ebv):
    wave = np.arange(3800.0, 9200.0)
    once, twice = dust_transmission(wave, np.array([ebv, 2 * ebv]))
    np.testing.assert_allclose(twice, once**2)
    assert np.all(dust_transmission(wave, np.array([0.0])) == 1)
    assert once[0] < once[-1] < 1


def test_dust_acts_at_observed_wavelengths():
    """Of two spectra alike at rest, the one of higher redshift is dimmed less at Hβ."""
    rest = np.array([4862.68])
    near, far = dust_transmission(rest * np.array([[1.0], [1.4]]), np.array([0.3, 0.3]))[:, 0]
    assert near < far
    assert far == pytest.approx(dust_transmission(rest * 1.4, np.array([0.3]))[0, 0])


def test_the_recipe_gives_back_what_the_dust_took():
    recipe = O25Recipe(sn_min=0)
    wave = np.arange(3400.0, 7600.0)
    z, ebv = np.array([0.05, 0.3]), np.array([0.08, 0.4])
    clean = np.tile(2 + np.sin(wave / 400), (2, 1)).astype(np.float32)
    passed = dust_transmission(wave * (1 + z[:, None]), ebv).astype(np.float32)
    ivar = np.full(clean.shape, 100, np.float32)
    expected, _ = recipe.to_grid(wave, clean, ivar, z)
    corrected, reasons = recipe.to_grid(wave, clean * passed, ivar / passed**2, z, ebv=ebv)
    dusty, _ = recipe.to_grid(wave, clean * passed, ivar / passed**2, z)
    assert (reasons == "").all()
    np.testing.assert_allclose(corrected, expected, rtol=1e-5)
    assert np.nanmax(np.abs(dusty / expected - 1)) > 0.2


def test_errors_quote_what_was_given():
    wave = np.arange(4000.0, 5000.0)
    with pytest.raises(ValueError, match=r"got -0\.1 for spectrum 1"):
        dust_transmission(wave, np.array([0.1, -0.1]))
    with pytest.raises(ValueError, match="got nan for spectrum 0"):
        dust_transmission(wave, np.array([np.nan]))
    with pytest.raises(ValueError, match="positive and finite"):
        extinction_curve(np.array([-1.0]))
    with pytest.raises(ValueError, match="x"):  # beyond the law
        extinction_curve(np.array([500.0]))
