"""Closed-form explanations, for targets that have a closed form around a spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...neighbourhood import Neighbourhood, OneHotMasks
from ...neighbourhood.perturbations import segment_and_perturb
from ...settings import ExplainSettings
from ...surrogate import ClosedForm, NoClosedForm, Surrogate, lime_limit, presence, shapley_values
from ...targets import Target
from ..explanation import Explanation
from .nothing import nothing_moved

__all__ = ["exact_lime", "exact_shapley"]


def exact_lime(x: NDArray[np.floating], target: Target, settings: ExplainSettings) -> Explanation:
    """LIME's limit of infinitely many samples under the text kernel.

    Raises
    ------
    NoClosedForm
        If the target has none around the spectrum (D,); the message says why.
    """
    around, form = _closed(x, target, settings)
    fit = lime_limit(form, presence(around, width=settings.kernel_width))
    return _explanation(target, settings, around, form, fit)


def exact_shapley(
    x: NDArray[np.floating], target: Target, settings: ExplainSettings
) -> Explanation:
    """Shapley values of the segments; the game's value of a mask is the target's.

    Raises
    ------
    NoClosedForm
        If the target has none around the spectrum (D,); the message says why.
    """
    around, form = _closed(x, target, settings)
    values, whole = shapley_values(form), form.value(True)
    fit = Surrogate(values, form.value(False), 1.0, whole)
    return _explanation(target, settings, around, form, fit)


def _closed(
    x: NDArray[np.floating], target: Target, settings: ExplainSettings
) -> tuple[Neighbourhood, ClosedForm]:
    offered = getattr(target, "closed_form", None)
    if offered is None:
        raise NoClosedForm(f"{target.name} has no closed form")
    # From single precision, as the samples are, so that both are about the same spectrum.
    x = np.asarray(x, dtype=np.float32).astype(np.float64)
    labels, base = segment_and_perturb(x, settings)
    n_segments = int(labels.max()) + 1
    around = Neighbourhood(base, x - base, labels, OneHotMasks(n_segments, n_segments))
    return around, offered(around)


def _explanation(
    target: Target,
    settings: ExplainSettings,
    around: Neighbourhood,
    form: ClosedForm,
    fit: Surrogate,
) -> Explanation:
    return Explanation(
        method=settings.method,
        target=target.name,
        settings=settings,
        labels=around.labels,
        weights=fit.coefficients,
        intercept=fit.intercept,
        r2=fit.r2,
        value=form.value(True),
        local_prediction=fit.local_prediction,
        n_samples=0,
        complete=True,
        nothing=nothing_moved(settings, fit.coefficients, around),
    )
