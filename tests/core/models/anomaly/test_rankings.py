import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.models.anomaly.rankings import equal_bins, rank, rank_within, top_overlap

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(numbers)
def test_ranks_are_a_permutation_that_sorts_the_values(values):
    ranks = rank(values)
    assert sorted(ranks) == list(range(1, len(values) + 1))
    ordered = np.array(values)[np.argsort(ranks)]
    assert (np.diff(ordered) <= 0).all()


def test_of_equals_the_earlier_comes_first_and_nan_last():
    assert rank([1.0, np.nan, 3.0, 3.0]).tolist() == [3, 4, 1, 2]


@given(numbers, st.integers(1, 5))
def test_within_groups_each_is_ranked_by_itself(values, n_groups):
    groups = np.arange(len(values)) % n_groups
    found = rank_within(values, groups)
    for group in range(min(n_groups, len(values))):
        np.testing.assert_array_equal(
            found[groups == group], rank(np.array(values)[groups == group])
        )


@given(st.integers(1, 6), st.integers(6, 200))
def test_bins_of_different_values_hold_equal_counts(n_bins, n):
    values = np.random.default_rng(n).permutation(np.arange(n) + 0.5)
    borders = equal_bins(values, n_bins)
    counts = np.bincount(np.searchsorted(borders, values, side="right"), minlength=n_bins)
    assert len(borders) == n_bins - 1
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1


def test_bins_heed_no_nan_and_one_is_the_least():
    assert equal_bins([1.0, np.nan, 3.0], 2).tolist() == [2.0]
    assert equal_bins([np.nan], 4).size == 0
    with pytest.raises(ValueError, match="n_bins must be 1 or more, got 0"):
        equal_bins([1.0], 0)


def test_overlap_is_the_share_of_the_tops_that_agree():
    a = np.arange(10.0)
    shared, common = top_overlap({"a": a, "same": 2 * a, "opposite": -a, "half": np.roll(a, 2)}, 4)
    assert shared[0].tolist() == [1.0, 1.0, 0.0, 0.5]
    np.testing.assert_array_equal(shared, shared.T)
    assert common == 0.0
    assert top_overlap({"a": a, "half": np.roll(a, 2)}, 4)[1] == 0.5


def test_a_top_longer_than_the_list_is_the_list():
    shared, common = top_overlap({"a": [1.0, 2.0], "b": [2.0, 1.0]}, 100)
    assert shared.tolist() == [[1, 1], [1, 1]]
    assert common == 1
    with pytest.raises(ValueError, match="0"):
        top_overlap({"a": [1.0]}, 0)
