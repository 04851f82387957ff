"""Redraws are explained as the spectrum was: same segments, same masks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from spexplain.core.explain.entry import Cancelled, ExplainSettings, explain, explain_many
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.exposures import (
    Drawn,
    explain_again,
    noisy,
    seen_again,
    seen_again_progressively,
)

D = 120
X = (1.0 + 0.1 * np.sin(np.arange(D) / 7.0)).astype(np.float32)
SETTINGS = ExplainSettings(n_segments=12, n_samples=800, seed=3)
LINE = slice(40, 50)


def sees_the_line(spectra: NDArray[np.floating]) -> NDArray[np.float64]:
    return 50.0 * spectra[:, LINE].sum(axis=1).astype(np.float64) + spectra.sum(axis=1)


TARGET = CallableTarget(sees_the_line)
FOUND = explain(X, TARGET, SETTINGS)
DRAW = noisy(X, np.full(D, 400.0), seed=1)


@pytest.mark.parametrize("method", ["lime", "occlusion", "saliency", "shapley"])
def test_a_redraw_is_explained_as_if_it_had_been_opened(method: str) -> None:
    settings = replace(SETTINGS, method=method)
    made = explain(X, TARGET, settings)
    spectra = DRAW(range(4)).spectra
    again = explain_again(made, TARGET, spectra, n_samples=300)
    fewer = replace(settings, n_samples=300) if method == "lime" else settings
    expected = [one.weights for one in explain_many(spectra, TARGET, fewer)]
    np.testing.assert_allclose(again, expected, rtol=1e-9)


@pytest.mark.parametrize("method", ["lime", "occlusion"])
def test_segments_are_those_of_the_explanation_also_where_they_follow_the_flux(method: str) -> None:
    made = explain(X, TARGET, replace(SETTINGS, segmentation="slic", method=method))
    again = explain_again(made, TARGET, np.stack([X, X[::-1]]), n_samples=800)
    assert again.shape == (2, len(made.weights))
    np.testing.assert_allclose(again[0], made.weights, rtol=1e-6)


def test_other_methods_refuse_segments_that_follow_the_flux() -> None:
    settings = replace(SETTINGS, segmentation="slic", method="shapley", n_samples=100)
    made = explain(X, TARGET, settings)
    with pytest.raises(ValueError, match="for shapley, other exposures can be simulated"):
        explain_again(made, TARGET, np.stack([X, X[::-1]]))


def test_what_the_model_looks_at_is_seen_again_and_what_it_does_not_is_not() -> None:
    found = seen_again(FOUND, TARGET, DRAW)
    assert found.top[0] == 4
    assert found.seen_again[0]
    assert found.n_drawn == found.n_asked == 30
    loud = seen_again(FOUND, TARGET, noisy(X, np.full(D, 0.05), seed=1))
    assert not loud.seen_again.all()
    width = found.intervals.high - found.intervals.low
    assert (loud.intervals.high - loud.intervals.low > 10 * width).all()


def test_the_null_tells_what_is_more_than_noise() -> None:
    flat = noisy(np.zeros(D, np.float32), np.full(D, 400.0), seed=1)
    found = seen_again(FOUND, TARGET, DRAW, flat)
    assert found.more_than_noise is not None
    assert found.holds[0]
    assert found.sentence().endswith("more than noise")


def test_answers_come_early_and_the_last_is_that_of_all() -> None:
    steps = list(seen_again_progressively(FOUND, TARGET, DRAW))
    assert [step.n_drawn for step in steps] == [10, 20, 30]
    assert [step.complete for step in steps] == [False, False, True]
    at_once = seen_again(FOUND, TARGET, DRAW)
    assert steps[-1].share.tobytes() == at_once.share.tobytes()
    assert steps[-1].intervals.low.tobytes() == at_once.intervals.low.tobytes()


def test_what_preparation_refuses_is_counted() -> None:
    def even_ones(numbers: range) -> Drawn:
        usable = [number for number in numbers if number % 2 == 0]
        parts = [DRAW(range(number, number + 1)).spectra for number in usable]
        return Drawn(np.concatenate(parts), len(numbers) - len(usable))

    found = seen_again(FOUND, TARGET, even_ones)
    assert (found.n_drawn, found.n_refused, found.complete) == (15, 15, True)
    assert "15 of 30 redraws cannot be used" in found.sentence()

    def none(numbers: range) -> Drawn:
        return Drawn(np.empty((0, D), np.float32), len(numbers))

    with pytest.raises(ValueError, match="30 of 30 redraws cannot be prepared"):
        seen_again(FOUND, TARGET, none)


def test_the_caller_can_give_up_at_any_redraw() -> None:
    asked = []

    def after_twelve() -> bool:
        asked.append(1)
        return len(asked) > 12

    steps = seen_again_progressively(FOUND, TARGET, DRAW, cancelled=after_twelve)
    assert next(steps).n_drawn == 10
    with pytest.raises(Cancelled):
        next(steps)


def test_a_spectrum_without_errors_cannot_be_redrawn() -> None:
    with pytest.raises(ValueError, match="ivar is 0 throughout"):
        noisy(X, np.zeros(D))
    with pytest.raises(ValueError, match="must share one shape"):
        noisy(X, np.ones(D - 1))
    with pytest.raises(ValueError, match="at least 5 redraws, got 4"):
        seen_again(FOUND, TARGET, DRAW, n=4)
