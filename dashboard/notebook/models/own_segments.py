"""User-defined segments and baselines: arrays, or lines by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from ....core.explain import explain
from ....core.explain.explanation import Explanation, below_zero
from ....core.explain.own_pieces import PiecesTarget, pieces_settings
from ....core.neighbourhood.segments import uniform
from ....core.settings import ExplainSettings
from ....core.spectra.lines import PAGE_LINES
from ....core.targets import Target

__all__ = ["OwnSegments"]

_LINE_HALF_WIDTH_KMS = 1500.0


@dataclass(frozen=True, slots=True, eq=False)
class OwnSegments:
    """What a spectrum is cut into, and what takes a segment's place, as far as one says so.

    Attributes
    ----------
    segments
        (D,) whole numbers, names of lines, or None for equal ones.
    baseline
        (D,), one number, or None where segments are scaled.
    """

    segments: Any = None
    baseline: Any = None

    @property
    def given(self) -> bool:
        """Whether either is."""
        return self.segments is not None or self.baseline is not None

    def beside(self, settings: Collection[str]) -> OwnSegments:
        """These, if none of the settings asked for says the same otherwise.

        Raises
        ------
        ValueError
            One does: the text names it.
        """
        taken = {"n_segments", "segmentation"} if self.segments is not None else set()
        taken |= {"factor", "perturbation"} if self.baseline is not None else set()
        twice = sorted(taken & set(settings))
        if twice:
            own = "segments" if "seg" in twice[-1] else "a baseline"
            raise ValueError(f"{', '.join(twice)} beside {own} of your own: leave one out")
        return self

    def explain(
        self, flux: np.ndarray, target: Target, chosen: ExplainSettings, wave: np.ndarray
    ) -> tuple[Explanation, tuple[Explanation, PiecesTarget]]:
        """The explanation by these segments of flux (D,), and the same in terms of the pieces.

        Raises
        ------
        ValueError
            They do not fit the pixels or the settings.
        """
        labels = _labels(self.segments, wave, chosen)
        base = _baseline(self.baseline, flux.shape)
        pieces = PiecesTarget(target, flux, base.astype(flux.dtype), labels)
        n_pieces = int(labels.max()) + 1
        settings = pieces_settings(chosen, n_pieces, baseline=self.baseline is not None)
        ones = np.ones(n_pieces, np.float32)
        explanation = explain(ones, cast("Target", pieces), settings)
        below = below_zero(flux, labels)
        return replace(explanation, labels=labels, below=below), (explanation, pieces)


def _baseline(baseline: Any, shape: tuple[int, ...]) -> np.ndarray:
    """(D,) flux in place of a segment."""
    if isinstance(baseline, str):
        raise ValueError(
            f"a baseline is one number or {shape[0]} of them, got {baseline!r}; what a segment is "
            f"filled with by name is perturbation={baseline!r}"
        )
    if getattr(baseline, "unit", None) not in (None, ""):
        raise ValueError(f"the baseline has the unit {baseline.unit}, prepared flux has none")
    base = np.ma.filled(np.ma.asarray(0.0 if baseline is None else baseline, np.float64), np.nan)
    if base.shape not in ((), shape):
        raise ValueError(f"a baseline is one number or {shape[0]} of them, got {base.shape}")
    if not np.isfinite(base).all():
        raise ValueError("the baseline has pixels that are not finite, or masked")
    return np.broadcast_to(base, shape)


def _labels(segments: Any, wave: np.ndarray, chosen: ExplainSettings) -> np.ndarray:
    """(D,) int32 piece of each pixel, numbered from 0 without a gap."""
    n = len(wave)
    if segments is None:
        return uniform(n, chosen.n_segments)
    if not np.ndim(segments) and not isinstance(segments, str):
        raise ValueError(
            f"segments are (D,) integers or names of lines, got {segments!r}; a number of segments "
            f"is n_segments={segments!r}"
        )
    if isinstance(segments, str) or (len(segments) and isinstance(segments[0], str)):
        wanted = [segments] if isinstance(segments, str) else list(segments)
        known = {line.name: line for line in PAGE_LINES} | {one.label: one for one in PAGE_LINES}
        lacking = [name for name in wanted if name not in known]
        if lacking:
            raise ValueError(f"no lines {lacking}; known are {[one.name for one in PAGE_LINES]}")
        marks = np.zeros(n, np.int64)
        for number, name in enumerate(wanted, 1):
            centre = known[name].wave_vac_aa
            near = np.abs(wave - centre) <= centre * _LINE_HALF_WIDTH_KMS / 299792.458
            if not near.any():
                raise ValueError(f"{name} at {centre:.0f} Å lies outside "
                                 f"{wave[0]:.0f}–{wave[-1]:.0f} Å")  # fmt: skip
            marks[near] = number
        return np.cumsum(np.diff(marks, prepend=marks[0]) != 0).astype(np.int32)
    labels = np.asarray(segments)
    if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"segments must be {n} whole numbers, one a pixel, got {labels.dtype} {labels.shape}; "
            "between edges in Å they are np.digitize(wave, edges)"
        )
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)
