"""Kept selections colour the plane: each its own, what is in several apart, the rest quiet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.figures.theme import category_colours
from spexplain.dashboard.workspace.selections_colouring import colouring_of_selections
from spexplain.data.selections.kept_selections import KeptSelection

CATALOG = pd.DataFrame({"id": [f"s{row}" for row in range(8)]})


class _Kept:
    """As those of a collection, in memory."""

    def __init__(self, rows: dict[str, set[int]]) -> None:
        self.rows = rows

    def all(self) -> list[KeptSelection]:
        return [KeptSelection(name, "", len(self.rows[name])) for name in sorted(self.rows)]

    def ids(self, name: str) -> list[str]:
        return [f"s{row}" for row in self.rows[name]]


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), st.sets(st.integers(0, 7))))
def test_each_spectrum_is_of_its_one_selection_or_of_several_or_of_none(kept):
    found = colouring_of_selections(_Kept(kept), CATALOG)  # type: ignore[arg-type]
    few = sorted(kept)[:14]
    for row in range(8):
        inside = [name for name in few if row in kept[name]]
        wanted = inside[0] if len(inside) == 1 else "in several" if inside else "in none"
        assert found.label(row) == wanted
    assert found.counts(np.arange(8)).sum() == 8
    if found.quiet is not None:
        assert found.names[found.quiet] == "in none"


def test_a_selection_called_as_a_class_is_told_from_it():
    found = colouring_of_selections(_Kept({"in none": {0}, "b": {1}}), CATALOG)  # type: ignore[arg-type]
    assert found.label(0) == "in none"
    assert found.label(7) == "in none of these"
    assert len(set(found.names)) == len(found.names)


def test_more_than_a_legend_holds_are_left_out_and_said():
    kept = {f"k{number:02d}": {0} for number in range(16)}
    assert colouring_of_selections(_Kept(kept), CATALOG).title.endswith("the first 14 of 16")  # type: ignore[arg-type]


def test_a_colour_somebody_gave_is_drawn_in_either_theme(tmp_path: Path):
    from spexplain.data.selections.kept_selections import KeptSelections

    kept = KeptSelections(tmp_path)
    kept.keep("mine", "lasso", ["s1"])
    kept.keep("other", "lasso", ["s2"])
    kept.recolour("mine", "#12ab34")
    found = colouring_of_selections(kept, CATALOG)
    for theme in ("light", "dark"):
        colours = category_colours(found.names, theme, found.own)
        assert colours[found.names.index("mine")] == "#12ab34"
        assert len(set(colours)) == len(colours)
