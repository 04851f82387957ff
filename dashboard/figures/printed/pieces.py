"""Elements of a printed explanation: coloured runs, scale, names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d
from scipy.optimize import isotonic_regression

from ....core.explain import Explanation
from ....core.models.anomaly import SCORE_TITLES
from ....core.words import goodness, probability_text
from ....data.lenses.lenses import Verdict
from ..colour_limit import colour_limit
from ..words.set_words import lender_text, like_text, set_text
from ..words.wording import target_title

__all__ = ["WeightRuns", "WeightScale", "settings_text", "spread", "verdict_text", "weight_label"]

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_GAP_STEPS = 3.0
_LONGEST_NAME = 21


@dataclass(frozen=True, slots=True, eq=False)
class WeightRuns:
    """Stretches of pixels with one segment and no gap, in order of wavelength.

    Attributes
    ----------
    pixels : (R, 2)
        First pixel of each run and one past its last; the two are equal for a gap in wavelength.
    edges_aa : (R + 1,)
        Borders of the runs, rest Å: midway between two pixels, and half a pixel beside a gap.
    """

    pixels: NDArray[np.intp]
    edges_aa: NDArray[np.float64]

    @classmethod
    def of(cls, labels: NDArray[np.int32], wave_rest_aa: NDArray[np.floating]) -> WeightRuns:
        """The runs of segments (D,) on rest wavelengths (D,), Å."""
        wave = np.asarray(wave_rest_aa, np.float64)
        steps = np.diff(wave)
        # The usual step may differ along the spectrum, but hardly within eleven pixels.
        usual = minimum_filter1d(steps, 11)
        wide = steps > _GAP_STEPS * usual
        pixels, edges = [], [wave[0]]
        start = 0
        for at in np.flatnonzero((np.diff(labels) != 0) | wide) + 1:
            pixels.append((start, at))
            if wide[at - 1]:
                pixels.append((at, at))
                edges += [wave[at - 1] + 0.5 * usual[at - 1], wave[at] - 0.5 * usual[at - 1]]
            else:
                edges.append(0.5 * (wave[at - 1] + wave[at]))
            start = at
        pixels.append((start, len(wave)))
        return cls(np.array(pixels, np.intp), np.array([*edges, wave[-1]]))

    def of_pixels(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """The value of each run (R, …) from that of each pixel (D, …); NaN in gaps."""
        is_gap = self.pixels[:, 0] == self.pixels[:, 1]
        taken = np.asarray(values, np.float64)[self.pixels[:, 0]]
        taken[is_gap] = np.nan
        return taken

    def polylines(
        self, wave_rest_aa: NDArray[np.floating], flux: NDArray[np.floating]
    ) -> list[NDArray[np.float64]]:
        """A line (points, 2) for each run; neighbours meet on their edge, a gap has no points."""
        height = np.interp(self.edges_aa, wave_rest_aa, flux)
        points = np.column_stack([wave_rest_aa, flux]).astype(np.float64)
        ends = np.column_stack([self.edges_aa, height])
        return [
            np.concatenate([ends[i : i + 1], points[start:stop], ends[i + 1 : i + 2]])
            if stop > start
            else np.empty((0, 2))
            for i, (start, stop) in enumerate(self.pixels)
        ]


@dataclass(frozen=True, slots=True)
class WeightScale:
    """How weights are drawn: in units of a power of ten, coloured up to a limit either side of 0.

    Attributes
    ----------
    limit
        Largest |weight| the colours tell apart, in those units (``colour_limit``).
    exponent
        Of the power of ten; 0 where plain numbers are short enough.
    clipped
        Some weights lie beyond.
    """

    limit: float
    exponent: int
    clipped: bool

    @classmethod
    def of(cls, weights: NDArray[np.float64], *, by_pixel: bool = False) -> WeightScale:
        """The scale that suits weights (S,), or those of single pixels."""
        limit = colour_limit(weights, by_pixel=by_pixel)
        exponent = int(np.floor(np.log10(limit)))
        exponent = 0 if -1 <= exponent <= 2 else exponent
        return cls(limit / 10.0**exponent, exponent, bool(np.abs(weights).max() > limit))

    @property
    def unit(self) -> str:
        """``" [10⁻³]"``, or "" for plain numbers."""
        return f" [10{str(self.exponent).translate(_SUPERSCRIPT)}]" if self.exponent else ""

    def __call__(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weights in the scale's units."""
        return weights / 10.0**self.exponent


