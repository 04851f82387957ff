"""O25's preparation, in the paper's and the code's variants."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.prepare.o25 import mask_low_sn, mask_sky_line
from spexplain.core.spectra.prepare.recipes import O25Recipe, recipe_from_dict

WAVE = COLLECTION_GRID.wave_rest_aa
RECIPE = O25Recipe()
GRID = RECIPE.wave_rest_aa


def prepare(flux, *, sigma=0.1, z=0.1, recipe=RECIPE):
    flux = np.atleast_2d(np.asarray(flux, np.float64))
    ivar = np.where(np.isfinite(flux), 1 / sigma**2, 0.0)
    return recipe.to_grid(WAVE, flux, ivar, np.full(len(flux), z))


def test_the_grid_is_the_papers():
    assert (GRID.size, GRID[0], GRID[-1]) == (4000, 3500.0, 7499.0)


def test_a_clean_spectrum_loses_only_the_sky_line_where_it_was_observed():
    on_grid, reasons = prepare(np.full(WAVE.size, 2.0), z=0.1)
    assert reasons[0] == ""
    observed = GRID * 1.1
    sky = (observed >= 5565) & (observed <= 5590)
    assert 20 <= sky.sum() <= 25
    assert np.array_equal(np.isnan(on_grid[0]), sky)


def test_at_high_redshift_the_sky_line_leaves_the_grid():
    assert not np.isnan(prepare(np.ones(WAVE.size), z=0.8)[0]).any()


def test_the_codes_variant_puts_the_mean_of_the_neighbouring_windows_there():
    wave_obs = np.arange(5500.0, 5650.0)[None]
    flux = np.where(wave_obs < 5577, 1.0, 3.0).astype(np.float32)
    flux[0, (wave_obs[0] >= 5565) & (wave_obs[0] <= 5590)] = 1000.0
    got, ivar = mask_sky_line(wave_obs, flux, np.ones_like(flux), "code")
    inside = (wave_obs[0] >= 5565) & (wave_obs[0] <= 5590)
    assert got[0, inside] == pytest.approx(np.full(inside.sum(), 2.0))
    assert np.array_equal(got[0, ~inside], flux[0, ~inside])
    assert (ivar == 1).all()
    text, text_ivar = mask_sky_line(wave_obs, flux, np.ones_like(flux), "text")
    assert np.array_equal(np.isnan(text[0]), inside)
    assert np.array_equal(text_ivar[0] == 0, inside)


def test_the_codes_variant_has_nothing_to_put_where_the_neighbours_have_no_data():
    wave_obs = np.arange(5560.0, 5595.0)[None]
    nothing = np.full_like(wave_obs, np.nan, dtype=np.float32)
    got, ivar = mask_sky_line(wave_obs, nothing, np.zeros_like(nothing), "code")
    assert np.isnan(got).all()
    assert not ivar.any()


@given(st.floats(-5, 5), st.floats(0.125, 8), st.floats(-1, 3))
def test_flux_below_the_limit_of_signal_to_noise_goes(value, sigma, sn_min):
    flux, ivar = np.full((1, 1), value, np.float32), np.full((1, 1), sigma**-2, np.float32)
    got, got_ivar = mask_low_sn(flux, ivar, sn_min)
    ratio = value / sigma
    if abs(ratio - sn_min) > 1e-5:
        assert np.isfinite(got[0, 0]) == (sn_min <= 0 or ratio >= sn_min)
    assert (got_ivar[0, 0] > 0) == np.isfinite(got[0, 0])


def test_missing_pixels_are_counted_to_the_tenth_and_explained():
    flux = np.ones((3, WAVE.size))
    flux[0, WAVE >= 7100] = np.nan  # 400 of 4000, and the sky line
    flux[1, WAVE >= 7150] = np.nan  # 350 and 22 of the sky line
    flux[2, (WAVE >= 3500) & (WAVE < 4300)] = 0.05  # S/N of one half
    _, reasons = prepare(flux)
    assert reasons[0].startswith("NaN 10.5 % > 10 % of 3500–7500 Å: 10.0 % without data, 0.5 %")
    assert reasons[1] == ""
    assert reasons[2].startswith("NaN 20.5 %")
    assert "0.0 % without data, 20.5 % sky line or S/N < 1" in reasons[2]


def test_exactly_ten_percent_missing_is_still_used():
    flux = np.ones((2, WAVE.size))
    flux[:, WAVE >= 7100] = np.nan
    flux[1, 1000] = np.nan
    assert prepare(flux, z=0.8)[1][0] == ""
    assert prepare(flux, z=0.8)[1][1] != ""


def test_wavelengths_that_many_spectra_lack_are_dropped():
    count = np.zeros(4000, int)
    count[:100], count[100:200] = 10, 11
    kept = RECIPE.kept_wavelengths(count, 100)
    assert kept[:100].all()
    assert not kept[100:200].any()
    assert kept[200:].all()
    with pytest.raises(ValueError, match="no usable"):
        RECIPE.kept_wavelengths(count, 0)


@given(st.lists(st.floats(0.5, 50), min_size=5, max_size=40), st.data())
def test_finished_spectra_have_median_one_and_their_gaps_hold_it(values, data):
    flux = np.array([values], np.float32)
    lost = data.draw(st.integers(0, (len(values) - 1) // 2))
    flux[0, :lost] = np.nan
    finished = RECIPE.finish(flux)
    assert finished.dtype == np.float32
    assert np.isfinite(finished).all()
    assert np.median(finished) == pytest.approx(1.0, rel=1e-5)
    assert finished[0, :lost] == pytest.approx(np.ones(lost), rel=1e-5)
    assert finished[0, lost:] == pytest.approx(flux[0, lost:] / np.nanmedian(flux), rel=1e-5)


def test_the_codes_variant_fills_with_the_samples_median():
    recipe = O25Recipe(fill="code")
    flux = np.array([[1.0, np.nan, 3.0, 2.0]])
    sample = np.array([9.0, 6.0, 9.0, 9.0])
    finished = recipe.finish(flux, sample_median=sample)
    assert finished[0] == pytest.approx(np.array([1, 6, 3, 2]) / 2.5)
    with pytest.raises(ValueError, match="sample_median"):
        recipe.finish(flux)


def test_without_the_noise_limit_a_negative_median_is_refused_with_its_value():
    recipe = O25Recipe(sn_min=0.0)
    on_grid, reasons = prepare(np.full(WAVE.size, -2.0), recipe=recipe)
    assert reasons[0] == "median flux is -2; the spectrum is divided by it, so it must be positive"
    with pytest.raises(ValueError, match="row 0"):
        recipe.finish(on_grid)


def test_with_the_noise_limit_no_usable_spectrum_can_have_a_negative_median():
    rng = np.random.default_rng(4)
    flux = rng.normal(1.0, 1.0, size=(20, WAVE.size))
    on_grid, _ = prepare(flux, sigma=0.2)
    assert np.nanmin(on_grid) > 0


def test_empty_spectra_and_blocks_pass():
    assert prepare(np.full(WAVE.size, np.nan))[1][0].startswith("NaN 100.0 %")
    flux, reasons = RECIPE.to_grid(WAVE, np.empty((0, 5700)), np.empty((0, 5700)), np.empty(0))
    assert flux.shape == (0, 4000)
    assert reasons.shape == (0,)
    assert RECIPE.finish(flux).shape == (0, 4000)


def test_a_block_is_the_same_as_its_rows_one_by_one():
    rng = np.random.default_rng(5)
    flux, z = rng.normal(3, 1, size=(4, WAVE.size)), np.array([0.0, 0.1, 0.2, 0.3])
    ivar = np.ones_like(flux)
    together, why = RECIPE.to_grid(WAVE, flux, ivar, z)
    for row in range(4):
        one = slice(row, row + 1)
        alone, reason = RECIPE.to_grid(WAVE, flux[one], ivar[one], z[one])
        assert np.array_equal(alone[0], together[row], equal_nan=True)
        assert reason[0] == why[row]


def test_settings_survive_json():
    recipe = O25Recipe(sky="code", fill="code", sn_min=2.0)
    assert recipe_from_dict(json.loads(json.dumps(recipe.asdict()))) == recipe


@pytest.mark.parametrize(
    "settings", [{"sky": "paper"}, {"fill": "mean"}, {"max_missing": 1.5}, {"step_aa": 0.3}]
)
def test_impossible_settings_are_refused_with_their_value(settings):
    (value,) = settings.values()
    with pytest.raises(ValueError, match=f"{value}"):
        O25Recipe(**settings)
