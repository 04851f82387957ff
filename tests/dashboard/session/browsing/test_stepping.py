"""What is selected by hand is listed where a list is open, and the arrow keys step through it."""

from __future__ import annotations

import numpy as np
from spexplain.dashboard.session.choices.address import apply_query
from spexplain.dashboard.session.visitor import Visitor
from spexplain.data.selections.selection import Selection

LASSO = Selection("lasso", "lasso", np.array([3, 5, 8]))


def test_a_lasso_opens_its_list_and_is_stepped_through(session: Visitor) -> None:
    session.view.tab = "unsure"
    session.selected.take(LASSO)
    assert session.view.tab == "selected"
    for _ in range(2):
        session.step(1)
    assert session.outcome.open_spectrum.row == 5


def test_a_place_on_the_sky_with_a_radius_lists_all_that_lie_there(session: Visitor) -> None:
    session.view.tab = "unsure"
    ra, dec = session.workspace.catalog[["ra", "dec"]].iloc[0]
    session.view.find = f"{ra} {dec} 60 deg"
    assert session.view.tab == "selected"
    assert len(session.listing.table) == len(session.selected.rows) > 1


def test_neither_undo_nor_a_link_nor_another_kind_of_tab_is_left_for_it(session: Visitor) -> None:
    session.view.tab = "trust"
    session.selected.take(LASSO)
    assert session.view.tab == "trust"
    session.view.tab = "unsure"
    session.selected.clear()
    session.selected.undo()
    assert (session.view.tab, session.selected.current) == ("unsure", LASSO)
    apply_query(session.view, session.knobs, {"filter": "z < 0.2", "tab": "unsure"})
    assert session.view.tab == "unsure"
