"""P21's preparation."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.prepare.p21 import shared_range
from spexplain.core.spectra.prepare.recipes import P21Recipe, recipe_from_dict

WAVE = COLLECTION_GRID.wave_rest_aa
RECIPE = P21Recipe()


def prepare(flux, *, ivar=None, recipe=RECIPE):
    flux = np.atleast_2d(np.asarray(flux, np.float64))
    ivar = np.isfinite(flux).astype(float) if ivar is None else np.atleast_2d(ivar)
    return recipe.to_grid(WAVE, flux, ivar, np.full(len(flux), 0.1))


def line_spectrum(centre=4862.7, sigma=8.0, level=3.0):
    return level + 10 * np.exp(-0.5 * ((WAVE - centre) / sigma) ** 2)


def test_the_points_are_the_papers():
    wave = RECIPE.wave_rest_aa
    assert (wave.size, wave[0], wave[-1]) == (1000, 3728.91, 5265.95)
    assert np.diff(wave) == pytest.approx(np.full(999, 1537.04 / 999))


def test_a_prepared_spectrum_is_one_at_5100_and_keeps_its_shape():
    flux, reasons = prepare([line_spectrum(), 1e-3 * line_spectrum()])
    assert reasons.tolist() == ["", ""]
    finished = RECIPE.finish(flux)
    assert finished.dtype == np.float32
    assert finished[0] == pytest.approx(finished[1], rel=1e-5)
    wave = RECIPE.wave_rest_aa
    assert np.interp(5100.0, wave, finished[0]) == pytest.approx(1.0, abs=1e-6)
    assert finished[0] == pytest.approx(np.interp(wave, WAVE, line_spectrum() / 3), rel=1e-5)
    assert wave[np.argmax(finished[0])] == pytest.approx(4862.7, abs=1.6)


@given(st.floats(1e-3, 1e3), st.floats(-0.9, 0.9))
def test_scaling_a_spectrum_changes_nothing(scale, slope):
    flux = 1 + slope * (WAVE - 5100) / 2000
    one, _ = prepare(flux)
    other, _ = prepare(scale * flux)
    assert RECIPE.finish(other) == pytest.approx(RECIPE.finish(one), rel=1e-5, abs=1e-6)


def test_what_does_not_cover_the_range_says_what_it_covers():
    flux = line_spectrum()
    flux[WAVE < 3801] = np.nan
    flux[WAVE > 6000] = np.nan
    on_points, reasons = prepare(flux)
    assert reasons[0] == "covers 3801–6000 Å; AGN types need 3728.91–5265.95 Å at rest"
    assert np.isnan(on_points[0, 0])
    assert np.isfinite(on_points[0, -1])


def test_one_pixel_short_is_too_short_and_exactly_enough_is_enough():
    flux = np.ones((2, WAVE.size))
    flux[0, WAVE < 3729] = np.nan
    flux[1, WAVE < 3728] = np.nan
    flux[:, WAVE > 5266] = np.nan
    _, reasons = prepare(flux)
    assert reasons[0].startswith("covers 3729–5266")
    assert reasons[1] == ""


def test_bad_pixels_are_bridged_up_to_ten_angstrom():
    flux = np.tile(line_spectrum(), (3, 1))
    flux[0, (WAVE > 4400) & (WAVE < 4410)] = np.nan  # 4400 and 4410 have data: 10 Å apart
    flux[1, (WAVE > 4400) & (WAVE < 4411)] = np.nan
    flux[2, (WAVE > 3300) & (WAVE < 3600)] = np.nan  # outside what P21 looks at
    on_points, reasons = prepare(flux)
    assert reasons.tolist()[::2] == ["", ""]
    assert np.isfinite(on_points[[0, 2]]).all()
    assert "no data between 4400 and 4411 Å" in reasons[1]
    assert "wider than 10 Å" in reasons[1]
    assert prepare(flux[1], recipe=P21Recipe(max_gap_aa=12.0))[1][0] == ""
    assert "4400 and 4410" in prepare(flux[0], recipe=P21Recipe(max_gap_aa=0.0))[1][0]


def test_a_gap_across_the_edge_of_the_range_is_named():
    flux = line_spectrum()
    flux[(WAVE > 3700) & (WAVE < 3760)] = np.nan
    assert "between 3700 and 3760 Å" in prepare(flux)[1][0]


def test_pixels_of_zero_ivar_are_no_data():
    ivar = np.ones(WAVE.size)
    ivar[(WAVE > 4400) & (WAVE < 4500)] = 0
    assert "4400 and 4500" in prepare(line_spectrum(), ivar=ivar)[1][0]


@pytest.mark.parametrize("value", [0.0, -2.0])
def test_flux_at_5100_must_be_positive(value):
    flux = line_spectrum()
    flux[np.abs(WAVE - 5100) < 3] = value
    on_points, reasons = prepare(flux)
    assert reasons[0].startswith(f"flux at 5100 Å is {value:.3g}".replace("-", "−"))
    with pytest.raises(ValueError, match="row 0"):
        RECIPE.finish(on_points)


def test_an_empty_spectrum_and_an_empty_block():
    assert prepare(np.full(WAVE.size, np.nan))[1][0].startswith("has no data")
    flux, reasons = RECIPE.to_grid(WAVE, np.empty((0, 5700)), np.empty((0, 5700)), np.empty(0))
    assert flux.shape == (0, 1000)
    assert reasons.shape == (0,)
    assert RECIPE.finish(flux).shape == (0, 1000)


def test_no_wavelength_is_dropped():
    assert RECIPE.kept_wavelengths(np.full(1000, 7), 7).all()


def test_the_type_1_range_of_the_paper_is_a_setting():
    recipe = P21Recipe(start_aa=2713.93)
    flux, reasons = prepare(line_spectrum(), recipe=recipe)
    assert reasons[0] == ""
    assert recipe.wave_rest_aa[0] == 2713.93
    assert np.interp(5100.0, recipe.wave_rest_aa, recipe.finish(flux)[0]) == pytest.approx(1)


def test_settings_survive_json_and_name_the_recipe():
    recipe = P21Recipe(max_gap_aa=3.0)
    assert recipe_from_dict(json.loads(json.dumps(recipe.asdict()))) == recipe
    assert recipe.asdict()["name"] == "p21"
    assert recipe.asdict() != RECIPE.asdict()


@pytest.mark.parametrize(
    "settings",
    [
        {"start_aa": 6000.0},
        {"norm_aa": 7000.0},
        {"n_points": 1},
        {"max_gap_aa": -1.0},
        {"max_gap_aa": float("nan")},
    ],
)
def test_impossible_settings_are_refused_with_their_value(settings):
    (value,) = settings.values()
    with pytest.raises(ValueError, match=f"{value}"):
        P21Recipe(**settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"name": "p22"}, "p22"), ({}, "None"), ({"name": "p21", "points": 3}, "points")],
)
def test_settings_of_no_known_recipe_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        recipe_from_dict(settings)


def test_finish_refuses_other_grids():
    with pytest.raises(ValueError, match=r"\(2, 999\)"):
        RECIPE.finish(np.ones((2, 999)))


def widest_by_trial(first, last, needed):
    """Every start and every end that a spectrum has, tried."""
    best = -1.0
    for start in first:
        for stop in last:
            covering = np.sum((first <= start) & (last >= stop))
            if start <= 5100 <= stop and covering >= needed:
                best = max(best, stop - start)
    return best


ENDS = st.tuples(st.integers(3500, 5090), st.integers(5110, 9000))


@given(st.lists(ENDS, min_size=1, max_size=12), st.sampled_from([0.2, 0.5, 0.8, 1.0]))
def test_the_shared_range_is_the_widest_that_enough_spectra_cover(ends, share):
    first, last = np.array(ends, float).T
    start, stop = shared_range(first, last, share=share)
    needed = int(np.ceil(share * len(ends) - 1e-9))
    assert np.sum((first <= start) & (last >= stop)) >= needed
    assert stop - start == pytest.approx(widest_by_trial(first, last, needed))
    if share == 1:
        assert (start, stop) == (first.max(), last.min())


def test_spectra_that_the_recipe_cannot_use_do_not_narrow_the_range():
    # The paper's own ranges, and two that never hold 5100 Å.
    first = np.array([2713.93, 3727.07, 3728.905, 5200.0, np.nan])
    last = np.array([5265.954, 6955.6, 8318.88, 9000.0, np.nan])
    assert shared_range(first, last) == (3728.91, 5265.95)


@pytest.mark.parametrize(
    ("first", "last", "share", "says"),
    [
        ([5200.0], [6000.0], 1.0, "none of 1 spectra holds 5100 Å"),
        ([4000.0], [6000.0], 0.0, "share=0.0"),
        ([5100.0, 4000.0], [6000.0, 5100.0], 1.0, "share nothing round 5100 Å"),
    ],
)
def test_no_range_is_no_silent_default(first, last, share, says):
    with pytest.raises(ValueError, match=says):
        shared_range(np.array(first), np.array(last), share=share)
