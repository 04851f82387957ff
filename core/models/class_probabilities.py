"""Validation of predicted class probabilities, and random splits of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["checked_probabilities", "class_positions", "divisions"]


def checked_probabilities(
    probabilities: NDArray[np.floating], n_classes: int
) -> NDArray[np.float64]:
    """(n, C) float64, each within 0 to 1, each row adding up to 1.

    Raises
    ------
    ValueError
        Another shape, NaN, outside 0 to 1, or a row that does not add up to 1.
    """
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 2 or p.shape[1] != n_classes:
        raise ValueError(f"need a probability of each of {n_classes} classes, got {p.shape}")
    wrong = ~((p >= 0) & (p <= 1)).all(axis=1) | ~(np.abs(p.sum(axis=1) - 1) < 1e-6)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"row {at} holds no probabilities that add up to 1: {p[at].tolist()}")
    return p


def class_positions(
    labels: NDArray[np.str_] | Sequence[str], classes: Sequence[str], n: int
) -> NDArray[np.intp]:
    """(n,) place of each label among the classes.

    Raises
    ------
    ValueError
        There are not n labels, or one is not among the classes.
    """
    names = np.asarray(labels).astype(str)
    if names.shape != (n,):
        raise ValueError(f"{n} rows of probabilities but labels of shape {names.shape}")
    index = {label: at for at, label in enumerate(classes)}
    unknown = sorted(set(names.tolist()) - set(index))
    if unknown:
        raise ValueError(f"labels {unknown} are not among the classes {list(classes)}")
    return np.array([index[label] for label in names.tolist()], np.intp)


def divisions(
    labels: NDArray[np.str_], *, share: float, repeats: int, seed: int
) -> Iterator[NDArray[np.bool_]]:
    """Random parts of a sample, each with the same share of every class.

    Parameters
    ----------
    labels : (n,)
        Classes.
    share
        Of each class that is in the part, rounded to whole rows.
    repeats, seed
        Of the draws.

    Yields
    ------
    (n,) bool: what is in the part.

    Raises
    ------
    ValueError
        The share is not within 0 to 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be above 0 and below 1, got {share}")
    rng = np.random.default_rng(seed)
    of_class = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    for _ in range(repeats):
        inside = np.zeros(len(labels), bool)
        for rows in of_class:
            inside[rng.permutation(rows)[: round(share * len(rows))]] = True
        yield inside
