"""Entry points: any method on any target, for one spectrum or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..compute import Cancelled, InTurn, Sharing, never, or_own
from ..settings import ExplainSettings, MethodName
from ..targets import Target
from ..targets.base import may_share
from .explanation import Explanation, below_zero, flux_digest
from .methods.lime import lime
from .methods.occlusion import occlusion
from .methods.saliency import saliency
from .methods.shapley import shapley

__all__ = [
    "Cancelled",
    "ExplainSettings",
    "Explanation",
    "explain",
    "explain_many",
    "explain_progressively",
]


class _Method(Protocol):
    def __call__(
        self,
        x: NDArray[np.floating],
        target: Target,
        settings: ExplainSettings,
        *,
        workers: Sharing,
        counts: Sequence[int],
        cancelled: Callable[[], bool],
    ) -> Iterator[Explanation]: ...


_METHODS: Mapping[MethodName, _Method] = {
    "lime": lime,
    "saliency": saliency,
    "occlusion": occlusion,
    "shapley": shapley,
}
_DEFAULTS = ExplainSettings()


def explain(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings = _DEFAULTS,
    *,
    workers: Sharing | None = None,
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
    workers
        Threads that share the samples; by default as many as torch uses, for this call.

    Returns
    -------
    explanation
        Complete; the same settings give the same bytes.

    Raises
    ------
    TypeError
        If the spectrum has a unit, or target or settings are something else.
    ValueError
        If the spectrum is not one-dimensional and finite, has masked pixels or fewer pixels than
        segments, the target gives
        values that are not finite, or has not what the settings ask of it.
    """
    *_, last = explain_progressively(x, target, settings, counts=(), workers=workers)
    return last


def explain_progressively(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings = _DEFAULTS,
    *,
    counts: Sequence[int] = (200, 1000),
    cancelled: Callable[[], bool] = never,
    workers: Sharing | None = None,
) -> Iterator[Explanation]:
    """Yield intermediate results after each count of samples, then the final one.

    Every sample is evaluated once, and the last result is that of ``explain``. Methods that do
    not sample yield one result.

    Parameters
    ----------
    x, target, settings, workers
        As for ``explain``.
    counts
        Increasing numbers of samples, at least 2, after which to yield; those not below the
        settings' n_samples are ignored.
    cancelled
        Called before each block of samples, from any thread; returning True stops the work.

    Raises
    ------
    TypeError, ValueError
        As for ``explain``, or if the counts do not increase from 2.
    Cancelled
        If the caller gave up.
    """
    unit = getattr(x, "unit", None)
    if unit is not None:
        raise TypeError(
            f"x has the unit {unit!s}: hand over x.to_value(…) in the unit that the target takes, "
            "or the whole spectrum to spexplain.model(…).explain"
        )
    _check_request(target, settings)
    if np.ma.is_masked(x):
        masked = np.count_nonzero(np.ma.getmaskarray(x))
        raise ValueError(f"{masked} of {np.size(x)} pixels are masked: fill or cut them first")
    x = np.asarray(x)
    if x.ndim != 1 or not len(x):
        raise ValueError(f"x must be one spectrum (D,), got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(x))} of {len(x)} pixels are not finite")
    if any(after <= before for before, after in pairwise((1, *counts))):
        raise ValueError(f"counts must increase from 2, got {tuple(counts)}")
    return _answers(x, target, settings, workers=workers, counts=counts, cancelled=cancelled)


def explain_many(
    spectra: Iterable[NDArray[np.floating]],
    target: Target,
    settings: ExplainSettings = _DEFAULTS,
    *,
    cancelled: Callable[[], bool] = never,
    workers: Sharing | None = None,
) -> Iterator[Explanation]:
    """Explain many spectra, in order, each exactly as ``explain`` would.

    Threads take whole explanations rather than blocks of samples, so none waits for another.
    What depends on the target alone is computed once, and only a few results are held at a time.

    Parameters
    ----------
    spectra : (n, D) or any iterable of (D,)
        Prepared flux, finite.
    target, settings, workers
        As for ``explain``.
    cancelled
        As for ``explain_progressively``.

    Raises
    ------
    ValueError, Cancelled
        As for ``explain_progressively``.
    """

    with or_own(workers) as sharing:
        outer, inner = (sharing, InTurn()) if may_share(target) else (InTurn(), sharing)

        def one(x: NDArray[np.floating]) -> Explanation:
            *_, last = explain_progressively(
                x, target, settings, counts=(), cancelled=cancelled, workers=inner
            )
            return last

        yield from outer.map(one, spectra)


def _check_request(target: Target, settings: ExplainSettings) -> None:
    """Raise TypeError, with a remedy, unless these are a target and settings."""
    if not isinstance(settings, ExplainSettings):
        raise TypeError(
            f"settings must be ExplainSettings(...), got {type(settings).__name__} {settings!r}"
        )
    if not callable(target) or not hasattr(target, "name"):
        raise TypeError(
            f"{type(target).__name__} is no target: CallableTarget(function, name='...') makes one "
            "of a function, spexplain.model(...) of a scikit-learn estimator or torch module"
        )


def _answers(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing | None,
    counts: Sequence[int],
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    with or_own(workers) as sharing:
        results = _METHODS[settings.method](
            x, target, settings, workers=sharing, counts=counts, cancelled=cancelled
        )
        # One worker thread leads, so that no thread has to be woken between the stages. A function
        # of the caller's is only ever called on the caller's thread.
        leading = sharing if may_share(target) else InTurn()
        digest, complete = flux_digest(x), False
        while not complete:
            explanation = leading.call(next, results)
            complete = explanation.complete
            below = below_zero(x, explanation.labels)
            yield replace(explanation, flux_digest=digest, below=below)
