"""Runs of marked pixels: each begins and ends where the marks do."""

import numpy as np
import pytest
from spexplain.dashboard.figures.pixel_runs import runs, stretches


@pytest.mark.parametrize(
    ("marks", "first", "last"),
    [
        ("", [], []),
        ("...", [], []),
        ("###", [0], [2]),
        ("#..#", [0, 3], [0, 3]),
        (".##.#", [1, 4], [2, 4]),
    ],
)
def test_runs_are_where_the_marks_are(marks: str, first: list[int], last: list[int]) -> None:
    found = runs(np.array([mark == "#" for mark in marks], bool))
    assert [side.tolist() for side in found] == [first, last]


def test_a_stretch_reaches_half_a_pixel_beyond_its_run() -> None:
    x = np.array([10.0, 20.0, 30.0, 50.0])
    left, right = stretches(x, np.array([False, True, True, False]))
    assert (left.tolist(), right.tolist()) == ([15.0], [37.5])


def test_a_single_pixel_has_no_width_to_go_by() -> None:
    left, right = stretches(np.array([5.0]), np.array([True]))
    assert left.tolist() == right.tolist() == [5.0]
