import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.table import Table
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.intervals import Intervals
from spexplain.core.trust.recurrences import recurrence
from spexplain.data.explanations.fits_file import load_explanation, save_explanation
from spexplain.data.explanations.saved import Origin, SavedExplanation
from spexplain.data.explanations.segment_table import segment_table, write_segment_table

WAVE = np.linspace(3700.0, 5300.0, 160)
SETTINGS = ExplainSettings(n_segments=16, n_samples=300, seed=5, kernel_width=0.7)
TARGET = CallableTarget(lambda spectra: spectra[:, 120:130].sum(axis=1), name="line")


@pytest.fixture
def saved() -> SavedExplanation:
    flux = 1 + 0.2 * np.sin(WAVE / 50)
    made = explain(flux, TARGET, SETTINGS)
    bounds = Intervals(made.weights - 0.1, made.weights + 0.1, np.full(16, 0.05), 0.95)
    return SavedExplanation(made, WAVE, flux, Origin(spectrum_id="a-1", lens="agn"), bounds)


def test_ecsv_holds_numbers_to_the_last_bit_units_settings_and_origin(
    tmp_path: Path, saved: SavedExplanation
):
    write_segment_table(tmp_path / "a.ecsv", saved)
    table = Table.read(tmp_path / "a.ecsv")
    assert table["weight"].tobytes() == saved.explanation.weights.tobytes()
    assert table["wave_min_rest_aa"].unit == u.AA
    edges = saved.explanation.edges(WAVE)
    np.testing.assert_array_equal(table["wave_max_rest_aa"], edges[:, 1])
    np.testing.assert_array_equal(table["weight_low"], saved.explanation.weights - 0.1)
    # Not of the weight shown, which the penalty pulls out of an interval that is narrow enough.
    assert table["weight_low"].description == (
        "lower end of the 95 % interval, by the masks, of its limit of infinitely many samples, "
        "without the ridge penalty that draws the weight itself toward 0"
    )
    assert ExplainSettings.from_dict(table.meta["settings"]) == SETTINGS
    assert table.meta["r2"] == saved.explanation.r2
    assert (table.meta["spectrum_id"], table.meta["lens"]) == ("a-1", "agn")
    assert "collection" not in table.meta


def test_csv_opens_anywhere_with_the_same_numbers(tmp_path: Path, saved: SavedExplanation):
    write_segment_table(tmp_path / "a.csv", saved)
    table = pd.read_csv(tmp_path / "a.csv", converters={"weight": float})
    assert list(table) == [
        "segment", "wave_min_rest_aa", "wave_max_rest_aa", "weight", "per_10_percent", "change",
        "weight_low", "weight_high",
        "weight_error", "target", "unit", "frame",
    ]  # fmt: skip
    assert table["weight"].to_numpy().tobytes() == saved.explanation.weights.tobytes()
    assert table["segment"].tolist() == list(range(16))


def test_csv_says_in_columns_whether_the_model_knows_the_like(
    tmp_path: Path, saved: SavedExplanation
):
    said = {"domain": "outside: unlike, anything", "z_warning": "poor data", "whose": "a's"}
    origin = dataclasses.replace(saved.origin, **said)
    write_segment_table(tmp_path / "a.csv", dataclasses.replace(saved, origin=origin))
    table = pd.read_csv(tmp_path / "a.csv")
    for name in ("domain", "z_warning"):
        assert set(table[name]) == {said[name]}
    assert set(table["model"]) == {"a's"}


@pytest.mark.parametrize(
    ("perturbation", "unit"),
    [
        ("scale", "per_10_percent: change of line per +10 % of the segment's flux"),
        ("shrink", "per_10_percent: change of line per +10 % of the segment's contrast with the "
                   "spectrum's median"),
        ("flat", "weight: lime, raw: line with the segment as it is less flat 0.9"),
    ],
)  # fmt: skip
def test_csv_says_what_a_weight_is_of_its_unit_and_its_frame(
    tmp_path: Path, saved: SavedExplanation, perturbation, unit
):
    made = explain(saved.flux, TARGET, dataclasses.replace(SETTINGS, perturbation=perturbation))
    saved = dataclasses.replace(saved, explanation=made)
    write_segment_table(tmp_path / "a.csv", saved)
    table = pd.read_csv(tmp_path / "a.csv")
    assert [set(table[name]) for name in ("target", "unit", "frame")] == [
        {"line"}, {unit}, {"rest, vacuum"},
    ]  # fmt: skip


@pytest.mark.parametrize("of_score", [True, False])
def test_what_other_exposures_would_say_has_columns_of_its_own(
    saved: SavedExplanation, of_score: bool
):
    weights = saved.explanation.weights
    redrawn = weights + np.random.default_rng(0).normal(0, 0.2, (30, 16))
    null = redrawn - weights if of_score else None
    found = recurrence(weights, redrawn, null)
    table = segment_table(dataclasses.replace(saved, recurrence=found))
    np.testing.assert_array_equal(table["noise_low"], found.intervals.low)
    np.testing.assert_array_equal(table["seen_again"], found.share)
    assert "another exposure" in table["noise_high"].description
    assert "30 redraws" in table["seen_again"].description
    assert ("beyond_noise" in table.colnames) == of_score


def test_pixels_that_were_filled_in_are_counted_by_segment(tmp_path: Path, saved: SavedExplanation):
    filled = np.zeros(160, bool)
    filled[[3, 4, 25]] = True
    told = dataclasses.replace(saved, filled=filled)
    table = segment_table(told)
    assert table["n_filled"].tolist() == [2, 0, 1, *[0] * 13]
    assert "n_filled" not in segment_table(saved).colnames
    save_explanation(tmp_path / "filled.fits", told)
    np.testing.assert_array_equal(load_explanation(tmp_path / "filled.fits").filled, filled)
    with pytest.raises(ValueError, match=r"filled must be \(160,\), got \(3,\)"):
        dataclasses.replace(saved, filled=filled[:3])


def test_without_an_interval_there_are_no_columns_for_it(saved: SavedExplanation):
    bare = SavedExplanation(saved.explanation, WAVE, saved.flux)
    assert segment_table(bare).colnames == [
        "segment", "wave_min_rest_aa", "wave_max_rest_aa", "weight", "per_10_percent", "change",
    ]  # fmt: skip


def test_segments_touch_and_are_in_order_of_wavelength(saved: SavedExplanation):
    table = segment_table(saved)
    np.testing.assert_array_equal(table["wave_max_rest_aa"][:-1], table["wave_min_rest_aa"][1:])
    assert table["wave_min_rest_aa"][0] < WAVE[0] < WAVE[-1] < table["wave_max_rest_aa"][-1]


def test_another_suffix_is_refused_and_nothing_written(tmp_path: Path, saved: SavedExplanation):
    with pytest.raises(ValueError, match=r"\('\.csv', '\.ecsv'\), got .*a\.xlsx"):
        write_segment_table(tmp_path / "a.xlsx", saved)
    assert list(tmp_path.iterdir()) == []
