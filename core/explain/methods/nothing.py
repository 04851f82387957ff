"""Cases with nothing to explain: a sentence saying why, instead of meaningless weights.

A surrogate can be fitted to anything: to samples that are all the same spectrum, to answers that
are all the same number, or to the one sample that a narrow kernel leaves. Its R² is then 1 or
meaningless, and its weights are 0 or chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...neighbourhood import Neighbourhood
from ...settings import ExplainSettings
from ...surrogate import effective_samples, kernel_advice
from ...words import percent

__all__ = ["nothing_moved", "nothing_sampled", "rounded_away"]

_ABOUT_ONE = 2.0  # effective samples below which a fit is that of a single one
_ROUNDING = 4.0  # units in the last place of the largest flux
_SCALED = ("scale", "shrink", "shrink-signal")


def nothing_sampled(
    settings: ExplainSettings,
    around: Neighbourhood,
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> str:
    """Why samples tell nothing; empty where they do.

    Parameters
    ----------
    settings, around
        Of LIME, with the samples used.
    values, weights : (n,)
        Target on each, and how much it counts.
    """
    if unperturbed := _unperturbed(settings, around):
        return unperturbed
    if np.ptp(values) == 0:
        return (
            f"the answer is the same for all {len(values):,} samples: there is nothing to explain"
        )
    counting = _counting(weights)
    if counting >= _ABOUT_ONE:
        return ""
    advice = kernel_advice(around, kernel=settings.kernel, width=settings.kernel_width)
    left = "about one" if counting else "none"
    sentence = f"the kernel is so narrow that it leaves {left} of {len(values):,} samples"
    if advice.recommended_width is not None:
        return f"{sentence}: width {advice.recommended_width:g} would do"
    return f"{sentence}: no width would do, {advice.needed_samples:,} samples are wanted"


def nothing_moved(
    settings: ExplainSettings, weights: NDArray[np.float64], around: Neighbourhood | None = None
) -> str:
    """Why weights without samples of a fit tell nothing; empty where they do.

    Parameters
    ----------
    settings
        Of an answer in closed form, Shapley values, occlusion or saliency.
    weights : (S,)
        What was found.
    around
        With the pieces; None of saliency, which perturbs none.
    """
    if around is not None and (unperturbed := _unperturbed(settings, around)):
        return unperturbed
    return "" if weights.any() else _still(settings)


def rounded_away(value: float, values: NDArray[np.float64], step: float) -> str:
    """Why differences of answers in single precision tell nothing; empty where they do.

    A model that casts to float32 answers in its last places: a step that moves the answer by fewer
    than a handful of them gives a map of roundings.
    """
    answers = np.append(values, value)
    if not np.array_equal(answers.astype(np.float32).astype(np.float64), answers):
        return ""
    last_place = float(np.spacing(np.float32(max(abs(value), 1e-30))))
    moved = float(np.abs(values - value).max())
    if moved == 0 or moved > _ROUNDING * last_place:
        return ""
    return (
        f"the model answers in single precision, which rounds a step of {percent(step, 'g')} at "
        "any one pixel away: a larger step, gradient='analytic', LIME or occlusion would show more"
    )


def _still(settings: ExplainSettings) -> str:
    """Nothing moves the answer: a flat one, or one in jumps, as forests give."""
    if settings.method in ("lime", "shapley"):
        return "perturbing segments leaves the answer as it is: there is nothing to explain"
    if settings.method == "occlusion":
        moved = "perturbing any one segment"
        more = "fewer segments, a stronger perturbation or LIME"
    elif settings.gradient == "analytic":
        return "the derivative is 0 at every pixel: there is nothing to explain"
    else:
        moved = f"a step of {percent(settings.step, 'g')} at any one pixel"
        more = "a larger step, LIME or occlusion"
    return (
        f"{moved} leaves the answer as it is: there is nothing to explain; where a model answers "
        f"in jumps, as forests do, {more} may show more"
    )


def _counting(weights: NDArray[np.float64]) -> float:
    """Effective samples; those that happen to be the spectrum itself tell nothing twice."""
    itself = weights == 1
    others = weights[~itself & (weights > 0)]
    different = np.append(others, 1.0) if itself.any() else others
    return effective_samples(different) if len(different) else 0.0


def _unperturbed(settings: ExplainSettings, around: Neighbourhood) -> str:
    if settings.perturbation in _SCALED and abs(settings.factor - 1) < 1e-9:
        return "at factor 1 nothing is perturbed: there is nothing to explain"
    last_place = np.finfo(around.base.dtype).eps * np.abs(around.base).max()
    if np.abs(around.delta).max() <= _ROUNDING * last_place:
        how = f"{settings.perturbation} {settings.factor:g}"
        return f"{how} leaves this spectrum as it is: there is nothing to explain"
    return ""
