"""The settings of the paper's figures, computed for one spectrum and taken over by a click."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from spexplain.core.explain.entry import Cancelled, ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.session.opened.comparison import compare, variants
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.views.tabs.compare import show

NOW = ExplainSettings(n_samples=60, n_segments=20)


@pytest.fixture
def target() -> CallableTarget:
    return CallableTarget(lambda spectra: spectra[:, 40:50].sum(axis=1), "sum")


@pytest.fixture
def flux() -> np.ndarray:
    return 1 + 0.1 * np.random.default_rng(0).normal(size=200)


def test_every_variant_changes_only_what_it_says() -> None:
    found = variants(4000)
    assert len({one.key for one in found}) == len(found)
    assert {one.group for one in found} == {
        *("Scale", "Flat or mean", "Equal segments", "SLIC segments", "Samples", "Method"),
    }
    for one in found:
        changed, now = one.settings(NOW).asdict(), NOW.asdict()
        assert {n for n in now if changed[n] != now[n]} <= set(one.changes)
        assert all(changed[name] == value for name, value in one.changes.items())


def test_segments_that_do_not_fit_the_spectrum_are_not_offered() -> None:
    assert not any(one.changes.get("n_segments", 0) > 200 for one in variants(200))
    assert any(one.changes.get("n_segments") == 943 for one in variants(1000))


def test_each_explanation_is_that_of_its_settings(target: Any, flux: np.ndarray) -> None:
    answers = list(compare(flux, target, NOW, {}, lambda: False))
    todo = variants(len(flux))
    assert [len(a.explanations) for a in answers[: len(todo)]] == list(range(1, len(todo) + 1))
    # Of those that scale, the other side of 1: that of 0.9 is 1.1, explained already.
    beyond = answers[-1].mirrored
    assert "scale-0.6" in beyond
    assert "flat-1" not in beyond
    np.testing.assert_array_equal(
        beyond["scale-0.9"], answers[-1].explanations["scale-1.1"].weights
    )
    assert [a.complete for a in answers] == [False] * (len(answers) - 1) + [True]
    for one in (todo[0], todo[6], todo[-2], todo[-1]):
        direct = explain(flux, target, one.settings(NOW))
        np.testing.assert_allclose(
            answers[-1].explanations[one.key].weights, direct.weights, atol=1e-12
        )


def test_what_is_known_is_not_computed_again(flux: np.ndarray) -> None:
    asked = []

    def count(spectra: np.ndarray) -> np.ndarray:
        asked.append(len(spectra))
        return spectra.sum(axis=1)

    known: dict[Any, Any] = {}
    first = list(compare(flux, CallableTarget(count, "sum"), NOW, known, lambda: False))
    once = len(asked)
    again = list(compare(flux, CallableTarget(count, "sum"), NOW, known, lambda: False))
    assert len(asked) == once > 0
    assert again[-1].explanations["mean"] is first[-1].explanations["mean"]


def test_a_comparison_nobody_wants_ends(target: Any, flux: np.ndarray) -> None:
    with pytest.raises(Cancelled):
        list(compare(flux, target, NOW, {}, lambda: True))


@pytest.fixture
def tab(session: Session) -> Any:
    session.knobs.n_samples = 50
    part = show(session)
    session.view.tab = "compare"
    return part


def text(part: Any) -> dict[str, str]:
    return dict(part.sections)


def test_without_a_spectrum_the_tab_says_what_it_is_for(tab: Any) -> None:
    assert "Open a spectrum" in text(tab)["state"]


def test_the_tab_fills_panel_by_panel_and_marks_the_present_settings(
    tab: Any, session: Session, wait_until: Any
) -> None:
    session.open(3)
    wait_until(lambda: "computed" not in text(tab)["state"])
    panels = text(tab)["panels"]
    n_panels = len(variants(len(session.outcome.open_spectrum.flux)))
    assert panels.count("<button") == n_panels
    # Shapley values are no fit: what they must do is add up.
    assert panels.count("R²") == n_panels - 1
    said = re.search(r"Σφ off by (\S+?)<", panels)
    assert said is not None
    assert abs(float(said.group(1).replace("−", "-"))) < 1e-6
    assert 'title="Σφ − (f(x) − f(base))' in panels
    assert "waiting" not in panels
    assert panels.count('class="now"') >= 1  # 0.9 and 77 are the usual ones


def test_a_click_takes_the_settings_over(tab: Any, session: Session) -> None:
    session.open(3)
    tab.on_message({"take": "flat-1.2"})
    assert (session.knobs.perturbation, session.knobs.factor) == ("flat", 1.2)
    session.knobs.method = "saliency"
    tab.on_message({"take": "slic-11"})
    assert (session.knobs.method, session.knobs.segmentation) == ("lime", "slic")
    assert session.knobs.n_segments == 11
    tab.on_message({"take": "shapley"})
    assert session.knobs.method == "shapley"
    before = session.knobs.settings()
    tab.on_message({"take": "nothing"})
    assert session.knobs.settings() == before


def test_nothing_is_computed_while_another_tab_is_open(session: Session) -> None:
    part = show(session)
    session.open(3)
    assert part.sections == []
