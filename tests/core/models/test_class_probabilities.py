import numpy as np
import pytest
from spexplain.core.models.class_probabilities import (
    checked_probabilities,
    class_positions,
    divisions,
)


@pytest.mark.parametrize(
    ("row", "said"),
    [([0.5, np.nan], "nan"), ([1.2, -0.2], "1.2"), ([0.3, 0.3], "0.3"), ([1e9, 1 - 1e9], "row 1")],
)
def test_what_is_no_probability_is_quoted(row, said):
    with pytest.raises(ValueError, match=rf"row 1 .*{said}|{said}"):
        checked_probabilities(np.array([[0.5, 0.5], row]), 2)


def test_another_number_of_classes_is_refused():
    with pytest.raises(ValueError, match=r"each of 3 classes, got \(4, 2\)"):
        checked_probabilities(np.full((4, 2), 0.5), 3)


def test_labels_are_found_whatever_the_order_of_the_classes():
    assert class_positions(["b", "a", "c"], ["c", "b", "a"], 3).tolist() == [1, 2, 0]


def test_labels_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\['z'\]"):
        class_positions(["a", "z"], ["a", "b"], 2)
    with pytest.raises(ValueError, match="3 rows"):
        class_positions(["a", "b"], ["a", "b"], 3)


def test_divisions_take_the_same_share_of_each_class_and_differ():
    labels = np.repeat(["a", "b"], [50, 10])
    parts = list(divisions(labels, share=0.2, repeats=5, seed=1))
    assert len(parts) == 5
    for part in parts:
        assert part[labels == "a"].sum() == 10
        assert part[labels == "b"].sum() == 2
    assert any((parts[0] != part).any() for part in parts[1:])
    again = list(divisions(labels, share=0.2, repeats=5, seed=1))
    np.testing.assert_array_equal(parts, again)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="got 0"):
        list(divisions(np.array(["a"]), share=0, repeats=1, seed=0))
