"""Intervals as they are printed."""

import pytest
from spexplain.core.models.small_samples import macro_interval
from spexplain.data.study.figure_intervals import interval_text, macro_interval_text


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.861, 0.968, "0.86–0.97"),
        (0.9961, 1.0, "0.99–1.00"),
        (0.0, 0.004, "0.00–0.01"),
        (1.0, 1.0, "1.00–1.00"),
        (0.0, 0.0, "0.00–0.00"),
    ],
)
def test_no_end_is_rounded_inwards_to_a_certainty(low: float, high: float, said: str) -> None:
    assert interval_text(low, high) == said


def test_of_a_test_set_without_a_mistake_the_interval_is_not_that_there_are_none() -> None:
    """Two types, 149 and 418 of them right: as in the tables of the demo."""
    confusion = [[149, 0], [0, 418]]
    assert macro_interval(confusion)[0] < 1
    by_class = {"type 1": {"n": 149}, "type 2": {"n": 418}}
    assert macro_interval_text({"confusion": confusion, "by_class": by_class}) == "0.99–1.00"
