"""Mean, median and spread are those of the spectra read."""

from __future__ import annotations

from typing import Any

import numpy as np
from spexplain.dashboard.session.browsing.selection_summary import SelectionSummary, spread_of
from spexplain.data.selections.selection import Selection


def test_the_spread_is_that_of_numpy_and_leaves_out_what_the_lens_cannot_take(
    workspace: Any,
) -> None:
    lens = workspace.lenses["agn"]
    rows = np.array([0, 5, 9, 299])  # the last is not the lens's
    (found,) = spread_of(lens, rows, lambda: False)
    flux = np.stack([lens.prepared(row) for row in (0, 5, 9)])
    np.testing.assert_allclose(found.mean, flux.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.median, np.median(flux, axis=0), rtol=1e-6)
    np.testing.assert_allclose([found.low, found.high], np.percentile(flux, [16, 84], axis=0))
    assert (found.n, found.of) == (3, 3)
    assert list(spread_of(lens, np.array([299]), lambda: False)) == []
    assert list(spread_of(lens, rows, lambda: True)) == []


def test_of_many_so_many_are_read_evenly(workspace: Any) -> None:
    (found,) = spread_of(workspace.lenses["anomaly"], np.arange(300), lambda: False, most=7)
    assert (found.n, found.of) == (7, 300)


def test_it_follows_the_selection_while_its_tab_is_open(session: Any, wait_until: Any) -> None:
    summary = SelectionSummary(session)
    session.selected.take(Selection("few", "lasso", np.arange(4)), by_hand=False)  # opens no tab
    assert summary.spread is None
    session.view.tab = "selected"
    wait_until(lambda: summary.spread is not None)
    assert summary.spread.n == 4
    session.selected.clear()
    assert summary.spread is None
