"""The one entry: any method on any target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .explanation import Explanation
from .lime import lime
from .occlusion import occlusion
from .progress import Cancelled, never
from .saliency import saliency
from .settings import ExplainSettings, MethodName
from .targets import Target

__all__ = ["Cancelled", "ExplainSettings", "Explanation", "explain", "explain_progressively"]


class _Method(Protocol):
    def __call__(
        self,
        x: NDArray[np.floating],
        target: Target,
        settings: ExplainSettings,
        *,
        counts: Sequence[int],
        cancelled: Callable[[], bool],
    ) -> Iterator[Explanation]: ...


_METHODS: Mapping[MethodName, _Method] = {
    "lime": lime,
    "saliency": saliency,
    "occlusion": occlusion,
}
_DEFAULTS = ExplainSettings()


def explain(
    x: NDArray[np.floating], target: Target, settings: ExplainSettings = _DEFAULTS
) -> Explanation:
    """Explain a target's value at one spectrum.

    Parameters
    ----------
    x : (D,)
        Prepared flux, finite.
    target
        What to explain.
    settings
        Method and knobs.

    Returns
    -------
    explanation
        Complete; the same settings give the same bytes.

    Raises
    ------
    ValueError
        If the spectrum is not one-dimensional and finite, has fewer pixels than segments, or the
        target gives values that are not finite.
    """
    *_, last = explain_progressively(x, target, settings, counts=())
    return last


def explain_progressively(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings = _DEFAULTS,
    *,
    counts: Sequence[int] = (200, 1000),
    cancelled: Callable[[], bool] = never,
) -> Iterator[Explanation]:
    """Explain with early answers: after each count of samples, then with all of them.

    Every sample is evaluated once, and the last answer is that of ``explain``. Methods that do
    not sample answer once.

    Parameters
    ----------
    x, target, settings
        As for ``explain``.
    counts
        Increasing numbers of samples, at least 2, after which to answer; those not below the
        settings' n_samples are passed over.
    cancelled
        Asked before each block of samples; true ends the work.

    Raises
    ------
    ValueError
        As for ``explain``, or if the counts do not increase from 2.
    Cancelled
        If the caller gave up.
    """
    x = np.asarray(x)
    if x.ndim != 1 or not len(x):
        raise ValueError(f"x must be one spectrum (D,), got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(x))} of {len(x)} pixels are not finite")
    if any(b <= a for a, b in zip((1, *counts), counts, strict=False)):
        raise ValueError(f"counts must increase from 2, got {tuple(counts)}")
    return _METHODS[settings.method](x, target, settings, counts=counts, cancelled=cancelled)
