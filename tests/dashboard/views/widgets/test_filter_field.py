"""The entry says what came of a clause; the brush writes into it and follows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.widgets.filter_field import FilterPart, filter_part
from spexplain.data.selections.selection import Selection


@pytest.fixture
def part(session: Visitor) -> FilterPart:
    return filter_part(session)


def tell(part: FilterPart, **message: Any) -> None:
    assert part.on_message is not None
    part.on_message(message)


def test_what_came_of_a_clause_is_said(part: FilterPart, session: Visitor) -> None:
    tell(part, apply="z < 0.1")
    n = int(session.workspace.catalog["z"].lt(0.1).sum())
    rows = np.flatnonzero(session.workspace.catalog["z"] < 0.1)
    away = int((rows >= 295).sum())  # the AGN lens lacks the last five
    words = f"{n} of 300 spectra" + (f", {away} not on this plane" if away else "")
    assert (part.words, part.held, part.error) == (words, True, {})
    tell(part, apply="z > 7")
    assert part.words == "None of 300 spectra"
    tell(part, apply="label = 'Type 2'")
    there = "there are intermediate, type 1, type 2"
    assert part.words == f"None of 300 spectra; no label is “Type 2”: {there}"
    session.selected.take(Selection("lasso", "lasso", np.arange(2)))
    assert (part.words, part.held) == ("Not in use: something else is selected now.", False)
    tell(part, clear=True)
    assert (part.words, part.text) == ("", "")


def test_an_error_names_its_word_and_what_was_perhaps_meant(part: FilterPart) -> None:
    tell(part, apply="sn_medain > 3")
    assert part.error == {
        "why": "There is no column “sn_medain”; a text stands in quotes.",
        "start": 0,
        "end": 9,
        "near": ["sn_median"],
    }
    assert (part.words, part.held) == ("", False)


def test_names_of_columns_are_completed(part: FilterPart) -> None:
    tell(part, typed="z < 1 & sn", at=10)
    assert part.found["start"] == 8
    assert part.found["options"][0] == "sn_median"
    headings = dict(part.columns)
    assert (headings["tag"], headings["z"]) == ("Yours", "Catalogue")
    assert headings["predicted"] == "Results"
    assert "id" not in headings


def test_a_range_is_written_and_read_from_what_is_typed(part: FilterPart, session: Visitor) -> None:
    tell(part, range=[0.1, 0.2])  # of no column yet
    assert session.view.filter == ""
    tell(part, column="z")
    assert part.brush["range"] == [None, None]
    assert sum(part.brush["counts"]) == sum(part.brush["kept"]) == 300
    tell(part, range=[0.10000001, None])
    assert session.view.filter == "z >= 0.1"
    assert part.text == "z >= 0.1"
    assert sum(part.brush["kept"]) == session.filtering.n
    tell(part, apply="z BETWEEN 0.1 AND 0.2")
    assert part.brush["range"] == [0.1, 0.2]
    tell(part, range=[None, None])
    assert session.view.filter == ""
    tell(part, column="nothing")
    assert part.brush == {}


def test_kinds_are_ticked_and_nothing_made_up_is_taken(part: FilterPart, session: Visitor) -> None:
    tell(part, column="label")
    assert sorted(part.brush["names"]) == ["intermediate", "type 1", "type 2"]
    tell(part, kinds=["'type 1'", "'x' OR 1 = 1"], missing=True)
    assert session.view.filter == "(label = 'type 1' OR label IS NULL)"
    assert (part.brush["chosen"], part.brush["only_missing"]) == (["'type 1'"], True)
    label = session.workspace.catalog["label"]
    assert session.filtering.n == label.isin(["type 1", ""]).sum()
    assert part.brush["missing_kept"] == part.brush["missing"] == label.eq("").sum()
    tell(part, kinds=[], missing=False)
    assert session.view.filter == ""


@pytest.mark.parametrize(
    "clause",
    [
        "__import__('os').system('true')",
        "@z.__class__",
        "z < (select 1)",
        "read_csv('/etc/passwd') = 'a'",
        "1 = 1; drop table catalogue",
        "z" * 5000,
        "(" * 500 + "z < 1" + ")" * 500,
    ],
)
def test_hostile_clauses_are_refused_at_a_word(
    part: FilterPart, session: Visitor, clause: str
) -> None:
    tell(part, apply=clause)
    assert part.error["why"]
    assert 0 <= part.error["start"] <= part.error["end"] <= len(part.text)
    assert session.selected.current is None
