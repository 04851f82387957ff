"""What the page says of signs: one direction of flux, whichever side of 1 the slider is on."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from spexplain.core.explain.flux_effects import mirrored_settings
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.session.opened.settled_trust import SettledTrust
from spexplain.dashboard.session.visitor import Visitor as Session
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView
from spexplain.dashboard.views.spectrum.texts.explanation_state import state_pane


@pytest.fixture
def opened(session: Session, wait_until: Any) -> Any:
    """Asks for an explanation with these knobs, and waits until both sides of 1 are known."""
    SettledTrust(session, calm_s=0.0)

    def ask(target: Any = None, **knobs: Any) -> Any:
        if target is not None:
            session._target = None  # kept for this spectrum and name
            session.target_named = lambda *_, **__: target  # type: ignore[method-assign]
        session.view.spectrum = ""
        session.knobs.param.update(n_segments=20, n_samples=400, **knobs)
        outcome, seen = session.outcome, set()
        # The last to watch hears after everything has been drawn.
        for name in ("trust", "mirrored"):
            watch = partial(lambda name, event: event.new is not None and seen.add(name), name)
            outcome.param.watch(watch, name)
        session.open(7)
        wait_until(lambda: "trust" in seen)
        found = outcome.explanation
        if not found.nothing and mirrored_settings(found.settings) is not None:
            wait_until(lambda: "mirrored" in seen)
        return session.effects

    return ask


def bowl(session: Session) -> CallableTarget:
    """Least at the open spectrum within its first half, and rising with flux in the second."""
    x = session.outcome.open_spectrum.flux.astype(np.float64)
    half = len(x) // 2

    def value(spectra: np.ndarray) -> np.ndarray:
        first = (100 * (spectra[:, :half] - x[:half]) ** 2).sum(axis=1)
        return first + spectra[:, half:].sum(axis=1)

    return CallableTarget(value, "mse")


def test_the_caption_and_the_colours_say_the_same_at_nine_tenths_and_eleven(
    session: Session, opened: Any
) -> None:
    view, state, said = SpectrumView(session), state_pane(session), {}
    for factor in (0.9, 1.1):
        effects = opened(factor=factor)
        assert "+10 % flux lowers" in state.html
        assert "Blue: more flux here raises the log-odds of predicted" in state.html
        said[factor] = effects.values
        np.testing.assert_allclose(view.sources.bands.data["weight"], effects.values, rtol=1e-5)
        assert view.weight.yaxis.axis_label == "Δ log-odds"
        assert view.sources.bands.tags[2] == "per +10 % of the flux"
    top = np.argsort(-np.abs(said[0.9]))[:2]
    np.testing.assert_allclose(said[0.9][top], said[1.1][top], rtol=0.02)


def test_what_any_change_raises_has_a_colour_of_its_own_and_is_counted(
    session: Session, opened: Any
) -> None:
    view, state = SpectrumView(session), state_pane(session)
    opened()
    target = bowl(session)
    for factor in (0.9, 1.1):
        opened(target, factor=factor)
        assert "any change raises it: 10 of 20" in state.html
        assert "Violet: any change here, up or down, raises the score in 10 of 20" in state.html
        shade = np.array(view.sources.bands.data["shade"])
        assert (shade[:10] >= 2).all()
        assert (np.abs(shade[10:]) <= 1).all()
        assert (np.array(view.sources.bands.data["weight"]) > 0).all()


def test_intervals_stand_round_the_weights_that_are_drawn(session: Session, opened: Any) -> None:
    view = SpectrumView(session)
    effects = opened(factor=1.1)
    low, high = (np.array(view._weight._spread.data[name]) for name in ("low", "high"))
    largest = np.argmax(np.abs(effects.values))
    # Round the estimate that the ridge pulls towards 0.
    assert low[largest] == pytest.approx(effects.values[largest], rel=0.1)
    assert low[largest] * high[largest] > 0
    assert (low <= high).all()


def test_at_factor_1_one_sentence_stands_for_everything_and_the_slider_goes_on(
    session: Session, opened: Any
) -> None:
    view, state = SpectrumView(session), state_pane(session)
    opened(factor=1.0)
    assert "At factor 1 nothing is perturbed: there is nothing to explain." in state.html
    assert "R²" not in state.html
    assert "belief" not in state.html
    assert "key" not in state.html
    assert len(view.sources.bands.data["weight"]) == len(view._weight._spread.data["x"]) == 0
    assert not view.weight.yaxis[0].visible
    opened(factor=0.9)
    assert "R²" in state.html
    assert len(view.sources.bands.data["weight"]) == 20


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"kernel_width": 0.01}, "so narrow that it leaves about one of 400 samples: width"),
        ({"perturbation": "shrink", "factor": 1.0}, "At factor 1 nothing is perturbed"),
    ],
)
def test_what_tells_nothing_says_why_and_no_more(
    session: Session, opened: Any, knobs: dict[str, Any], said: str
) -> None:
    state = state_pane(session)
    opened(**knobs)
    assert said in state.html
    assert "R²" not in state.html


def test_an_answer_that_never_changes_is_said_to(session: Session, opened: Any) -> None:
    state = state_pane(session)
    opened(CallableTarget(lambda spectra: np.full(len(spectra), 0.2), "mse"))
    assert "The answer is the same for all 400 samples" in state.html
    assert "R²" not in state.html


def test_segments_that_were_not_found_are_owned_up_to(session: Session, opened: Any) -> None:
    state = state_pane(session)
    opened(segmentation="slic")
    n = len(session.outcome.explanation.weights)
    assert n < 20
    assert f"{n} of 20 segments asked for" in state.html


def test_a_fill_speaks_of_what_is_here(session: Session, opened: Any) -> None:
    state = state_pane(session)
    opened(perturbation="flat", factor=1.0)
    assert "what is here, rather than a flat 1, raises" in state.html
    assert "flux lowers" not in state.html


def test_a_saliency_map_is_the_papers_or_in_tenths_of_the_flux(
    session: Session, opened: Any
) -> None:
    from spexplain.core.explain.entry import ExplainSettings, explain

    state = state_pane(session)
    opened()  # to its end, or another answer would come after this one
    spectrum = session.outcome.open_spectrum
    found = explain(spectrum.flux, session.target_of(spectrum), ExplainSettings(method="saliency"))
    session.outcome.explanation = found
    assert "derivative" in state.html
    np.testing.assert_array_equal(session.effects.values, found.weights)
    session.view.slope = "tenth"
    assert "change per +10 % of the pixel" in state.html
    np.testing.assert_allclose(session.effects.values, 0.1 * spectrum.flux * found.weights)


def test_the_trust_tab_gathers_nothing_where_there_is_nothing(
    session: Session, opened: Any
) -> None:
    from spexplain.dashboard.views.tabs.trust import show

    session.view.tab = "trust"
    part = show(session)
    opened(kernel_width=0.01)
    said = dict(part.sections)
    assert "so narrow that it leaves" in said["state"]
    assert "Take width" in said["kernel"]
    assert not any(said.get(name) for name in ("order", "curves", "methods", "model"))
