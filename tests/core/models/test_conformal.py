from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from spexplain.core.models.conformal import (
    LEVELS,
    calibrate,
    coverage,
    coverage_over_resplits,
    fewest,
)

CLASSES = ("a", "b", "c")


def sample(n, seed=0, sharpness=1.5, classes=CLASSES):
    """Labels, and probabilities that lean to them."""
    rng = np.random.default_rng(seed)
    which = rng.integers(len(classes), size=n)
    which[: len(classes)] = np.arange(len(classes))
    logits = rng.normal(size=(n, len(classes)))
    logits[np.arange(n), which] += sharpness
    p = np.exp(logits)
    return p / p.sum(axis=1, keepdims=True), np.array(classes)[which]


@pytest.mark.parametrize("level", LEVELS)
def test_exchangeable_spectra_are_covered_as_often_as_promised(level):
    held = []
    for seed in range(150):
        p, labels = sample(600, seed)
        known = np.arange(len(p)) < 400
        one = calibrate(p[known], labels[known], CLASSES, level=level)
        seen = coverage(one, p[~known], labels[~known])
        held.append(seen.n_covered / seen.counts)
    mean, error = np.mean(held, axis=0), np.std(held, axis=0) / np.sqrt(150)
    assert (mean > level - 3 * error).all()
    assert (mean < level + 1 / 120 + 3 * error).all()


def test_a_threshold_is_the_finite_sample_quantile():
    # Of 19 spectra at 0.9 the set must hold ⌈20 · 0.9⌉ = 18: the second least is the threshold.
    p = np.linspace(0.05, 0.95, 19)
    both = np.column_stack([p, 1 - p])
    one = calibrate(both, ["a"] * 19, ["a", "b"], level=0.9)
    assert one.thresholds[0] == pytest.approx(0.1)
    assert one.lacking == {"b": 0}


@pytest.mark.parametrize(("level", "n"), [(0.9, 9), (0.95, 19), (0.99, 99), (0.8, 4)])
def test_too_few_of_a_class_have_no_set(level, n):
    assert fewest(level) == n
    p, labels = sample(3 * 400)
    few = np.concatenate([np.flatnonzero(labels == "a")[: n - 1], np.flatnonzero(labels != "a")])
    one = calibrate(p[few], labels[few], CLASSES, level=level)
    assert one.lacking == {"a": n - 1}
    with pytest.raises(ValueError, match=rf"needs {n} spectra of each class, got {{'a': {n - 1}}}"):
        one.sets(p)
    enough = np.append(few, np.flatnonzero(labels == "a")[n - 1])
    assert not calibrate(p[enough], labels[enough], CLASSES, level=level).lacking


@given(st.integers(0, 10**6), st.integers(40, 300))
@settings(max_examples=40)
def test_a_higher_level_takes_no_class_away(seed, n):
    p, labels = sample(3 * n, seed)
    sets = [calibrate(p, labels, CLASSES, level=level).sets(p) for level in (0.5, 0.8, 0.9)]
    for narrow, wide in pairwise(sets):
        assert (wide >= narrow).all()


@given(st.integers(0, 10**6), st.permutations(range(3)))
@settings(max_examples=40)
def test_the_order_of_spectra_and_of_classes_does_not_matter(seed, order):
    p, labels = sample(120, seed)
    one = calibrate(p, labels, CLASSES, level=0.8)
    mixed = np.random.default_rng(seed).permutation(len(p))
    renamed = [CLASSES[at] for at in order]
    other = calibrate(p[mixed][:, order], labels[mixed], renamed, level=0.8)
    assert_array_equal(other.thresholds, one.thresholds[list(order)])
    assert_array_equal(other.sets(p[:, order]), one.sets(p)[:, order])


def test_the_calibration_sample_itself_is_held_as_often_as_asked():
    p, labels = sample(900)
    one = calibrate(p, labels, CLASSES)
    seen = coverage(one, p, labels)
    assert_array_equal(seen.counts, one.counts)
    assert_array_equal(seen.n_covered, np.ceil((one.counts + 1) * 0.9 - 1e-9))


def test_sets_of_one_and_the_rest_are_counted_apart():
    p, labels = sample(900)
    seen = coverage(calibrate(p, labels, CLASSES), p, labels)
    right = np.array(CLASSES)[p.argmax(axis=1)] == labels
    assert seen.sizes.sum() == 900
    assert seen.right_alone + seen.right_else == right.sum()


def test_resplits_scatter_round_the_level_and_repeat():
    p, labels = sample(1500)
    found = coverage_over_resplits(p, labels, CLASSES, seed=3)
    assert found.shape == (20, 3)
    assert np.abs(found.mean(axis=0) - 0.9).max() < 0.03
    assert (found.std(axis=0) > 0).all()
    assert_array_equal(found, coverage_over_resplits(p, labels, CLASSES, seed=3))


def test_resplits_of_too_few_have_no_coverage():
    p, labels = sample(12)
    assert np.isnan(coverage_over_resplits(p, labels, CLASSES, level=0.99)).all()


@pytest.mark.parametrize("level", [0, 1, 1.2, float("nan")])
def test_a_level_that_is_none_is_refused(level):
    p, labels = sample(30)
    with pytest.raises(ValueError, match="level must be above 0"):
        calibrate(p, labels, CLASSES, level=level)


def test_nan_and_what_is_out_of_range_are_refused():
    p, labels = sample(60)
    one = calibrate(p, labels, CLASSES)
    wrong = p.copy()
    wrong[7, 1] = np.nan
    for call in (lambda: calibrate(wrong, labels, CLASSES), lambda: one.sets(wrong)):
        with pytest.raises(ValueError, match=r"row 7 .*nan"):
            call()
    with pytest.raises(ValueError, match="row 0"):
        one.sets(2 * p)
    with pytest.raises(ValueError, match=r"\['galaxy'\]"):
        calibrate(p, np.where(labels == "a", "galaxy", labels), CLASSES)
