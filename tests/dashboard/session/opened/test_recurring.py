"""What other exposures would say of the explanation shown: asked once it is judged."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.core.trust.exposures import Drawn, noisy
from spexplain.core.trust.recurrences import recurrence
from spexplain.dashboard.session.background.latest_wins import Answer
from spexplain.dashboard.session.opened.recurring import Recurring, _all_are_near, _SoFar
from spexplain.dashboard.session.opened.settled_trust import SettledTrust
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.spectrum.reasons import beyond_text
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView
from spexplain.dashboard.views.spectrum.texts.explanation_state import state_pane
from spexplain.dashboard.views.tabs.trust import show

IVAR = 1e6


class Noisy:
    """Exposures of a spectrum of the fake lenses, whose errors are everywhere the same."""

    def __init__(self, flux: np.ndarray, ivar: float = IVAR) -> None:
        self.flux, self.ivar = flux, np.full(len(flux), ivar)
        self.known = ivar > 0

    def draw(self, numbers: range, *, seed: int) -> Drawn:
        return noisy(self.flux, self.ivar, seed=seed)(numbers)


@pytest.fixture
def session(session: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    def of_row(_: object, lens: Any, row: int) -> Noisy:
        return Noisy(lens.prepared(row))

    monkeypatch.setattr("spexplain.data.lenses.one_spectrum.other_exposures.exposures_of", of_row)
    session.knobs.n_samples = 400
    SettledTrust(session, calm_s=0.0)
    Recurring(session)
    return session


def await_told(session: Visitor, act: Any) -> None:
    known = threading.Event()
    outcome = session.outcome

    def look(*_: object) -> None:
        complete = outcome.recurrence is not None and outcome.recurrence.complete
        if complete or outcome.no_recurrence:
            known.set()

    watcher = outcome.param.watch(look, ["recurrence", "no_recurrence"])
    act()
    assert known.wait(60)
    outcome.param.unwatch(watcher)


@pytest.fixture
def told(session: Visitor) -> Visitor:
    await_told(session, lambda: session.open(7))
    return session


def test_what_is_said_is_of_the_explanation_shown(told: Visitor) -> None:
    found, explanation = told.outcome.recurrence, told.outcome.explanation
    assert (found.n_drawn, found.n_asked) == (30, 30)
    np.testing.assert_array_equal(found.top, explanation.top(3))
    middle = (found.intervals.low + found.intervals.high) / 2
    np.testing.assert_allclose(middle, explanation.weights, atol=1e-12)
    # The fake lens looks at the flux round Hβ alone, and noise is small.
    assert found.seen_again[0]


def test_another_explanation_takes_it_back_until_it_is_known_again(told: Visitor) -> None:
    seen: list[Any] = []
    told.outcome.param.watch(lambda event: seen.append(event.new), "recurrence")
    await_told(told, lambda: told.open(8))
    assert seen[0] is None
    assert seen[-1].complete
    told.outcome.explanation = None
    assert told.outcome.recurrence is None


def test_some_redraws_are_told_of_where_the_rest_takes_its_time(told: Visitor) -> None:
    outcome = told.outcome
    ten = _SoFar(outcome.explanation, replace(outcome.recurrence, n_drawn=10))
    assert _all_are_near(Answer(ten, None, 300.0, last=False))
    assert not _all_are_near(Answer(ten, None, 400.0, last=False))
    assert not _all_are_near(Answer(ten, None, 300.0, last=True))
    assert not _all_are_near(Answer(None, ValueError(), 1.0, last=False))


def test_the_page_says_it_beside_the_trust_and_marks_the_reasons(told: Visitor) -> None:
    pane, view = state_pane(told), SpectrumView(told)
    outcome = told.outcome
    assert outcome.recurrence.sentence()[1:] in pane.html
    marks = view._reasons
    expected = ["▼" if holds else "▽" for holds in outcome.recurrence.holds]
    assert marks._marks.data["mark"] == expected
    assert "▼" in expected
    assert len(marks._spread.data["x"]) == len(outcome.explanation.weights)
    first = int(outcome.recurrence.top[0])
    said = marks.readout.data["readout"][first]
    assert said.startswith("masks ±")
    assert "noise ±" in said
    assert "seen again in 100 %" in said
    assert "σ" not in said  # a type expects nothing of a spectrum
    told.view.frame = "observed"
    at = np.asarray(marks._marks.data["x"]) / (1 + outcome.open_spectrum.z)
    assert (np.abs(at[:, None] - outcome.open_spectrum.wave_rest_aa).min(axis=1) < 1e-6).all()
    outcome.explanation = None
    assert marks._marks.data["mark"] == []
    assert marks.readout.data["readout"] == []


def test_while_it_is_not_known_the_page_says_that_it_asks(told: Visitor) -> None:
    pane = state_pane(told)
    told.outcome.recurrence = None
    assert "Asking what another exposure would say …" in pane.html
    told.outcome.no_recurrence = "none can"
    assert "None can.</span>" in pane.html


def test_hollow_are_the_reasons_of_a_score_that_noise_would_make(told: Visitor) -> None:
    weights = told.outcome.explanation.weights
    redrawn = weights + 1e-9 * np.random.default_rng(0).normal(size=(30, len(weights)))
    null = np.random.default_rng(1).normal(size=redrawn.shape)
    view = SpectrumView(told)
    told.outcome.recurrence = recurrence(weights, redrawn, null)
    assert view._reasons._marks.data["mark"] == ["▽"] * 3
    first = int(told.outcome.recurrence.top[0])
    assert "above noise" in view._reasons.readout.data["readout"][first]
    assert [beyond_text(x) for x in (29.94, 5000.0, -3.0)] == [
        "29.9 σ above noise", "over 999 σ above noise", "not above noise",
    ]  # fmt: skip


def test_the_tab_shows_both_intervals_and_follows(told: Visitor) -> None:
    part = show(told)
    told.view.tab = "trust"
    section = dict(part.sections)["exposures"]
    assert "Would another exposure say so?" in section
    assert 'class="of-masks"' in section
    assert 'class="of-noise"' in section
    assert "▼" in section
    assert "above noise" not in section
    weights = told.outcome.explanation.weights
    redrawn = weights + np.random.default_rng(0).normal(size=(30, len(weights)))
    told.outcome.recurrence = recurrence(weights, redrawn, redrawn - weights)
    section = dict(part.sections)["exposures"]
    assert "above noise" in section
    assert "none of the top 3 reasons" in section.lower()


def test_saliency_maps_are_not_asked_about(session: Visitor) -> None:
    session.knobs.method = "saliency"
    judged = threading.Event()
    session.outcome.param.watch(lambda event: event.new and judged.set(), "trust")
    session.open(7)
    assert judged.wait(60)
    assert session.outcome.recurrence is None


@pytest.mark.parametrize("refused", [False, True])
def test_where_it_cannot_be_known_the_page_says_why(
    session: Visitor, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    def of_row(_: object, lens: Any, row: int) -> Noisy:
        found = Noisy(lens.prepared(row), IVAR if refused else 0.0)
        if refused:
            empty = np.empty((0, len(found.flux)), np.float32)
            monkeypatch.setattr(Noisy, "draw", lambda self, n, seed: Drawn(empty, len(n)))
        return found

    monkeypatch.setattr("spexplain.data.lenses.one_spectrum.other_exposures.exposures_of", of_row)
    await_told(session, lambda: session.open(7))
    said = "30 of 30 redraws cannot be prepared" if refused else "its errors are not known"
    assert said[1:] in state_pane(session).html
    session.view.tab = "trust"
    assert said[1:] in dict(show(session).sections)["exposures"]


def test_a_file_is_redrawn_by_its_own_errors(told: Visitor) -> None:
    loud = Noisy(told.outcome.open_spectrum.flux, 1.0)
    spectrum = replace(told.outcome.open_spectrum, exposures=loud)
    width = np.median(told.outcome.recurrence.intervals.standard_error)
    await_told(told, lambda: told.present(spectrum))
    assert np.median(told.outcome.recurrence.intervals.standard_error) > 100 * width


def test_redraws_end_when_something_newer_is_asked(session: Visitor) -> None:
    from spexplain.core.explain.entry import ExplainSettings, explain
    from spexplain.dashboard.session.opened.recurring import _redrawn

    session.open(7)
    spectrum = session.outcome.open_spectrum
    target = session.target_of(spectrum)
    found = explain(spectrum.flux, target, ExplainSettings(n_segments=20, n_samples=200))
    asked = []

    def newer() -> bool:
        asked.append(1)
        return len(asked) > 12

    steps = _redrawn(session.workspace.collection, spectrum, found, target, newer)
    assert next(steps).recurrence.n_drawn == 10
    with pytest.raises(Cancelled):
        next(steps)
