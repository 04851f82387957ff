"""All that was observed, on the scale of what a model saw of it."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.spectra.extinction import dust_transmission
from spexplain.core.spectra.grid import resample
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.other_exposures import exposures_of, exposures_of_file
from spexplain.data.lenses.one_spectrum.whole_spectrum import whole_of_file, whole_of_row

ROW = 3


@pytest.fixture(scope="session")
def lenses(built):
    return open_lenses(built)


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_where_it_was_measured_it_is_the_spectrum_that_the_model_saw(name, built, lenses):
    lens = lenses[name]
    prepared = lens.prepared(ROW)
    whole = whole_of_row(built, lens, ROW, prepared)
    ivar = np.where(np.isnan(whole.sigma), 0, whole.sigma**-2.0)
    seen, weights = resample(whole.wave_rest_aa, whole.flux, ivar, lens.wave_rest_aa)
    measured = ~whole.filled & (weights > 0)
    assert measured.mean() > 0.9
    np.testing.assert_allclose(seen[measured], prepared[measured], rtol=2e-5)
    # And it goes beyond.
    assert whole.wave_rest_aa[0] <= lens.wave_rest_aa[0]
    assert whole.wave_rest_aa[-1] >= lens.wave_rest_aa[-1]


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_flux_over_error_is_what_was_observed(name, built, lenses):
    lens = lenses[name]
    whole = whole_of_row(built, lens, ROW, lens.prepared(ROW))
    observed = built.observed(ROW)
    good = ~observed.mask
    expected = observed.flux[good] * np.sqrt(observed.ivar[good])
    np.testing.assert_allclose((whole.flux / whole.sigma)[good], expected, rtol=1e-5)
    assert np.isnan(whole.flux[~good]).all()
    assert np.isnan(whole.sigma[~good]).all()


def test_a_masked_stretch_is_told_as_filled_where_the_recipe_fills_it(built, lenses):
    lens = lenses["anomaly"]
    of = exposures_of(built, lens, ROW)
    ivar = of.ivar.copy()
    gap = (of.wave_rest_aa > 6000) & (of.wave_rest_aa < 6050)
    ivar[gap] = 0
    holed = dataclasses.replace(of, ivar=ivar)
    whole = whole_of_file(holed, holed.prepared())
    inside = (lens.wave_rest_aa > 6001) & (lens.wave_rest_aa < 6049)
    assert whole.filled[inside].all()
    before = whole_of_row(built, lens, ROW, lens.prepared(ROW)).filled
    away = (lens.wave_rest_aa < 5990) | (lens.wave_rest_aa > 6060)
    np.testing.assert_array_equal(whole.filled[away], before[away])
    assert np.isnan(whole.flux[gap]).all()


def test_dust_is_corrected_as_the_model_has_it_corrected(built, lenses):
    lens = lenses["anomaly"]
    of = dataclasses.replace(exposures_of(built, lens, ROW), ebv=0.3)
    plain = dataclasses.replace(of, ebv=None)
    red, bare = whole_of_file(of, of.prepared()), whole_of_file(plain, plain.prepared())
    passed = dust_transmission(of.wave_rest_aa[None] * (1 + of.z), np.array([0.3]))[0]
    ratio = (red.flux / bare.flux * passed)[np.isfinite(bare.flux) & (np.abs(bare.flux) > 0.1)]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)  # but for one scale
    assert red.ebv == 0.3
    assert bare.ebv is None


def test_a_file_from_outside_has_its_own_pixels(built, lenses):
    lens = lenses["anomaly"]
    flux, ivar = built.spectrum(ROW)
    z = float(built.catalog["z"][ROW])
    seen = ivar > 0
    wave_obs = built.wave_rest_aa[seen] * (1 + z)
    spectrum = Spectrum("mine", wave_obs, flux[seen], ivar[seen], z=z)
    of = exposures_of_file(built.wave_rest_aa, lens, spectrum)
    whole = whole_of_file(of, lens.prepared(ROW))
    np.testing.assert_allclose(whole.wave_rest_aa * (1 + z), wave_obs, rtol=1e-12)
    assert whole.own_pixels


def test_nothing_measured_is_said(built, lenses):
    lens = lenses["anomaly"]
    of = exposures_of(built, lens, ROW)
    none = dataclasses.replace(of, ivar=np.zeros_like(of.ivar))
    with pytest.raises(ValueError, match="none of the pixels that the model uses was measured"):
        whole_of_file(none, lens.prepared(ROW))
