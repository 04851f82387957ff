"""Eight rankings on the page, and a spectrum beside what the network makes of it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.core.models.anomaly.scores import SCORE_TITLES
from spexplain.dashboard.figures.words.wording import score_text
from spexplain.dashboard.server.server import open_workspace
from spexplain.dashboard.session.opened.reconstruction import rebuild
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.spectrum.overlays.reconstruction import RebuiltOverlay
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView
from spexplain.dashboard.views.spectrum.texts.verdict import verdict_pane
from spexplain.dashboard.views.tabs import scores
from spexplain.dashboard.views.tabs.scores import show
from spexplain.dashboard.views.tabs.sections.score_tables import tops_of
from spexplain.dashboard.workspace.colouring import Values
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.lenses.lenses import LensError


@pytest.fixture(scope="module")
def space(small_demo: Path) -> Workspace:
    return open_workspace(small_demo)


@pytest.fixture
def session(space: Workspace, pool: ThreadPoolExecutor) -> Any:
    made = Visitor(space, pool, lambda callback: callback())
    made.knobs.n_samples = 50
    made.view.lens = "anomaly"
    yield made
    made.close()


@pytest.fixture
def tab(session: Session) -> Any:
    part = show(session)
    session.view.tab = "scores"
    return part


def text(part: Any) -> dict[str, str]:
    return dict(part.sections)


def never() -> bool:
    return False


@pytest.mark.parametrize("score", list(SCORE_TITLES))
def test_the_score_of_the_papers_width_and_share_is_the_one_in_the_table(
    space: Workspace, score: str
) -> None:
    lens = space.lenses["anomaly"]
    row = int(lens.rows[4])
    (found,) = rebuild(lens, row, score, 250.0, 0.03, never)
    assert found.value == pytest.approx(found.usual, rel=1e-4)
    assert found.rank == 1 + (lens.scores(score) > found.usual).sum()
    assert found.kept.all() == (not score.startswith("filtered"))
    assert found.trimmed.sum() == (int(0.03 * found.kept.sum()) if "trimmed" in score else 0)
    left = found.kept & ~found.trimmed
    if score.endswith("mse"):
        assert np.mean(found.residual[left] ** 2) == pytest.approx(found.value, rel=1e-3)
    np.testing.assert_allclose(found.reconstruction - found.residual, lens.prepared(row), atol=1e-6)


def test_what_is_trimmed_is_the_largest_of_what_the_filter_keeps(space: Workspace) -> None:
    lens = space.lenses["anomaly"]
    (found,) = rebuild(lens, int(lens.rows[0]), "filtered-trimmed-mse", 600.0, 0.1, never)
    assert not (found.trimmed & ~found.kept).any()
    sizes = np.abs(found.residual)
    assert sizes[found.trimmed].min() >= sizes[found.kept & ~found.trimmed].max()
    with pytest.raises(LensError, match="'median'"):
        next(rebuild(lens, int(lens.rows[0]), "median", 250.0, 0.03, never))


def test_the_tab_ranks_by_the_score_chosen_and_the_arrow_keys_follow(
    tab: Any, session: Session
) -> None:
    tab.on_message({"set": "score", "value": "filtered-chi2"})
    assert session.view.target == "filtered-chi2"
    values = session.workspace.lenses["anomaly"].scores("filtered-chi2")
    first = int(values.idxmax())
    id = session.workspace.catalog["id"].iat[first]
    assert text(tab)["list"].index(str(id)) < 300
    session.step(1)
    assert session.outcome.open_spectrum.row == first
    tab.on_message({"set": "score", "value": "median"})
    assert session.view.target == "filtered-chi2"


def test_the_pictures_of_a_spectrum_say_what_they_draw(
    tab: Any, session: Session, wait_until: Any
) -> None:
    for score, shaded in (
        ("filtered-trimmed-mse", [True, True]),
        ("filtered-mse", [True, False]),
        ("mse", [False, False]),
    ):
        tab.on_message({"set": "score", "value": score})
        assert ("Open a spectrum" in text(tab)["said"]) == (session.outcome.open_spectrum is None)
        session.step(1)
        number = f"<b>{SCORE_TITLES[score]} "
        wait_until(lambda number=number: number in text(tab)["said"])
        wait_until(lambda: "reconstruction; residual below" in text(tab)["look"])
        look = text(tab)["look"]
        beneath, above = look.index('class="beneath"'), look.index('class="hair"')
        assert beneath < above  # or the reconstruction would hide the spectrum
        assert [f"</i>{word}<" in look for word in ("filtered", "trimmed")] == shaded
        assert ['class="shade"' in look, 'class="shade trimmed"' in look] == shaded
        assert re.search(r"spectrum drawn from −?[\d.]+ to [\d.]+, residual .* to ±[\d.]+;", look)


def test_width_and_share_change_the_score_and_what_is_explained(
    tab: Any, session: Session, wait_until: Any
) -> None:
    tab.on_message({"set": "score", "value": "filtered-mse"})
    session.step(1)
    wait_until(lambda: "rank 1 of" in text(tab)["said"])
    wait_until(lambda: not session.outcome.busy and session.outcome.explanation is not None)
    before = session.outcome.explanation.value
    assert "with the paper" not in text(tab)["said"]
    tab.on_message({"set": "width_kms", "value": "900"})
    wait_until(lambda: "with the paper" in text(tab)["said"])
    wait_until(lambda: session.outcome.explanation is not None and not session.outcome.busy)
    assert session.outcome.explanation.value != before
    tab.on_message({"set": "width_kms", "value": "1e9"})
    assert session.view.width_kms == 5000
    assert "<polyline" in text(tab)["look"]


def test_the_overlap_of_the_tops_is_shown_for_both_sizes(tab: Any) -> None:
    assert text(tab)["overlap"].count("<td") == 64
    assert text(tab)["overlap"].count(">100 %<") >= 8
    tab.on_message({"top": 10})
    said = text(tab)["overlap"]
    assert re.search(r"top 10 of \d+ are in all eight \(95 % interval \d+–\d+ %\)", said)
    assert "paper" not in said  # which has a hundred of 728,133


def test_what_leads_each_score_is_reckoned_when_asked_for(
    tab: Any, session: Session, wait_until: Any
) -> None:
    tab.on_message({"set": "score", "value": "filtered-mse"})
    tab.on_message({"leading": True})
    wait_until(lambda: "share of the pixels" in text(tab)["overlap"])
    said = text(tab)["overlap"]
    assert said.count("<td") == 9 * 4
    assert "line wings" in said
    assert "single spikes" in said
    assert "χ² divides by the flux" in said
    tab.on_message({"leading": False})
    assert "are in all eight" in text(tab)["overlap"]


def test_going_through_the_lists_ends_when_the_tab_is_left(
    tab: Any, session: Session, monkeypatch: pytest.MonkeyPatch, wait_until: Any
) -> None:
    asked: list[Any] = []

    def endless(*_: Any, cancelled: Any, **__: Any) -> None:
        asked.append(cancelled)
        wait_until(cancelled)
        raise Cancelled

    monkeypatch.setattr(scores, "score_leaders", endless)
    tab.on_message({"leading": True})
    wait_until(lambda: asked)
    assert "reconstructing" in text(tab)["overlap"]
    session.view.tab = "anomalous"
    wait_until(asked[0])
    assert not session.outcome.problem


@pytest.mark.parametrize(("n", "tops"), [(84, (5, 20)), (700, (10, 100)), (6825, (100, 1000))])
def test_short_lists_for_small_collections(n: int, tops: tuple[int, int]) -> None:
    assert tops_of(n) == tops


def test_the_verdict_names_the_score_that_is_explained(session: Session) -> None:
    pane = verdict_pane(session)
    lens = session.workspace.lenses["anomaly"]
    session.open(int(lens.scores("filtered-mse").idxmax()))
    assert "MSE " in pane.html
    session.view.target = "filtered-mse"
    assert f"Filtered MSE {score_text(lens.scores('filtered-mse').max())}" in pane.html
    assert "rank 1 of" in pane.html
    assert session.verdict_of(session.outcome.open_spectrum).of == "filtered-mse"
    session.view.width_kms = 500.0
    assert "with filter 250 km/s</span>" in pane.html


def test_every_score_can_colour_the_plane(space: Workspace) -> None:
    for score, title in SCORE_TITLES.items():
        column = "score" if score == "mse" else score
        found = space.colouring(column)
        assert isinstance(found, Values)
        assert found.logarithmic
        assert score == "mse" or space.colours[column] == f"Score: {title}"


def test_without_scores_the_tab_says_how_to_get_them(
    workspace: Workspace, pool: ThreadPoolExecutor
) -> None:
    assert "spexplain build" in show(Visitor(workspace, pool, lambda call: call())).object


def test_the_reconstruction_is_drawn_over_the_spectrum_on_request(
    session: Session, wait_until: Any
) -> None:
    fig = SpectrumView(session).flux
    RebuiltOverlay(session, fig)

    def drawn(name: str, column: str) -> Any:
        """Of the source with this name; empty while there is none."""
        source = fig.select_one({"name": name})
        return [] if source is None else source.data[column]

    session.view.target = "filtered-mse"
    session.open(int(session.workspace.lenses["anomaly"].rows[0]))
    assert len(drawn("rebuilt-line", "x")) == 0
    session.view.rebuilt = True
    wait_until(lambda: len(drawn("rebuilt-line", "x")) > 0)
    spectrum = session.outcome.open_spectrum
    assert len(drawn("rebuilt-line", "y")) == len(spectrum.flux)
    np.testing.assert_allclose(drawn("rebuilt-line", "x"), spectrum.wave_rest_aa)
    assert len(drawn("rebuilt-windows", "left")) >= 7  # lines, of which some are blended
    session.view.unit = "nm"
    wait_until(
        lambda: len(drawn("rebuilt-line", "x")) > 0 and drawn("rebuilt-line", "x")[-1] < 1000
    )
    names = [renderer.data_source.name for renderer in fig.renderers]
    assert names.index("ribbon") < names.index("rebuilt-line") < names.index("trace")
    session.view.rebuilt = False
    assert len(drawn("rebuilt-line", "x")) == 0


def test_a_reconstruction_that_cannot_be_drawn_says_why(
    session: Session, wait_until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: object, row: int) -> np.ndarray:
        raise OSError("its network cannot be read")

    monkeypatch.setattr(type(session.workspace.lenses["anomaly"]), "reconstruction", lost)
    RebuiltOverlay(session, SpectrumView(session).flux)
    session.view.lens = "anomaly"
    session.open(int(session.workspace.lenses["anomaly"].rows[0]))
    session.view.rebuilt = True
    wait_until(lambda: "its network cannot be read" in session.outcome.problem)
    assert session.outcome.problem.startswith("The reconstruction cannot be drawn: ")
