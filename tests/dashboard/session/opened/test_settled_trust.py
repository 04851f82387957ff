"""How far to believe what is shown: judged when it has settled, and never of another."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.trust.trust import assess
from spexplain.dashboard.session.background.latest_wins import Answer
from spexplain.dashboard.session.opened.evidence import Evidence, gather
from spexplain.dashboard.session.opened.settled_trust import SettledTrust
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView
from spexplain.dashboard.views.spectrum.texts.explanation_state import state_pane
from spexplain.dashboard.views.tabs.trust import show


@pytest.fixture
def judged(session: Session) -> Any:
    """A session with an open, explained and judged spectrum."""
    SettledTrust(session, calm_s=0.0)
    await_trust(session, lambda: session.open(7))
    return session


def await_trust(session: Session, act: Any, n_samples: int | None = None) -> None:
    """Act, and wait for what is then believed, of so many samples."""
    known = threading.Event()

    def heard(event: Any) -> None:
        if event.new and n_samples in (None, event.new.n_samples):
            known.set()

    watcher = session.outcome.param.watch(heard, "trust")
    act()
    assert known.wait(30)
    session.outcome.param.unwatch(watcher)


def explained(session: Session, **settings: Any) -> Any:
    spectrum = session.outcome.open_spectrum
    target = session.target_of(spectrum)
    found = explain(
        spectrum.flux, target, ExplainSettings(n_samples=400, n_segments=20, **settings)
    )
    return found, spectrum.flux, target


def test_the_judgement_is_that_of_the_explanation_shown(judged: Session) -> None:
    outcome, spectrum = judged.outcome, judged.outcome.open_spectrum
    expected = assess(outcome.explanation, spectrum.flux, judged.target_of(spectrum))
    assert outcome.trust.sentence() == expected.sentence()
    np.testing.assert_array_equal(outcome.trust.intervals.low, expected.intervals.low)
    await_trust(judged, lambda: setattr(judged.knobs, "n_samples", 900), 900)
    assert outcome.trust.n_samples == 900


def test_a_new_explanation_is_not_believed_before_it_is_judged(judged: Session) -> None:
    seen = []
    judged.outcome.param.watch(lambda event: seen.append(event.new), "trust")
    await_trust(judged, lambda: judged.open(8))
    assert seen[0] is None
    assert seen[-1] is judged.outcome.trust


def test_the_sentence_and_the_whiskers_are_on_the_page(judged: Session) -> None:
    pane, view = state_pane(judged), SpectrumView(judged)
    assert judged.outcome.trust.sentence()[1:] in pane.html
    assert 'data-do="believe"' in pane.html
    view._paint()
    spread = view._weight._spread.data
    np.testing.assert_array_equal(spread["low"], judged.outcome.trust.intervals.low)
    assert (np.asarray(spread["low"]) <= spread["high"]).all()
    assert len(spread["x"]) == len(judged.outcome.explanation.weights)
    judged.outcome.explanation = None
    assert len(view._weight._spread.data["x"]) == 0


def test_evidence_comes_step_by_step_and_ends_complete(judged: Session) -> None:
    found, flux, target = explained(judged)
    steps = list(gather(found, flux, target, lambda: False))
    assert [step.complete for step in steps] == [False] * (len(steps) - 1) + [True]
    last = steps[-1]
    assert [name for name, _ in last.agreements] == ["saliency", "occlusion", "shapley"]
    # Only the flux near Hβ matters to this target, so every method finds the same segment.
    assert all(alike.top_overlap > 0 for _, alike in last.agreements)
    assert last.curves.gain > 2
    assert last.scrambled is None  # a formula has nothing to scramble
    assert last.figures.correlation > 0.5
    assert last.logit is None  # nor has it other classes


def test_gathering_can_be_given_up(judged: Session) -> None:
    found, flux, target = explained(judged)
    steps = gather(found, flux, target, lambda: True)
    next(steps)
    with pytest.raises(Cancelled):
        next(steps)


def test_the_tab_gathers_only_while_it_is_open(
    judged: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    part = show(judged)
    assert part.sections == []
    monkeypatch.setattr(
        "spexplain.dashboard.session.background.latest_wins.Background.request",
        lambda self, work: asked.append(work.func),
    )
    judged.outcome.param.trigger("trust")
    assert asked == []
    judged.view.tab = "trust"
    assert asked == [gather]


def test_the_tab_shows_every_check_and_takes_the_width_over(judged: Session) -> None:
    part = show(judged)
    found, flux, target = explained(judged)
    judged.outcome.explanation = found
    judged.outcome.trust = assess(found, flux, target)
    *_, last = gather(found, flux, target, lambda: False)
    judged.view.tab = "trust"
    part_owner = part.on_message.__self__
    part_owner._arrived(Answer(last, None, 1.0, True))
    sections = dict(part.sections)
    for name, words in (
        ("order", "Would more samples tell?"),
        ("curves", "σ below random orders"),
        ("curves", ">log-odds<"),
        ("methods", "Spearman"),
        ("kernel", "count as"),
    ):
        assert words in sections[name], name
    assert sections["model"] == ""
    part.on_message({"width": 0.375})
    assert judged.knobs.kernel_width == 0.375


def test_an_empty_page_says_what_to_do(session: Session) -> None:
    session.view.tab = "trust"
    assert "Open a spectrum" in dict(show(session).sections)["state"]


def test_exact_methods_have_no_whiskers(session: Session, pool: ThreadPoolExecutor) -> None:
    session.open(7)
    view = SpectrumView(session)
    found, flux, target = explained(session, method="occlusion")
    session.outcome.explanation = found
    session.outcome.trust = assess(found, flux, target)
    assert len(view._weight._spread.data["x"]) == 0
    # This lens's model looks at a few pixels alone, so most segments change nothing.
    assert "does not change with" in state_pane(session).html
    session.outcome.trust = dataclasses.replace(session.outcome.trust, idle=0.0)
    assert "exact" in state_pane(session).html.lower()
    assert Evidence(found).complete


def test_of_a_spectrum_the_lens_cannot_take_nothing_is_waited_for(judged: Session) -> None:
    judged.view.tab = "trust"
    part = show(judged)
    judged.open(299)
    assert "This lens cannot take it: it covers" in dict(part.sections)["state"]
