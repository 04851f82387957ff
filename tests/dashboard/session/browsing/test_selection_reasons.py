"""The mean explanation of a selection: what the build explained, or what is explained now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spexplain.core.explain.clusters import unit_explanations
from spexplain.core.explain.entry import explain
from spexplain.core.settings import ExplainSettings
from spexplain.dashboard.server.server import open_workspace
from spexplain.dashboard.session.browsing.selection_reasons import (
    SelectionReasons,
    built_mean,
    explained_mean,
)
from spexplain.dashboard.session.browsing.selection_summary import lines_of
from spexplain.dashboard.views.tabs.sections.selection_sections import lines_section
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.selections.selection import Selection

QUICK = ExplainSettings(n_segments=11, n_samples=60)


@pytest.fixture(scope="module")
def built(small_demo: Path) -> Workspace:
    return open_workspace(small_demo)


def test_the_mean_is_that_of_the_explanations_one_by_one(workspace: Any) -> None:
    lens, rows = workspace.lenses["anomaly"], np.array([3, 40, 41])
    *early, last = explained_mean(lens, rows, "mse", QUICK, lambda: False, knobs={})
    each = [explain(lens.prepared(row), lens.target("mse", row), QUICK) for row in rows]
    unit = [unit_explanations(one.weights[None], one.labels, 11)[0] for one in each]
    np.testing.assert_allclose(last.weights, np.mean(unit, axis=0))
    np.testing.assert_allclose(last.r2, [one.r2 for one in each])
    assert [one.n for one in early] == [1, 2]
    assert (last.n, last.goal, last.of, last.complete) == (3, 3, 3, True)


def test_of_many_so_many_are_explained_and_a_stop_ends_it(workspace: Any) -> None:
    lens, rows = workspace.lenses["anomaly"], np.arange(200)
    answers = explained_mean(lens, rows, "mse", QUICK, lambda: False, knobs={}, most=5)
    assert [one.n for one in answers] == [1, 2, 3, 4, 5]
    first = next(explained_mean(lens, rows, "mse", QUICK, lambda: False, knobs={}, most=5))
    assert (first.goal, first.of, first.complete) == (5, 200, False)


def test_what_the_build_explained_is_had_at_once_and_counted(built: Workspace) -> None:
    reasons, lens = built.reasons, built.lenses["anomaly"]
    assert reasons is not None
    others = np.setdiff1d(lens.rows, reasons.rows)[:4]
    found = built_mean(reasons, lens, np.concatenate([reasons.rows[:3], others]))
    assert found is not None
    np.testing.assert_allclose(found.weights, reasons.unit[:3].mean(axis=0))
    assert (found.n, found.of, found.built) == (3, 7, True)
    assert built_mean(reasons, lens, others) is None
    assert built_mean(reasons, built.lenses["agn"], reasons.rows) is None


def test_lines_of_explained_anomalies_are_those_of_the_build(built: Workspace) -> None:
    reasons, lens = built.reasons, built.lenses["anomaly"]
    assert reasons is not None
    rows = np.sort(reasons.rows[:3])
    (found,) = lines_of(built.collection, lens, rows, lambda: False)
    before = reasons.lines.set_index("row").loc[rows]
    now = found.table.set_index("row")
    for name in ("nii_ha", "oiii_hb", "balmer_decrement"):
        np.testing.assert_allclose(now[name], before[name], rtol=1e-6)
    assert (found.n, found.of, found.dust) == (3, 3, reasons.dust)
    said = lines_section(found)
    assert "Median of 3 spectra" in said
    assert "[N II] / Hα" in said
    assert list(lines_of(built.collection, lens, rows, lambda: True)) == []


def test_it_follows_the_selection_and_what_was_stopped_stays(session: Any, wait_until: Any) -> None:
    reasons = SelectionReasons(session)
    session.knobs.param.update(n_segments=11, n_samples=60)
    session.view.param.update(tab="selected", lens="anomaly")
    session.selected.take(Selection("few", "lasso", np.arange(4)))
    assert reasons.result is None
    reasons.explain()
    wait_until(lambda: reasons.result is not None and reasons.result.complete)
    wait_until(lambda: not reasons.busy)
    assert reasons.result.n == 4
    reasons.explain()
    reasons.stop()
    assert not reasons.busy
    assert reasons.result.complete
    session.knobs.n_segments = 12  # another explanation: not this one's
    assert reasons.result is None
