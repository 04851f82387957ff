"""Weights as effects of more flux: per +10 %, on whichever side of 1 the factor lies.

A weight of LIME or occlusion is the target with a segment as it is minus the target with it
perturbed. Scaling by f perturbs the flux by (f − 1), so what 10 % more flux does is

    e = w · 0.1 / (1 − f)

which is w itself at the papers' f = 0.9 and −w at 1.1. Where the flux is negative, 10 % more is
10 % of its size upwards, and e has the other sign. A target may rise both ways, as a squared
residual does about its least: then w is below 0 at f and at 2 − f, and no direction of flux can be
named. Fills (flat, mean, noise, bump) take the content of a segment away: their weight stays what
it is, of what is here rather than the fill.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..settings import ExplainSettings, PerturbationName
from .explanation import Explanation

__all__ = ["EffectUnit", "Effects", "effects", "mirrored_settings"]

EffectUnit = Literal["flux", "contrast", "signal", "fill", "slope"]

_TENTH = 0.1
_SCALED: dict[PerturbationName, EffectUnit] = {
    "scale": "flux",
    "shrink": "contrast",
    "shrink-signal": "signal",
}


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """The weights of an explanation in units that can be compared.

    Attributes
    ----------
    unit
        ``flux``: change of the target per +10 % of the flux of a segment. ``contrast``: per +10 %
        of its contrast with the spectrum's median. ``signal``: the same of the smoothed spectrum,
        its noise as it is. ``fill``: what is there rather than the fill. ``slope``: derivative by
        the flux of each pixel (P21).
    times : (S,)
        What each raw weight was multiplied by.
    values : (S,)
        The effects. Where ``either``, what a change of 10 % does in whichever direction.
    either : (S,) bool
        Both more and less raise the target, or both lower it: see the sign of ``values``.
    mirrored
        Whether the other side of 1 has been asked; if not, ``either`` is False throughout.
    n_below
        In how many segments the flux is negative: there +10 % is of its size, upwards.
    """

    unit: EffectUnit
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    either: NDArray[np.bool_]
    mirrored: bool
    n_below: int = 0

    def ends(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Intervals of the raw weights, (S,) each, as intervals of the effects."""
        one, other = self.times * low, self.times * high
        return np.minimum(one, other), np.maximum(one, other)

    def in_words(self, segment: int) -> str:
        """Effect of one segment: 'more raises', 'any change lowers', 'raises', 'nothing'."""
        value = self.values[segment]
        if value == 0:
            return "nothing"
        does = "raises" if value > 0 else "lowers"
        if self.either[segment]:
            return f"any change {does}"
        return does if self.unit == "fill" else f"more {does}"


def effects(
    explanation: Explanation,
    *,
    mirrored: NDArray[np.floating] | None = None,
    flux: NDArray[np.floating] | None = None,
) -> Effects:
    """Bring raw weights to a common unit.

    Parameters
    ----------
    explanation
        Of any method.
    mirrored : (S,)
        Raw weights from the other side of 1 (see ``mirror``); None if that was not asked.
    flux : (D,)
        The prepared flux. With it a saliency map is also brought to +10 % of the flux of each
        pixel, 0.1·|f_i|·g_i, so that its sum over a segment compares with LIME's; without it the
        map stays P21's derivative g_i.

    Returns
    -------
    effects
        All 0 where the factor is 1 and nothing was perturbed.

    Raises
    ------
    ValueError
        If the shapes do not fit the explanation.
    """
    weights = explanation.weights
    for name, values in (("mirrored", mirrored), ("flux", flux)):
        wanted = explanation.labels.shape if name == "flux" else weights.shape
        if values is not None and np.shape(values) != wanted:
            raise ValueError(f"{name} must be {wanted}, got {np.shape(values)}")
    nowhere = np.zeros(len(weights), bool)
    unit = _unit(explanation.settings, of_flux=flux is not None)
    if unit in ("slope", "fill") or (explanation.method == "saliency" and flux is not None):
        times = np.ones(len(weights))
        if explanation.method == "saliency" and flux is not None:
            times = _TENTH * np.abs(np.asarray(flux, np.float64))
        return Effects(unit, times, times * weights, nowhere, mirrored=False)
    change = explanation.settings.factor - 1
    if abs(change) < 1e-9:
        nothing = np.zeros(len(weights))
        return Effects(unit, nothing, nothing, nowhere, mirrored=mirrored is not None)
    either = nowhere if mirrored is None else weights * mirrored > 0
    # Rounded, so that at the papers' 0.9 an effect is its weight to the last bit.
    step = round(_TENTH / abs(change), 12)
    below = explanation.below if unit == "flux" and explanation.below is not None else nowhere
    times = np.where(either, -step, np.where(below, 1, -1) * np.sign(change) * step)
    n_below = int(below.sum())
    return Effects(unit, times, times * weights, either, mirrored is not None, n_below)


def mirrored_settings(settings: ExplainSettings) -> ExplainSettings | None:
    """The settings with the factor as far on the other side of 1; None where there is none."""
    scales = settings.method != "saliency" and settings.perturbation in _SCALED
    if not scales or abs(settings.factor - 1) < 1e-9 or settings.factor > 2:
        return None
    return replace(settings, factor=round(2 - settings.factor, 12))


def _unit(settings: ExplainSettings, *, of_flux: bool) -> EffectUnit:
    if settings.method == "saliency":
        return "flux" if of_flux else "slope"
    return _SCALED.get(settings.perturbation, "fill")
