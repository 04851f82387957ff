import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.models.splits import (
    SPLITS,
    cross_validation,
    drawn_at_most,
    groups_by_position,
    settled_split,
    split_rows,
)


def test_spectra_within_two_arcseconds_are_of_one_object():
    arcsec = 1 / 3600
    dec = np.array([60.0, 60.0, 60.0, 60 + 1.5 * arcsec, np.nan, np.nan, -60.0])
    # At declination 60° an arcsecond of sky is two of right ascension.
    ra = np.array([10.0, 10 + 3.8 * arcsec, 10 + 4.2 * arcsec, 200.0, 10.0, 10.0, 10.0])
    groups = groups_by_position(ra, dec)
    assert groups[0] == groups[1] == groups[2]  # by a chain
    assert len(set(groups)) == 5
    assert len(set(groups_by_position(ra, dec, arcsec=0.3))) == 6
    assert groups_by_position(np.array([]), np.array([])).size == 0


def test_of_too_many_some_are_drawn_in_their_order_and_of_few_all_stay():
    rows = np.arange(100, 1000, 3)
    some = drawn_at_most(rows, 50, seed=4)
    assert len(set(some.tolist())) == 50
    assert (np.diff(some) > 0).all()
    assert set(some) <= set(rows)
    assert some.tolist() == drawn_at_most(rows, 50, seed=4).tolist()
    assert some.tolist() != drawn_at_most(rows, 50, seed=5).tolist()
    assert drawn_at_most(rows, len(rows), seed=4) is rows


def test_a_rare_class_is_kept_in_a_sample_and_the_others_have_their_shares():
    rng = np.random.default_rng(0)
    classes = rng.permutation(np.repeat(["type 1", "type 2", "rare"], [60_000, 140_000, 30]))
    rows = np.arange(len(classes)) * 2
    some = drawn_at_most(rows, 7500, seed=1, classes=classes)
    assert len(set(some.tolist())) == 7500
    assert (np.diff(some) > 0).all()
    drawn = classes[some // 2]
    assert (drawn == "rare").sum() == 30
    assert (drawn == "type 1").sum() / 7470 == pytest.approx(0.3, abs=0.005)
    assert some.tolist() == drawn_at_most(rows, 7500, seed=1, classes=classes).tolist()
    assert len(drawn_at_most(rows, 4, seed=1, classes=classes)) == 4


def test_right_ascension_wraps_round():
    assert len(set(groups_by_position(np.array([359.9999, 0.0001]), np.zeros(2)))) == 1


@given(
    sizes=st.lists(st.integers(1, 6), min_size=20, max_size=60),
    seed=st.integers(0, 99),
)
def test_grouped_splits_keep_objects_whole_and_shares_near(sizes, seed):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    split = split_rows(np.full(len(groups), "a"), method="grouped", seed=seed, groups=groups)
    for group in range(len(sizes)):
        assert len(set(split[groups == group])) == 1
    for part, share in zip(SPLITS, (0.64, 0.16, 0.20), strict=True):
        assert abs(np.sum(split == part) - share * len(groups)) <= max(sizes) + 1


@given(counts=st.lists(st.integers(5, 80), min_size=2, max_size=4), seed=st.integers(0, 99))
def test_stratified_splits_take_the_same_share_of_every_class(counts, seed):
    labels = np.repeat([f"class {at}" for at in range(len(counts))], counts)
    split = split_rows(labels, method="stratified", seed=seed)
    for label, n in zip(np.unique(labels), counts, strict=True):
        inside = split[labels == label]
        assert np.sum(inside == "test") == round(0.20 * n)
        assert np.sum(inside == "validation") == round(0.16 * n)


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match=r"method must be one of .*got 'alphabetical'"):
        split_rows(np.array(["a"]), method="alphabetical")  # pyright: ignore[reportArgumentType]


def test_folds_are_of_the_kind_of_the_split():
    labels, groups = np.repeat(["a", "b"], 20), np.arange(40) // 2
    for _, held_out in cross_validation(labels, method="stratified", folds=5, seed=0):
        assert np.sum(labels[held_out] == "a") == 4
    grouped = cross_validation(labels, method="grouped", folds=5, seed=0, groups=groups)
    for fit, held_out in grouped:
        assert set(groups[fit]).isdisjoint(groups[held_out])
    assert sorted(np.concatenate([held_out for _, held_out in grouped])) == list(range(40))


def test_auto_goes_by_object_only_where_one_repeats():
    labels, once, twice = np.repeat("a", 40), np.arange(40), np.arange(40) // 2
    assert settled_split("auto", None) == settled_split("auto", once) == "random"
    assert settled_split("auto", twice) == "grouped"
    assert settled_split("stratified", twice) == "stratified"
    for groups, method in ((once, "random"), (twice, "grouped")):
        chosen = split_rows(labels, method=method, seed=3, groups=groups)
        assert split_rows(labels, seed=3, groups=groups).tolist() == chosen.tolist()
    for fit, held_out in cross_validation(labels, method="auto", folds=4, seed=0, groups=twice):
        assert not set(twice[fit]) & set(twice[held_out])
