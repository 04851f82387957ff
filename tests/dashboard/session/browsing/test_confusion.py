"""The confusion matrix: what its cells hold, and what follows from choosing one."""

import io

import numpy as np
import pandas as pd
from spexplain.dashboard.session.browsing.confusion import classified, ordered_types
from spexplain.dashboard.views.tabs.confusion import show
from spexplain.data.collection.trained.trained_models import probability_column


def test_only_spectra_with_a_type_the_classifier_knows_are_judged(workspace):
    lens = workspace.lenses["agn"]
    table = classified(workspace.catalog, lens, "all")
    labels = workspace.catalog["label"].to_numpy()
    assert len(table) == np.sum(labels[lens.rows] != "")
    wrong = table[~table["correct"]]
    assert (wrong["true"] != wrong["predicted"]).all()
    assert classified(workspace.catalog, None, "all").empty


def test_a_cell_holds_its_spectra_and_numbers_the_first_few(session):
    matrix = session.confusion
    assert not matrix.chosen["correct"].any()
    assert matrix.marked == []
    matrix.choose("type 1", "type 1")
    assert set(matrix.chosen["true"]) == set(matrix.chosen["predicted"]) == {"type 1"}
    assert [one.number for one in matrix.marked] == [1, 2, 3, 4, 5, 6]
    assert all(one.correct for one in matrix.marked)
    assert (np.diff(matrix.chosen["log_odds"].to_numpy()) <= 0).all()
    matrix.choose("type 1", "type 1")
    assert matrix.cell is None


def test_the_arrow_keys_step_through_the_chosen_cell(session):
    session.view.tab = "confusion"
    session.confusion.choose("type 2", "type 2")
    rows = session.confusion.chosen["row"].tolist()
    session.step(1)
    session.step(1)
    assert session.outcome.open_spectrum.row == rows[1]


def test_saliency_maps_of_the_numbered_follow(session, wait_until):
    session.view.tab = "confusion"
    session.confusion.choose("type 2", "type 2")
    wait_until(lambda: session.confusion.maps is not None and session.confusion.maps.complete)
    assert set(session.confusion.maps.by_row) == {one.row for one in session.confusion.marked}
    for _, flux, found in session.confusion.maps.by_row.values():
        assert found.method == "saliency"
        assert len(found.weights) == len(flux)


def test_the_tab_shows_counts_that_add_up_and_sends_cells(session):
    session.view.tab = "confusion"
    part = show(session)
    before = dict(part.sections)
    assert "True type (rows)" in before["counts"]
    part.on_message({"cell": ["type 2", "type 2"]})
    assert session.confusion.cell == ("type 2", "type 2")
    after = dict(part.sections)
    n = len(session.confusion.chosen)
    assert f"{n:,} spectra, true type 2 called type 2" in after["listed"]
    part.on_message({"set": "shares", "value": "shares"})
    assert "1.000" in dict(part.sections)["counts"] or "0." in dict(part.sections)["counts"]
    row = session.confusion.marked[1].row
    part.on_message({"open": row})
    assert session.outcome.open_spectrum.row == row


def test_the_list_of_a_cell_is_saved_whole(session, monkeypatch):
    session.view.tab = "confusion"
    part, saved = show(session), []
    monkeypatch.setattr(part, "download", lambda name, text: saved.append((name, text)))
    part.on_message({"export": True})
    part.on_message({"cell": ["type 2", "type 2"]})
    part.on_message({"sort": "p_type_1"})
    part.on_message({"export": True})
    (_, wrong), (name, text) = saved
    assert name == "fake-type2-called-type2.csv"
    table = pd.read_csv(io.StringIO(text))
    assert table["row"].tolist() == session.listing.table["row"].tolist()
    assert {"id", "true", "predicted", "p_type_1", "p_type_2", "p_intermediate"} <= set(table)
    assert (table["true"] == "type 2").all()
    assert not pd.read_csv(io.StringIO(wrong))["correct"].any()


def test_types_stand_as_in_the_papers_tables():
    assert ordered_types({"star", "intermediate", "type 2", "QSO", "type 1"}) == [
        "type 1", "type 2", "intermediate", "QSO", "star",
    ]  # fmt: skip


def test_an_empty_cell_says_so_and_does_not_ask_for_another(session):
    session.view.tab = "confusion"
    part = show(session)
    assert "Choose a cell" in dict(part.sections)["numbered"]
    part.on_message({"cell": ["type 1", "no such type"]})
    assert "No spectrum is in this cell" in dict(part.sections)["numbered"]


def test_a_type_is_text_whatever_its_name_holds(session, monkeypatch):
    odd = "<b>type</b> 9"
    named = {"true": odd, "correct": False, probability_column(odd): 0.0}
    table = session.confusion.table.assign(**named)
    monkeypatch.setattr(type(session.confusion), "table", table)
    session.view.tab = "confusion"
    listed = dict(show(session).sections)["listed"]
    assert "&lt;b&gt;type&lt;/b&gt; 9" in listed
    assert "<b>type" not in listed
