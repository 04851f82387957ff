"""One spectrum explained with many settings (O25's figures 7 to 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from ....core.compute import Workers
from ....core.explain import ExplainSettings, Explanation, explain_progressively, mirrored_settings
from ....core.targets import Target

__all__ = ["Comparison", "Variant", "compare", "variants"]

_SCALES = (0.6, 0.8, 0.9, 1.1, 1.2)
_FLATS = (0.8, 1.0, 1.2)
_SEGMENTS = (11, 77, 150, 943)
_SAMPLES = (200, 1000, 5000, 20_000)


@dataclass(frozen=True, slots=True)
class Variant:
    """One setting to compare.

    Attributes
    ----------
    key
        Unique among the variants.
    group, title
        For the page: what varies, and to which value.
    changes
        Names of settings and their values.
    """

    key: str
    group: str
    title: str
    changes: dict[str, Any]

    def settings(self, now: ExplainSettings) -> ExplainSettings:
        """The present settings with this one's changes, LIME's unless it says; all else stays."""
        return replace(now, **{"method": "lime"} | self.changes)

    def is_now(self, now: ExplainSettings) -> bool:
        """Whether the present settings are these."""
        return self.settings(now) == now


@dataclass(frozen=True, slots=True)
class Comparison:
    """Results of a comparison so far.

    Attributes
    ----------
    explanations
        Key of a variant → its explanation.
    failed
        Key of a variant → why there is none.
    mirrored
        Key of a variant that scales → its raw weights with the factor on the other side of 1.
    total
        How many there will be.
    asking
        The other side of 1 is still being asked.
    """

    explanations: dict[str, Explanation] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    mirrored: dict[str, np.ndarray] = field(default_factory=dict)
    total: int = 0
    asking: bool = False

    @property
    def complete(self) -> bool:
        """No more will come."""
        return len(self.explanations) + len(self.failed) >= self.total and not self.asking


def variants(n_pixels: int) -> list[Variant]:
    """The settings of the paper's figures that a spectrum of so many pixels can take."""
    scale = [
        Variant(f"scale-{f:g}", "Scale", f"× {f:g}", {"perturbation": "scale", "factor": f})
        for f in _SCALES
    ]
    flat = [
        Variant(f"flat-{f:g}", "Flat or mean", f"flat {f:g}", {"perturbation": "flat", "factor": f})
        for f in _FLATS
    ]
    changes = {"perturbation": "mean", "factor": 1.0}
    mean = [Variant("mean", "Flat or mean", "own mean", changes)]
    cuts = [
        Variant(
            f"{cut}-{n}",
            {"uniform": "Equal segments", "slic": "SLIC segments"}[cut],
            f"{n:,}",
            {"segmentation": cut, "n_segments": n},
        )
        for cut in ("uniform", "slic")
        for n in _SEGMENTS
        if n <= n_pixels
    ]
    samples = [Variant(f"samples-{n}", "Samples", f"{n:,}", {"n_samples": n}) for n in _SAMPLES]
    shapley = [Variant("shapley", "Method", "Shapley", {"method": "shapley"})]
    return [*scale, *flat, *mean, *cuts, *samples, *shapley]


def compare(
    flux: np.ndarray,
    target: Target,
    now: ExplainSettings,
    known: dict[ExplainSettings, Explanation],
    cancelled: Callable[[], bool],
) -> Iterator[Comparison]:
    """Explain with every variant, answering after each; then those that scale, beyond 1.

    Parameters
    ----------
    flux : (D,)
        The spectrum, as prepared.
    target
        What is explained.
    now
        The settings from which each variant departs in one respect.
    known
        Explanations of this spectrum and target by settings; taken from here where they are, and
        added to it.
    cancelled
        Asked often; true ends the work.

    Raises
    ------
    Cancelled
        If the caller gave up.
    """
    todo = variants(len(flux))
    result = Comparison(total=len(todo), asking=True)
    with Workers(1) as alone:  # the visitor's own explanation goes first
        ask = partial(_explained, flux, target, known, alone, cancelled)
        for variant in todo:
            try:
                explained = ask(variant.settings(now))
                result = replace(
                    result, explanations=result.explanations | {variant.key: explained}
                )
            except ValueError as error:
                result = replace(result, failed=result.failed | {variant.key: str(error)})
            yield result
        for key, explained in result.explanations.items():
            other = None if explained.nothing else mirrored_settings(explained.settings)
            if other is not None:
                result = replace(result, mirrored=result.mirrored | {key: ask(other).weights})
                yield result
    yield replace(result, asking=False)


def _explained(
    flux: np.ndarray,
    target: Target,
    known: dict[ExplainSettings, Explanation],
    workers: Workers,
    cancelled: Callable[[], bool],
    settings: ExplainSettings,
) -> Explanation:
    """From those known, or explained and added to them."""
    if settings not in known:
        *_, known[settings] = explain_progressively(
            flux, target, settings, counts=(), cancelled=cancelled, workers=workers
        )
    return known[settings]
