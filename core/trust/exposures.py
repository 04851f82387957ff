"""Explanations of a spectrum with its noise redrawn, to see which segments recur."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..compute import Cancelled, InTurn, Sharing, never, or_own
from ..explain import LimeSamples, explain
from ..explain.explanation import Explanation
from ..neighbourhood import BinaryMasks, Neighbourhood, draw_masks
from ..neighbourhood.perturbations import perturbed
from ..settings import ExplainSettings
from ..spectra import noise_draws
from ..targets import Target, evaluate
from ..targets.base import may_share
from .recurrences import FEWEST, Recurrence, recurrence

__all__ = [
    "N_REDRAWS",
    "Draw",
    "Drawn",
    "explain_again",
    "noisy",
    "seen_again",
    "seen_again_progressively",
]

N_REDRAWS = 30
_STEP = 10
_TOP = 3  # reasons that are judged
# Enough for a redraw, of which only the scatter counts: 5000 give one within 2 % of it.
_SAMPLES = 500


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Exposures that were drawn.

    Attributes
    ----------
    spectra : (R, D)
        As the target takes them; those that preparation refused are left out.
    n_refused
        How many it refused.
    """

    spectra: NDArray[np.floating]
    n_refused: int = 0


Draw = Callable[[range], Drawn]
"""Exposures of these numbers: the same number gives the same exposure."""


def noisy(x: NDArray[np.floating], ivar: NDArray[np.floating], *, seed: int = 0) -> Draw:
    """Redraws of a spectrum that needs no preparation, or has none to undo.

    Parameters
    ----------
    x, ivar : (D,)
        Flux and its inverse variance in pixels of independent noise; 0 where no error is known:
        there the flux stays as it is.
    seed
        Of the noise.

    Raises
    ------
    ValueError
        If the shapes disagree or no error is known.
    """
    x, ivar = np.asarray(x), np.asarray(ivar)
    if x.shape != ivar.shape or x.ndim != 1:
        raise ValueError(f"x and ivar must share one shape (D,), got {x.shape} and {ivar.shape}")
    if not (ivar > 0).any():
        raise ValueError("ivar is 0 throughout: without errors nothing can be redrawn")
    pixels = np.arange(len(x), dtype=np.float64)

    def draw(numbers: range) -> Drawn:
        rngs = [np.random.default_rng((seed, number)) for number in numbers]
        return Drawn((x + noise_draws(ivar, pixels, None, rngs)).astype(x.dtype))

    return draw


def seen_again(
    explanation: Explanation,
    target: Target,
    redraw: Draw,
    null: Draw | None = None,
    *,
    n: int = N_REDRAWS,
) -> Recurrence:
    """Would another exposure of the object give the same reasons, and are they more than noise?

    Parameters
    ----------
    explanation
        Complete or an early answer.
    target
        What was explained.
    redraw
        Redraws of the spectrum that was explained: ``noisy``, or ``Exposures.draw`` of
        ``spexplain.data.lenses.one_spectrum.other_exposures``, which prepares them too.
    null
        Redraws about what the target expects instead, such as an autoencoder's reconstruction;
        None for targets that expect nothing.
    n
        How many redraws of each, at least 5.

    Raises
    ------
    ValueError
        If n is below 5, or preparation refused so many redraws that fewer are left.
    """
    *_, last = seen_again_progressively(explanation, target, redraw, null, n=n, step=n)
    return last