def spread(wanted: NDArray[np.float64], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Positions as near as can be to the wanted ones, at least a gap apart, within bounds.

    Least squares under x[i + 1] − x[i] ≥ gap: with y[i] = x[i] − i·gap this is isotonic
    regression.

    Parameters
    ----------
    wanted : (n,)
        Increasing.
    gap
        Reduced to what fits if n − 1 of them do not.
    low, high
        Bounds.

    Returns
    -------
    positions : (n,)
    """
    if not len(wanted):
        return wanted
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    steps = gap * np.arange(len(wanted))
    return np.clip(isotonic_regression(wanted - steps).x, low, high - steps[-1]) + steps


def verdict_text(verdict: Verdict) -> str:
    """True and predicted type with its probability, or score and rank, in one line."""
    if verdict.kind == "score":
        rank = f"rank {verdict.rank:,} of {verdict.n_ranked:,}"
        if scale := lender_text(verdict):
            rank = f"{scale}, which lent the model; {rank} here"
        true = f"{verdict.true}, " if verdict.true else ""
        name = SCORE_TITLES.get(verdict.of, "anomaly score")
        like = f"; {text}" if (text := like_text(verdict.like)) else ""
        return f"{true}{name} {verdict.score:.3g}, {rank}{like}"
    probability = verdict.probabilities[verdict.predicted]
    text = probability_text(probability)
    shown = text if text[0] in "<>" else f"= {text}"
    predicted = f"predicted {verdict.predicted} (p {shown})"
    if verdict.votes not in ("", verdict.predicted):
        predicted += f", by votes {verdict.votes}"
    if verdict.class_set is not None and not verdict.class_set.missing:
        predicted += f", {set_text(verdict.class_set, verdict.predicted)}"
    return f"true {verdict.true}, {predicted}" if verdict.true else predicted


def weight_label(explanation: Explanation) -> str:
    """Axis label of the weights: "Δ log p(type 1)", "∂ MSE / ∂ flux"."""
    target = target_title(explanation.target)
    target = target if len(target) <= _LONGEST_NAME else "target"
    return f"∂ {target} / ∂ flux" if explanation.method == "saliency" else f"Δ {target}"


def settings_text(explanation: Explanation, chosen: str = "") -> str:
    """Target, how it was asked for, method and every setting it used, in one line."""
    settings, n = explanation.settings, len(explanation.weights)
    target = target_title(explanation.target) + (f" ({chosen})" if chosen else "")
    if explanation.method == "saliency":
        step = f"each pixel raised by {settings.step:.3g} of its flux"
        step = "analytic derivative" if settings.gradient == "analytic" else step
        return f"{target} · saliency map · {step}"
    pieces = f"{n} {settings.segmentation} segments · {settings.perturbation} {settings.factor:g}"
    if explanation.method == "occlusion":
        return f"{target} · occlusion · {pieces}"
    samples = "exact, no samples" if explanation.exact else f"{explanation.n_samples} samples"
    if not explanation.complete:
        samples = f"{explanation.n_samples} of {settings.n_samples} samples"
    if explanation.method == "shapley":
        seed = "" if explanation.exact else f" · seed {settings.seed}"
        return f"{target} · Shapley values · {pieces} · {samples}{seed}"
    width = "" if settings.kernel_width is None else f" of width {settings.kernel_width:g}"
    # The limit has no penalty and draws nothing.
    drawn = f" · ridge α {settings.ridge_alpha:g} · seed {settings.seed}"
    drawn = "" if explanation.exact else drawn
    fit = "" if explanation.nothing else f" · {goodness(explanation.r2)}"
    whose = {"text": "the paper's text", "code": "the paper's code"}[settings.kernel]
    kernel = f"kernel of {whose}{width}"
    return f"{target} · LIME · {pieces} · {samples} · {kernel}{drawn}{fit}"
