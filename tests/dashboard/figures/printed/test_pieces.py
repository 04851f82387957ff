import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from spexplain.core.explain.entry import ExplainSettings, Explanation, explain
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.figures.printed.pieces import (
    WeightRuns,
    WeightScale,
    settings_text,
    spread,
    verdict_text,
    weight_label,
)
from spexplain.data.lenses.lenses import Verdict

WAVE = np.linspace(4000.0, 4119.0, 120)


def explained(method: str = "lime", **settings) -> Explanation:
    target = CallableTarget(lambda spectra: spectra[:, 40:60].sum(axis=1), name="log p(type 1)")
    chosen = ExplainSettings(method=method, n_segments=12, n_samples=200, **settings)
    return explain(1 + 0.1 * np.sin(WAVE / 9), target, chosen)


@given(
    wanted=npst.arrays(np.float64, st.integers(1, 25), elements=st.floats(0, 400)).map(np.sort),
    gap=st.floats(0, 30),
)
def test_names_keep_order_distance_and_bounds(wanted: np.ndarray, gap: float):
    placed = spread(wanted, gap, 5, 395)
    fits = min(gap, 390 / max(len(wanted) - 1, 1))
    assert (np.diff(placed) >= fits - 1e-9).all()
    assert placed[0] >= 5 - 1e-9
    assert placed[-1] <= 395 + 1e-9


def test_a_name_with_room_stays_where_its_line_is():
    wanted = np.array([20.0, 100.0, 104.0, 300.0])
    placed = spread(wanted, 10, 0, 400)
    np.testing.assert_allclose(placed, [20, 97, 107, 300])
    assert len(spread(np.empty(0), 10, 0, 400)) == 0


def test_runs_meet_midway_between_pixels():
    labels = np.array([0, 0, 1, 1, 1, 2], np.int32)
    wave = np.array([4000.0, 4001, 4003, 4005, 4007, 4009])
    runs = WeightRuns.of(labels, wave)
    np.testing.assert_array_equal(runs.edges_aa, [4000, 4002, 4008, 4009])
    np.testing.assert_array_equal(runs.of_pixels(np.array([5.0, 5, 6, 6, 6, 7])), [5, 6, 7])


def test_the_painted_lines_together_are_the_spectrum():
    labels = np.repeat(np.arange(12, dtype=np.int32), 10)
    flux = np.sin(WAVE)
    lines = WeightRuns.of(labels, WAVE).polylines(WAVE, flux)
    for before, after in itertools.pairwise(lines):
        np.testing.assert_array_equal(before[-1], after[0])
    points = np.concatenate(lines)
    np.testing.assert_allclose(np.interp(points[:, 0], WAVE, flux), points[:, 1], atol=1e-12)
    assert set(WAVE) <= set(points[:, 0])


def test_nothing_is_painted_where_no_wavelength_was_kept():
    wave = np.concatenate([np.arange(4000.0, 4010), np.arange(4050.0, 4060)])
    runs = WeightRuns.of(np.zeros(20, np.int32), wave)
    np.testing.assert_array_equal(runs.edges_aa, [4000, 4009.5, 4049.5, 4059])
    np.testing.assert_array_equal(runs.of_pixels(np.full(20, 2.0)), [2, np.nan, 2])
    assert [len(line) for line in runs.polylines(wave, wave)] == [12, 0, 12]


def test_steps_that_grow_with_wavelength_are_no_gaps():
    wave = 2700 * 10 ** (1e-4 * np.arange(4900))
    assert len(WeightRuns.of(np.zeros(4900, np.int32), wave).pixels) == 1


def test_one_spike_does_not_grey_out_a_saliency_map():
    weights = [1.0, -1.0] * 500
    weights[3] = 50.0
    spiky = WeightScale.of(weights, by_pixel=True)
    assert (spiky.limit, spiky.clipped) == (1.0, True)
    assert WeightScale.of(weights).limit == 50.0


@pytest.mark.parametrize(
    ("largest", "limit", "unit"),
    [(0.5, 0.5, ""), (120.0, 120.0, ""), (3e-5, 3.0, " [10⁻⁵]"), (-4e7, 4.0, " [10⁷]")],
)
def test_small_and_large_weights_have_a_power_of_ten(largest: float, limit: float, unit: str):
    scale = WeightScale.of(np.array([largest, 0.0]))
    assert scale.limit == pytest.approx(limit)
    assert scale.unit == unit
    np.testing.assert_allclose(np.abs(scale(np.array([largest]))), limit)


def test_weights_that_all_vanish_still_have_a_scale():
    assert WeightScale.of(np.zeros(2)).limit == 1.0


def test_the_verdict_names_truth_prediction_and_rank():
    kind = Verdict("type", "type 2", "intermediate", {"intermediate": 0.61}, np.nan, 0, 0)
    assert verdict_text(kind) == "true type 2, predicted intermediate (p = 0.610)"
    assert verdict_text(replace(kind, true="")) == "predicted intermediate (p = 0.610)"
    sure = replace(kind, true="", probabilities={"intermediate": 0.9999}, votes="intermediate")
    assert verdict_text(sure) == "predicted intermediate (p > 0.999)"
    assert verdict_text(replace(sure, votes="type 1")).endswith("999), by votes type 1")
    score = Verdict("score", "", "", {}, 0.01234, 4, 3321)
    assert verdict_text(score) == "anomaly score 0.0123, rank 4 of 3,321"
    by_another = replace(score, of="filtered-mse")
    assert verdict_text(by_another) == "Filtered MSE 0.0123, rank 4 of 3,321"


def test_the_small_print_holds_every_setting_used():
    lime = settings_text(explained(seed=9, factor=0.8, kernel="code", kernel_width=0.3))
    for words in (
        "log p(type 1)", "LIME", "12 uniform segments", "scale 0.8", "200 samples",
        "kernel of the paper's code of width 0.3", "ridge α 1", "seed 9", "R² ",
    ):  # fmt: skip
        assert words in lime
    assert settings_text(replace(explained(), r2=0.99998)).endswith("R² above 0.999")
    assert "R²" not in settings_text(replace(explained(), nothing="at factor 1 nothing changes"))
    of_derivative = replace(explained("saliency").settings, gradient="analytic")
    by_model = settings_text(replace(explained("saliency"), settings=of_derivative))
    assert by_model.endswith("saliency map · analytic derivative")
    early = replace(explained(), n_samples=50, complete=False)
    assert "50 of 200 samples" in settings_text(early)
    saliency = settings_text(explained("saliency"))
    assert "0.01 of its flux" in saliency
    assert "seed" not in saliency
    assert "scale 0.9" in settings_text(explained("occlusion"))
    of_score = replace(explained("occlusion"), target="filtered-mse")
    asked = settings_text(of_score, "filter 500 km/s")
    assert asked.startswith("Filtered MSE (filter 500 km/s) · occlusion")


def test_the_axis_says_what_a_weight_is():
    assert weight_label(explained()) == "Δ log p(type 1)"
    assert weight_label(explained("saliency")) == "∂ log p(type 1) / ∂ flux"
    assert weight_label(replace(explained(), target="trimmed-chi2")) == "Δ Trimmed χ²"
    assert weight_label(replace(explained(), target="a" * 40)) == "Δ target"
