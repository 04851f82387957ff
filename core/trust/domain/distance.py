"""Distance of a spectrum from a sample, scaled by the sample's own spread.

Counts, broken calibrations, masks and spikes leave the sample's principal components, at one scale
or another; what is reversed or at a wrong redshift is of another pattern. What a residual may be is
taken from the sample itself, pixel by pixel, so that noise and what varies from spectrum to
spectrum are in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ...planes import Components, fit_components
from .pattern import Pattern, fit_pattern

__all__ = ["FEWEST", "STATISTICS", "TOLERANCE", "Distance", "Distances", "fit_distance", "noise_of"]

FEWEST = 20
# A spectrum lies outside beyond so many times what 99.5 % of held-out spectra of the sample reach:
# another survey's are not drawn from it, and lines of real ones are stronger than simulated.
TOLERANCE = 2.0
_WITHIN = 0.995
_COMPONENTS = 8
_SCALES_AA = (1.5, 5.0, 12.0, 30.0)
_REACH_AA = 50.0  # lines of another spectrum may lie and be as wide as this
_FOLDS = 5
_MOST = 5_000
_CHUNK_ROWS = 1024

STATISTICS = (
    *(f"{kind} {scale:g}" for scale in _SCALES_AA for kind in ("largest", "rms")),
    "level",
    "noise",
    "pattern",
)
_NOISE = STATISTICS.index("noise")


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """How far spectra lie.

    Attributes
    ----------
    value : (n,)
        1 is the border, more is outside.
    statistic : (n,) str
        Which of :data:`STATISTICS` is the largest, or ``noise`` where that is out of bounds.
    where_px : (n,)
        Pixel of the largest residual at that scale, −1 for those of the whole.
    """

    value: NDArray[np.float64]
    statistic: NDArray[np.str_]
    where_px: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """The measure.

    Attributes
    ----------
    components
        The sample's own, eight.
    spread : (K,)
        Standard deviation of the sample's scores.
    tolerance
        Scale → (D / bin,): what 99.5 % of the sample's residuals stay below there or near.
    noise_low, noise_high
        Between which 99 % of the sample's noise lies, in units of the flux.
    step_aa
        Width of a pixel, Å.
    limits : (11,)
        What 99.5 % of held-out spectra reach of each of :data:`STATISTICS`; (10,) without pattern.
    pattern
        Of lines and bands; None in a measure that was fitted before patterns were compared.
    """

    components: Components
    spread: NDArray[np.float64]
    tolerance: tuple[NDArray[np.float32], ...]
    noise_low: float
    noise_high: float
    step_aa: float
    limits: NDArray[np.float64]
    pattern: Pattern | None = None

    def __call__(self, spectra: NDArray[np.floating]) -> Distances:
        """How far spectra (n, D) lie."""
        parts = [
            self._of(np.asarray(spectra[at : at + _CHUNK_ROWS]))
            for at in range(0, max(len(spectra), 1), _CHUNK_ROWS)
        ]
        joined = zip(*((d.value, d.statistic, d.where_px) for d in parts), strict=True)
        return Distances(*(np.concatenate(part) for part in joined))

    def statistics(
        self, spectra: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Each statistic (n, 11) before its limit, and pixels (n, 11) of the largest residuals.

        Residuals of strong features are in their proportion: those of real spectra are stronger
        than a simulation's, and as many times more may be left of them.
        """
        scores = self.components.project(spectra)
        residual = spectra - self.components.centre - scores @ self.components.axes
        statistics, where = [], []
        for scale, tolerance in zip(_SCALES_AA, self.tolerance, strict=True):
            smooth = _smoothed(residual, scale / self.step_aa) / tolerance
            statistics += [smooth.max(axis=1), np.sqrt(np.mean(smooth**2, axis=1))]
            at = smooth.argmax(axis=1) * _bin(scale / self.step_aa)
            where += [at, at]
        statistics.append(np.sqrt(np.mean((scores / self.spread) ** 2, axis=1)))
        noise = np.maximum(noise_of(spectra, self.step_aa), 1e-6 * self.noise_low)
        statistics.append(np.maximum(noise / self.noise_high, self.noise_low / noise))
        where += [np.full(len(spectra), -1)] * 2
        if self.pattern is not None:
            strength, unlike = self.pattern(spectra)
            by = np.hypot(1, strength / self.pattern.strong)
            statistics = [
                *(statistic / by for statistic in statistics[:-2]),
                *statistics[-2:],
                unlike,
            ]
            where.append(where[-1])
        return np.column_stack(statistics).astype(np.float64), np.column_stack(where)

    def _of(self, spectra: NDArray[np.floating]) -> Distances:
        return _within(*self.statistics(spectra), self.limits)


