"""Split-conformal prediction sets of classes, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from .class_probabilities import checked_probabilities, class_positions, divisions

__all__ = [
    "LEVELS",
    "Calibration",
    "Coverage",
    "calibrate",
    "coverage",
    "coverage_over_resplits",
    "fewest",
]

LEVELS = (0.90, 0.95, 0.99)
"""Levels to choose from; the first is the usual one."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """From which probability on a class is in the set.

    Attributes
    ----------
    classes
        C labels.
    level
        Share of each class's spectra whose set is to hold it.
    thresholds : (C,)
        Least probability of a class that is in the set; NaN of one with too few spectra.
    counts : (C,)
        Spectra of each class that the threshold was taken from.
    """

    classes: tuple[str, ...]
    level: float
    thresholds: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def lacking(self) -> dict[str, int]:
        """Class with too few spectra for this level → how many it has."""
        few = np.isnan(self.thresholds)
        return {
            label: int(n)
            for label, n, none in zip(self.classes, self.counts, few, strict=True)
            if none
        }

    def sets(self, probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which classes are in the set of each spectrum.

        Parameters
        ----------
        probabilities : (n, C)
            In the order of the classes.

        Returns
        -------
        (n, C) bool.

        Raises
        ------
        ValueError
            A class has too few spectra for this level, or these are no probabilities.
        """
        if self.lacking:
            raise ValueError(
                f"a set at {self.level:g} needs {fewest(self.level)} spectra of each class, got "
                f"{self.lacking}"
            )
        return checked_probabilities(probabilities, len(self.classes)) >= self.thresholds


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How often the set of a labelled spectrum held its class.

    Attributes
    ----------
    n_covered, counts : (C,)
        How many of how many spectra of each class.
    sizes : (C + 1,)
        Spectra with a set of none, one, ... classes.
    right_alone, right_else : int
        Of the sets of one: how many of these spectra have the right most probable class; and of
        all others.
    """

    n_covered: NDArray[np.int64]
    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    right_alone: int
    right_else: int


def fewest(level: float) -> int:
    """Least number of a class's spectra from which a threshold at this level can be taken."""
    _check_level(level)
    return ceil(level / (1 - level) - 1e-9)


def calibrate(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.str_] | Sequence[str],
    classes: Sequence[str],
    *,
    level: float = LEVELS[0],
) -> Calibration:
    """Take each class's threshold from spectra of that class that the classifier had not seen.

    A class is in the set if its probability is at least the ⌈(n + 1) · level⌉-th largest among
    its own n calibration spectra (Vovk, Lindsay, Nouretdinov & Gammerman 2003, Mondrian conformal
    prediction; Sadinle, Lei & Wasserman 2019). Where a new spectrum of the class and these n are
    exchangeable, its set holds the class with a probability from ``level`` to
    ``level + 1 / (n + 1)``, whatever the classifier; out-of-fold probabilities are of machines
    trained on fewer spectra, so how often it really does is measured, by :func:`coverage`.

    Parameters
    ----------
    probabilities : (n, C)
        Out of fold.
    labels : (n,)
        True classes.
    classes
        C labels, in the order of the columns.
    level
        Above 0 and below 1.

    Raises
    ------
    ValueError
        The level or a probability is out of range or NaN, lengths differ, or a label is none of
        the classes.
    """
    _check_level(level)
    p = checked_probabilities(probabilities, len(classes))
    which = class_positions(labels, classes, len(p))
    thresholds, counts = np.full(len(classes), np.nan), np.zeros(len(classes), np.int64)
    for at in range(len(classes)):
        own = np.sort(p[which == at, at])[::-1]
        counts[at] = len(own)
        rank = ceil((len(own) + 1) * level - 1e-9)  # a product such as 30 · 0.9 may be above 27
        if rank <= len(own):
            thresholds[at] = own[rank - 1]
    return Calibration(tuple(classes), level, thresholds, counts)


def coverage(
    calibration: Calibration,
    probabilities: NDArray[np.floating],
    labels: NDArray[np.str_] | Sequence[str],
) -> Coverage:
    """Count how often sets hold the true class, on spectra that took no part in the calibration.

    Raises
    ------
    ValueError
        As :func:`calibrate` and :meth:`Calibration.sets`.
    """
    p, n_classes = np.asarray(probabilities), len(calibration.classes)
    inside = calibration.sets(p)
    which = class_positions(labels, calibration.classes, len(p))
    n_covered = np.bincount(which, inside[np.arange(len(p)), which], minlength=n_classes)
    size, right = inside.sum(axis=1), p.argmax(axis=1) == which
    return Coverage(
        n_covered=n_covered.astype(np.int64),
        counts=np.bincount(which, minlength=n_classes).astype(np.int64),
        sizes=np.bincount(size, minlength=n_classes + 1).astype(np.int64),
        right_alone=int(right[size == 1].sum()),
        right_else=int(right[size != 1].sum()),
    )


def coverage_over_resplits(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.str_] | Sequence[str],
    classes: Sequence[str],
    *,
    level: float = LEVELS[0],
    tested: float = 0.2,
    repeats: int = 20,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Coverage of each class over random divisions into calibration and test.

    The probabilities stay as they are: no classifier is trained again.

    Parameters
    ----------
    probabilities, labels, classes, level
        As for :func:`calibrate`, of all spectra.
    tested
        Share of each class that is tested.
    repeats, seed
        Of the divisions.

    Returns
    -------
    (repeats, C); NaN of a class with too few spectra for the level in a division.
    """
    p, names = checked_probabilities(probabilities, len(classes)), np.asarray(labels)
    class_positions(names, classes, len(p))
    coverages = np.full((repeats, len(classes)), np.nan)
    for at, test in enumerate(divisions(names, share=tested, repeats=repeats, seed=seed)):
        calibration = calibrate(p[~test], names[~test], classes, level=level)
        if calibration.lacking:
            continue
        seen = coverage(calibration, p[test], names[test])
        coverages[at] = np.where(
            seen.counts > 0, seen.n_covered / np.maximum(seen.counts, 1), np.nan
        )
    return coverages


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must be above 0 and below 1, such as 0.9, got {level}")
