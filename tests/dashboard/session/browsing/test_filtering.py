"""A clause selects; another selection takes it out of the address; undo brings it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from spexplain.dashboard.session.choices.address import apply_query, to_query
from spexplain.dashboard.session.visitor import Visitor
from spexplain.data.collection.annotations.tags import Annotations
from spexplain.data.selections.selection import Selection

CLAUSE = 'z < 0.1 & label == "type 2"'


def rows_of(session: Visitor) -> list[int]:
    table = session.workspace.catalog
    return np.flatnonzero(table["z"].lt(0.1) & table["label"].eq("type 2")).tolist()


def test_a_clause_selects_its_rows_and_is_in_the_link(session: Visitor) -> None:
    session.filtering.apply(f"  {CLAUSE}\n")
    assert session.selected.rows.tolist() == rows_of(session)
    assert session.filtering.n == len(rows_of(session)) > 0
    assert to_query(session.view, session.knobs)["filter"] == CLAUSE


def test_a_link_selects_whatever_the_switch_says(session: Visitor) -> None:
    session.selected.take(Selection("lasso", "lasso", np.arange(5)))
    session.selected.how = "subtract"
    assert apply_query(session.view, session.knobs, {"filter": CLAUSE}) == []
    assert session.selected.rows.tolist() == rows_of(session)
    assert session.selected.how == "subtract"
    apply_query(session.view, session.knobs, {})  # the way back to a page without one
    assert session.selected.current is None
    assert session.filtering.text == ""


def test_an_error_selects_nothing_else_and_is_kept_out_of_the_link(session: Visitor) -> None:
    session.filtering.apply(CLAUSE)
    session.filtering.apply("zz < 0.1")
    found = session.filtering.error
    assert (session.filtering.text[found.start : found.end], found.near) == ("zz", ("z",))
    assert session.selected.rows.tolist() == rows_of(session)
    assert session.view.filter == CLAUSE
    session.view.filter = "labl = 3"
    assert session.filtering.error.near == ("label",)
    assert session.view.filter == ""


def test_another_selection_puts_the_clause_out_of_use_and_undo_back_into_it(
    session: Visitor,
) -> None:
    session.filtering.apply(CLAUSE)
    session.selected.take(Selection("lasso", "lasso", np.arange(3)))
    assert (session.view.filter, session.filtering.n, session.filtering.text) == ("", None, CLAUSE)
    session.selected.undo()
    assert (session.view.filter, session.filtering.n) == (CLAUSE, len(rows_of(session)))


def test_clearing_takes_what_it_selected_and_no_other_selection(session: Visitor) -> None:
    session.filtering.apply(CLAUSE)
    session.filtering.apply("")
    assert session.selected.current is None
    lasso = Selection("lasso", "lasso", np.arange(3))
    session.selected.take(lasso)
    session.filtering.apply("nonsense <")
    session.filtering.clear()
    assert session.selected.current is lasso
    assert session.filtering.error is None


def test_clauses_joined_by_the_switch_are_in_the_link_if_they_say_the_same(
    session: Visitor,
) -> None:
    session.filtering.apply("z < 0.2")
    session.selected.how = "add"
    session.filtering.apply("label = 'type 2'")
    assert session.view.filter == session.filtering.text == "z < 0.2 or label = 'type 2'"
    session.selected.how = "subtract"
    session.filtering.apply("label = 'type 1'")
    # "and not" would pass over the unlabelled, which are still selected.
    assert session.view.filter == ""
    label = session.workspace.catalog["label"]
    assert (label[session.selected.rows] == "").any()
    session.selected.undo()
    assert session.view.filter == "z < 0.2 or label = 'type 2'"


def test_a_brush_changes_its_own_condition_alone(session: Visitor) -> None:
    session.filtering.apply(CLAUSE)
    session.filtering.hold("sn_median", "sn_median >= 10")
    session.filtering.hold("sn_median", "sn_median >= 12")
    assert session.view.filter == f"{CLAUSE.replace(' &', ' AND')} AND sn_median >= 12"
    session.filtering.hold("sn_median", "")
    assert session.selected.rows.tolist() == rows_of(session)


def test_tags_are_asked_about_as_they_are_now(
    session: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.workspace, "annotations", Annotations(tmp_path))
    for tag, rows in ((3, [7]), (None, [])):
        session.workspace.annotations.tag("sim-00007", tag)
        session.filtering.apply("tag = 3")
        assert session.selected.rows.tolist() == rows


def test_what_a_filter_holds_of_is_listed_and_stepped_through(session: Visitor) -> None:
    session.view.tab = "unsure"
    session.filtering.apply(CLAUSE)
    assert session.view.tab == "selected"
    rows = rows_of(session)
    assert session.listing.table["row"].tolist() == rows
    session.step(1)
    session.step(1)
    assert session.outcome.open_spectrum.row == rows[1]
    session.filtering.apply("z > 7")
    assert session.listing.table.empty
    session.filtering.clear()
    assert session.view.tab == "unsure"
    session.view.tab = "selected"
    assert session.listing.empty.startswith("Nothing is selected")


def test_a_tab_that_is_no_list_stays_open_and_so_does_that_of_a_link(session: Visitor) -> None:
    session.view.tab = "trust"
    session.filtering.apply(CLAUSE)
    assert session.view.tab == "trust"
    apply_query(session.view, session.knobs, {"filter": "z < 0.2", "tab": "unsure"})
    assert (session.view.tab, session.filtering.text) == ("unsure", "z < 0.2")