def fit_distance(
    spectra: NDArray[np.floating], step_aa: float, *, seed: int = 0
) -> tuple[Distance, Distances]:
    """Learn how far spectra of a sample lie, each held out once in five folds.

    Parameters
    ----------
    spectra : (n, D)
        The sample; of more than 5000 so many are drawn at random.
    step_aa
        Width of a pixel, Å.
    seed
        Of folds, components and draw.

    Returns
    -------
    distance
        The measure.
    held_out : (n,)
        What it would say of the sample's own spectra, measured without them.

    Raises
    ------
    ValueError
        Fewer than 20 spectra.
    """
    if len(spectra) < FEWEST:
        raise ValueError(f"distances from a sample take {FEWEST} spectra, got {len(spectra)}")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(spectra))[:_MOST]
    values = np.empty((len(order), len(STATISTICS)))
    where = np.empty(values.shape, np.int64)
    for held_out in np.array_split(np.arange(len(order)), _FOLDS):
        rest = np.delete(order, held_out)
        fold = _fitted(np.asarray(spectra[np.sort(rest)]), step_aa, seed)
        of_fold = fold.statistics(np.asarray(spectra[order[held_out]]))
        values[held_out], where[held_out] = of_fold
    limits = np.quantile(values, _WITHIN, axis=0)
    whole = replace(_fitted(np.asarray(spectra[np.sort(order)]), step_aa, seed), limits=limits)
    # Those not drawn the whole has not seen either.
    others = np.setdiff1d(np.arange(len(spectra)), order)
    parts = [_within(values, where, limits)] + ([whole(spectra[others])] if others.size else [])
    back = np.argsort(np.concatenate([order, others]))
    names = ("value", "statistic", "where_px")
    joined = (np.concatenate([getattr(p, name) for p in parts])[back] for name in names)
    return whole, Distances(*joined)


def _within(
    values: NDArray[np.float64], where: NDArray[np.int64], limits: NDArray[np.float64]
) -> Distances:
    """Statistics (n, 11) and their pixels in units of the border."""
    shares = values / (TOLERANCE * limits)
    # Where the noise alone is out of bounds it is the reason, and the others follow from it.
    most = np.where(shares[:, _NOISE] > 1, _NOISE, shares.argmax(axis=1))
    pixels = where[np.arange(len(values)), most]
    return Distances(shares.max(axis=1), np.array(STATISTICS)[most], pixels)


def noise_of(spectra: NDArray[np.floating], step_aa: float) -> NDArray[np.float64]:
    """Noise of each pixel (n,) from the spectra (n, D) themselves, robust against lines.

    1.48 times the median |x_i − (x_{i−k} + x_{i+k})/2|/√1.5 with k pixels some 4.5 Å apart, beyond
    what resampling has correlated.
    """
    k = max(1, round(4.5 / step_aa))
    middle = (spectra[:, : -2 * k] + spectra[:, 2 * k :]) / 2
    return 1.4826 * np.median(np.abs(spectra[:, k:-k] - middle), axis=1) / np.sqrt(1.5)


def _fitted(spectra: NDArray[np.floating], step_aa: float, seed: int) -> Distance:
    """All but the limits."""
    components = fit_components(spectra, _COMPONENTS, seed=seed)
    scores = components.project(spectra)
    residual = spectra - components.centre - scores @ components.axes
    tolerance = []
    for scale in _SCALES_AA:
        smooth = _smoothed(residual, scale / step_aa)
        reach = max(1, round(_REACH_AA / step_aa / _bin(scale / step_aa)))
        usual = np.quantile(smooth, _WITHIN, axis=0)
        tolerance.append(maximum_filter1d(usual, reach).astype(np.float32) + np.float32(1e-6))
    spread = np.maximum(scores.std(axis=0).astype(np.float64), 1e-6)
    low, high = np.quantile(noise_of(spectra, step_aa), [1 - _WITHIN, _WITHIN])
    low, high = max(float(low), 1e-6), max(float(high), 1e-6)
    nothing = np.ones(len(STATISTICS))
    pattern = fit_pattern(spectra, step_aa, seed=seed)
    return Distance(components, spread, tuple(tolerance), low, high, step_aa, nothing, pattern)


def _bin(scale_px: float) -> int:
    """Pixels averaged before smoothing: a third of the scale loses nothing at that scale."""
    return max(1, int(scale_px / 3))


def _smoothed(residual: NDArray[np.floating], scale_px: float) -> NDArray[np.float32]:
    """|residual| (n, D / bin) smoothed by a Gaussian of this σ."""
    width = _bin(scale_px)
    n, d = residual.shape
    binned = residual[:, : d // width * width].reshape(n, d // width, width).mean(axis=2)
    return np.abs(gaussian_filter1d(binned.astype(np.float32), scale_px / width, axis=1))