def seen_again_progressively(
    explanation: Explanation,
    target: Target,
    redraw: Draw,
    null: Draw | None = None,
    *,
    n: int = N_REDRAWS,
    step: int = _STEP,
    cancelled: Callable[[], bool] = never,
    workers: Sharing | None = None,
) -> Iterator[Recurrence]:
    """The same with early answers, after every ``step`` redraws of n, by workers or one's own.

    Raises
    ------
    ValueError
        As for ``seen_again``.
    Cancelled
        If the caller gave up; asked before each redraw.
    """
    if n < FEWEST:
        raise ValueError(f"need at least {FEWEST} redraws, got {n}")
    kinds = [redraw] if null is None else [redraw, null]
    weights_of_kind: list[list[NDArray[np.float64]]] = [[] for _ in kinds]
    refused = [0 for _ in kinds]
    with or_own(workers) as sharing:
        again = partial(explain_again, explanation, target, cancelled=cancelled, workers=sharing)
        weights: list[NDArray[np.float64]] = []
        for start, stop in pairwise((*range(0, n, step), n)):
            for i, draw in enumerate(kinds):
                if cancelled():
                    raise Cancelled(f"cancelled before redraw {start}")
                drawn = draw(range(start, stop))
                refused[i] += drawn.n_refused
                weights_of_kind[i].append(again(drawn.spectra))
            weights = [np.concatenate(parts) for parts in weights_of_kind]
            if min(map(len, weights)) >= FEWEST:
                yield recurrence(
                    explanation.weights, *weights, k=_TOP, n_refused=refused[0], n_asked=n
                )
        if min(map(len, weights)) < FEWEST:
            raise ValueError(
                f"{max(refused)} of {n} redraws cannot be prepared: another exposure may "
                "be unusable"
            )


def explain_again(
    explanation: Explanation,
    target: Target,
    spectra: NDArray[np.floating],
    *,
    n_samples: int = _SAMPLES,
    cancelled: Callable[[], bool] = never,
    workers: Sharing | None = None,
) -> NDArray[np.float64]:
    """Weights (R, S) of other spectra (R, D), cut and sampled as an explanation was.

    Their segments and masks are the explanation's own, so that only what the spectra differ in
    moves the weights.

    Parameters
    ----------
    explanation, target
        As it was explained.
    spectra
        Of the same pixels.
    n_samples
        LIME takes the first so many of the explanation's masks.
    cancelled
        Asked before each spectrum.
    workers
        Threads that share the spectra if the target lets them; by default for this call.

    Raises
    ------
    ValueError
        If segments follow the flux, of a method other than sampled LIME and occlusion.
    Cancelled
        If the caller gave up.
    """
    settings = replace(explanation.settings, stop_when_settled=0.0)
    if explanation.method == "lime" and not explanation.exact:
        settings = replace(settings, n_samples=max(min(n_samples, explanation.n_samples), 2))
        n, n_segments = settings.n_samples, len(explanation.weights)
        masks = draw_masks(n, n_segments, seed=settings.seed, sampling=settings.sampling)
        weigh = partial(_lime_again, explanation.labels, settings, masks, target)
    elif explanation.method == "occlusion":
        weigh = partial(_occlusion_again, explanation.labels, settings, target)
    else:
        weigh = partial(
            _explained_anew, explanation.labels, settings, target
        )  # exact, pixel by pixel, or of few pairs

    def one(x: NDArray[np.floating]) -> NDArray[np.float64]:
        if cancelled():
            raise Cancelled("cancelled before a redraw")
        return weigh(x)

    with or_own(workers) as sharing:
        outer = sharing if may_share(target) else InTurn()
        weights = list(outer.map(one, spectra))
    return np.stack(weights) if weights else np.empty((0, len(explanation.weights)))


def _lime_again(
    labels: NDArray[np.int32],
    settings: ExplainSettings,
    masks: BinaryMasks,
    target: Target,
    x: NDArray[np.floating],
) -> NDArray[np.float64]:
    x = np.asarray(x, dtype=np.float32)
    base = perturbed(x, labels, settings)
    around = Neighbourhood(base, x - base, labels, masks)
    values = evaluate(target, around, workers=InTurn())
    return LimeSamples.of(around, target, settings).fit(values).coefficients


def _occlusion_again(
    labels: NDArray[np.int32], settings: ExplainSettings, target: Target, x: NDArray[np.floating]
) -> NDArray[np.float64]:
    x = np.asarray(x, dtype=np.float64)
    around = Neighbourhood.one_segment_each(x, perturbed(x, labels, settings), labels)
    return float(target(x[None])[0]) - evaluate(target, around, workers=InTurn())


def _explained_anew(
    labels: NDArray[np.int32], settings: ExplainSettings, target: Target, x: NDArray[np.floating]
) -> NDArray[np.float64]:
    explanation = explain(x, target, settings, workers=InTurn())
    if not np.array_equal(explanation.labels, labels):
        raise ValueError(
            f"segments that follow the flux differ between redraws: for {settings.method}, other "
            "exposures can be simulated with uniform segments only"
        )
    return explanation.weights
