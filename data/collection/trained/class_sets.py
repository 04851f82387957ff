"""Sets of possible types at a level, and their coverage on the test set.

Uses figures stored by the build, so that a page opens without loading scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....core.models import LEVELS, Calibration, fewest

__all__ = ["ClassSet", "Coverage", "TypeCertainty"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the set held the type, of test spectra of one type.

    Attributes
    ----------
    k, n
        In k of n spectra.
    spread
        Standard deviation of that share over random divisions into calibration and test.
    """

    k: int
    n: int
    spread: float


@dataclass(frozen=True, slots=True)
class ClassSet:
    """The set of possible types of a spectrum at a level.

    Attributes
    ----------
    level
        Share of each type's spectra whose set must hold the true type.
    members
        The types in it, the most probable first; may be empty.
    coverage
        Type → how often the sets held it on the test set.
    alone, others : (int, int)
        For test spectra whose set has one type, and for all others: how many were classified
        correctly, of how many.
    lent
        Whether thresholds and counts are those of the collection that lent the classifier.
    missing
        Why there is no set; "" if there is one.
    """

    level: float
    members: tuple[str, ...] = ()
    coverage: Mapping[str, Coverage] | None = None
    alone: tuple[int, int] = (0, 0)
    others: tuple[int, int] = (0, 0)
    lent: bool = False
    missing: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        if self.missing:
            return {"level": self.level, "members": None, "missing": self.missing}
        coverage = {
            label: {
                "held": of.k,
                "n": of.n,
                "spread": float(of.spread) if np.isfinite(of.spread) else None,
            }
            for label, of in (self.coverage or {}).items()
        }
        return {
            "level": self.level,
            "members": list(self.members),
            "coverage": coverage,
            "lent": self.lent,
        }


@dataclass(frozen=True, slots=True, eq=False)
class TypeCertainty:
    """Reliability of a classifier's probabilities, as measured at training.

    Attributes
    ----------
    found
        Result of ``measure_certainty`` at training, or None.
    lent
        Whether the classifier, and so these figures, are another collection's.
    """

    found: Mapping[str, Any] | None
    lent: bool = False

    @classmethod
    def of_metrics(cls, metrics: Mapping[str, Any]) -> TypeCertainty:
        """From the metrics of a run of stage svm: its own, or the lender's."""
        lent = metrics.get("lent")
        return cls((metrics if lent is None else lent).get("certainty"), lent is not None)

    @property
    def reliability(self) -> Mapping[str, Any] | None:
        """Log loss, Brier score and calibration error; None without test spectra."""
        return None if self.found is None else self.found["reliability"]

    def at(self, level: float) -> Mapping[str, Any] | None:
        """Thresholds and coverage at one of the levels, None if there are none."""
        if self.found is None:
            return None
        return next((entry for entry in self.found["levels"] if entry["level"] == level), None)

    def class_set(self, probabilities: Mapping[str, float], level: float) -> ClassSet:
        """The set of a spectrum.

        Parameters
        ----------
        probabilities
            Class → probability.
        level
            One of :data:`~spexplain.core.models.conformal.LEVELS`.

        Raises
        ------
        ValueError
            There is no such level.
        """
        if level not in LEVELS:
            raise ValueError(f"level must be one of {list(LEVELS)}, got {level:g}")
        entry = self.at(level)
        if entry is None:
            whose = "the collection that lent it" if self.lent else "this collection"
            return ClassSet(
                level,
                missing=f"the classifier was trained without calibration: build {whose} again",
            )
        if entry["lacking"]:
            need = fewest(level)
            few = ", ".join(f"{n} of {label}" for label, n in entry["lacking"].items())
            return ClassSet(level, missing=f"needs {need} calibration spectra a type, has {few}")
        assert self.found is not None
        classes = tuple(self.found["classes"])
        calibration = Calibration(
            classes,
            level,
            np.array(entry["thresholds"], np.float64),
            np.array(self.found["n_calibration"], np.int64),
        )
        p = np.array([[probabilities[label] for label in classes]])
        inside = calibration.sets(p)[0]
        order = np.argsort(-p[0], kind="stable")
        return ClassSet(
            level,
            tuple(classes[at] for at in order if inside[at]),
            self.coverage(level),
            (entry["right_alone"], entry["sizes"][1]),
            (entry["right_else"], sum(entry["sizes"]) - entry["sizes"][1]),
            self.lent,
        )

    def coverage(self, level: float) -> dict[str, Coverage]:
        """Class → how often its spectra's sets held it, on the test set; empty if unknown."""
        entry = self.at(level)
        if entry is None or entry["lacking"] or self.found is None:
            return {}
        return {
            label: Coverage(k, n, float("nan") if sd is None else sd)
            for label, k, n, sd in zip(
                self.found["classes"], entry["held"], entry["counts"], entry["spread"], strict=True
            )
        }
