"""The grid search of P21 (section 3.2): a coarse grid over C and gamma, refined round its best."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .cross_validation import C_RANGE, GAMMA_RANGE, Point, score_points
from .kernel_matrix import KERNELS, Gram, Kernel
from .training import SvmSettings

__all__ = ["KernelTuning", "TuneSettings", "tune_kernel"]


@dataclass(frozen=True, slots=True)
class TuneSettings:
    """How hyperparameters are sought.

    Attributes
    ----------
    kernels
        Those that are tried.
    c_decades, gamma_decades
        Steps of the coarse grid in decades; each round of refinement halves them.
    rounds
        Refinements at most; the search ends when the best F, rounded to four decimals, no longer
        changes (P21).

    Raises
    ------
    ValueError
        If a value is outside its range.
    """

    kernels: tuple[Kernel, ...] = KERNELS
    c_decades: float = 1.0
    gamma_decades: float = 0.5
    rounds: int = 8

    def __post_init__(self) -> None:
        unknown = set(self.kernels) - set(KERNELS)
        if unknown or not self.kernels:
            raise ValueError(f"kernels={self.kernels} must be some of {KERNELS}")
        if not (self.c_decades > 0 and self.gamma_decades > 0 and self.rounds >= 0):
            raise ValueError(
                f"steps must be positive and rounds ≥ 0, got c_decades={self.c_decades}, "
                f"gamma_decades={self.gamma_decades}, rounds={self.rounds}"
            )

    def asdict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        return dataclasses.asdict(self) | {"kernels": list(self.kernels)}


@dataclass(frozen=True, slots=True, eq=False)
class KernelTuning:
    """Result of a search for one kernel.

    Attributes
    ----------
    best
        The settings with the best C and gamma; of equals the smaller C, then the smaller gamma.
    macro_f
        Cross-validated, at the best.
    points
        (C, gamma) → cross-validated macro F, of everything that was tried.
    rounds
        Refinements that were made.
    """

    best: SvmSettings
    macro_f: float
    points: dict[Point, float]
    rounds: int


def tune_kernel(
    gram: Gram,
    labels: np.ndarray,
    settings: SvmSettings,
    tuning: TuneSettings,
    *,
    groups: np.ndarray | None = None,
    known: Mapping[Point, float] | None = None,
    jobs: int = 1,
    on_point: Callable[[Point, float], None] | None = None,
) -> KernelTuning:
    """Search C and gamma of one kernel.

    Parameters
    ----------
    gram
        Of the n rows to choose on, never those of the test.
    labels : (n,) str
        True classes.
    settings
        Kernel, folds, seed and kind of split; its C and gamma play no part.
    tuning
        Grid and refinement.
    groups : (n,), optional
        Which object each row is of; only grouped folds need it.
    known
        Scores of an attempt that was broken off.
    jobs
        Threads.
    on_point
        Called with each new point and its score, for the caller to keep; may raise to stop.
    """
    linear = settings.kernel == "linear"
    c_step, gamma_step = tuning.c_decades, tuning.gamma_decades
    points = _products(_grid(C_RANGE, c_step), [None] if linear else _grid(GAMMA_RANGE, gamma_step))
    scores: dict[Point, float] = {}
    best, before, rounds = (0.0, None), -1.0, 0
    while True:
        scores |= score_points(
            gram, labels, settings, points, groups=groups, known=scores | dict(known or {}),
            jobs=jobs, on_point=on_point,
        )  # fmt: skip
        best = min(scores, key=lambda at: (-scores[at], at[0], at[1] or 0.0))
        if rounds == tuning.rounds or round(scores[best], 4) == round(before, 4):
            break
        before, rounds = scores[best], rounds + 1
        c_step, gamma_step = c_step / 2, gamma_step / 2
        points = _products(
            _around(best[0], c_step), [None] if best[1] is None else _around(best[1], gamma_step)
        )
    c, gamma = best
    chosen = dataclasses.replace(settings, c=c, gamma=gamma)
    return KernelTuning(chosen, scores[best], scores, rounds)


def _grid(ends: tuple[float, float], decades: float) -> list[float]:
    low, high = np.log10(ends)
    return [_tidy(value) for value in np.linspace(low, high, round((high - low) / decades) + 1)]


def _around(value: float, decades: float) -> list[float]:
    middle = np.log10(value)
    return [_tidy(middle - decades), value, _tidy(middle + decades)]


def _tidy(log10: float) -> float:
    """Rounded to three digits, so that a refined grid meets the very points of a coarser one."""
    return float(f"{10**log10:.3g}")


def _products(c_values: list[float], gammas: list[Any]) -> list[Point]:
    return [(c, gamma) for c in c_values for gamma in gammas]
