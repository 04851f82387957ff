"""The confusion matrix: what its cells hold, and what follows from choosing one."""

import numpy as np
from spexplain.dashboard.matrix import judged
from spexplain.dashboard.views.confusion import show


def test_only_spectra_with_a_type_the_classifier_knows_are_judged(workspace):
    lens = workspace.lenses["agn"]
    table = judged(workspace.catalog, lens, "all")
    labels = workspace.catalog["label"].to_numpy()
    assert len(table) == np.sum(labels[lens.rows] != "")
    wrong = table[~table["correct"]]
    assert (wrong["true"] != wrong["predicted"]).all()
    assert judged(workspace.catalog, None, "all").empty


def test_a_cell_holds_its_spectra_and_numbers_the_first_few(session):
    matrix = session.matrix
    assert not matrix.chosen["correct"].any()
    assert matrix.marked == []
    matrix.choose("type 1", "type 1")
    assert set(matrix.chosen["true"]) == set(matrix.chosen["predicted"]) == {"type 1"}
    assert [one.number for one in matrix.marked] == [1, 2, 3, 4, 5, 6]
    assert all(one.correct for one in matrix.marked)
    confidence = matrix.chosen["confidence"].to_numpy()
    assert (np.diff(confidence) <= 0).all()
    matrix.choose("type 1", "type 1")
    assert matrix.cell is None


def test_the_arrow_keys_step_through_the_chosen_cell(session):
    session.view.tab = "confusion"
    session.matrix.choose("type 2", "type 2")
    rows = session.matrix.chosen["row"].tolist()
    session.step(1)
    session.step(1)
    assert session.outcome.shown.row == rows[1]


def test_saliency_maps_of_the_numbered_follow(session, wait_until):
    session.view.tab = "confusion"
    session.matrix.choose("type 2", "type 2")
    wait_until(lambda: session.matrix.maps is not None and session.matrix.maps.complete)
    assert set(session.matrix.maps.by_row) == {one.row for one in session.matrix.marked}
    for _, flux, found in session.matrix.maps.by_row.values():
        assert found.method == "saliency"
        assert len(found.weights) == len(flux)


def test_the_tab_shows_counts_that_add_up_and_sends_cells(session):
    session.view.tab = "confusion"
    part = show(session)
    before = dict(part.sections)
    assert "True type (rows)" in before["counts"]
    part.on_message({"cell": ["type 2", "type 2"]})
    assert session.matrix.cell == ("type 2", "type 2")
    after = dict(part.sections)
    n = len(session.matrix.chosen)
    assert f"{n:,} spectra, true type 2 called type 2" in after["listed"]
    part.on_message({"set": "shares", "value": "shares"})
    assert "1.000" in dict(part.sections)["counts"] or "0." in dict(part.sections)["counts"]
    row = session.matrix.marked[1].row
    part.on_message({"open": row})
    assert session.outcome.shown.row == row
