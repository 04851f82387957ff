"""Line names never overlap, and the important ones are there."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.lines.line_list import PAGE_LINES
from spexplain.dashboard.figures.line_labels import fit_labels


@given(st.floats(2700, 8000), st.floats(20, 5700), st.floats(100, 1600), st.integers(1, 3))
def test_no_name_overlaps_another_or_the_edge(
    low: float, width_aa: float, width_px: float, rows: int
) -> None:
    labels = fit_labels(PAGE_LINES, (low, low + width_aa), width_px, rows=rows)
    scale = width_px / width_aa
    for row in range(rows):
        spans = []
        for label in (label for label in labels if label.row == row):
            middle, half = (label.wave_aa - low) * scale + label.shift_px, 3.3 * len(label.text)
            assert abs(label.shift_px) <= half + 3.5  # still over its line
            spans.append((middle - half, middle + half))
        assert all(start >= 0 and stop <= width_px for start, stop in spans)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert [label.wave_aa for label in labels] == sorted(label.wave_aa for label in labels)


def test_the_strong_lines_are_named_on_p21s_range() -> None:
    names = {label.text for label in fit_labels(PAGE_LINES, (3728.9, 5266.0), 560)}
    assert {"[O III]", "Hβ", "Hγ", "Hδ"} <= names


def test_a_doublet_is_named_once_until_there_is_room() -> None:
    def count(low: float, high: float) -> int:
        labels = fit_labels(PAGE_LINES, (low, high), 560)
        return sum(label.text == "[O III]" for label in labels)

    assert count(4500, 5500) == 1
    assert count(4930, 5030) == 2


def test_a_line_at_an_end_of_the_axis_is_named_beside_it() -> None:
    labels = {label.text: label for label in fit_labels(PAGE_LINES, (3671, 7499), 545)}
    assert labels["[O II]"].shift_px > 0
    assert labels["[O III]"].shift_px == 0
    last = fit_labels(PAGE_LINES, (4500, 5010), 545)[-1]
    assert (last.text, last.wave_aa > 5000, last.shift_px < 0) == ("[O III]", True, True)


def test_names_stand_at_their_lines() -> None:
    waves = {line.wave_vac_aa for line in PAGE_LINES}
    assert all(label.wave_aa in waves for label in fit_labels(PAGE_LINES, (3000, 8000), 900))


def test_no_stretch_no_names() -> None:
    assert fit_labels(PAGE_LINES, (5000, 5000), 500) == []
    assert fit_labels(PAGE_LINES, (4000, 5000), 0) == []
