"""Train, validation and test splits: random, stratified by class, or grouped by object."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

__all__ = [
    "SPLITS",
    "SplitMethod",
    "cross_validation",
    "drawn_at_most",
    "groups_by_position",
    "settled_split",
    "split_rows",
]

SPLITS = ("train", "validation", "test")
SplitMethod = Literal["auto", "random", "stratified", "grouped"]


# Of each class so many are drawn first, if it has them; the others by share.
_FIRST_OF_CLASS = 50


def drawn_at_most(
    positions: np.ndarray,
    most: int,
    *,
    seed: int | np.random.Generator,
    classes: np.ndarray | None = None,
) -> np.ndarray:
    """So many of the positions (n,), drawn at random and in rising order; all of no more.

    With the ``classes`` (n,) of the positions, 50 of each are drawn first (all of a rarer one; half
    of the sample at most), and then of each by its share.
    """
    if len(positions) <= most:
        return positions
    rng = np.random.default_rng(seed)
    if classes is None:
        return np.sort(rng.choice(positions, most, replace=False))
    of_class = [rng.permutation(positions[classes == kind]) for kind in np.unique(classes)]
    sizes = np.array([len(those) for those in of_class])
    first = np.minimum(sizes, min(_FIRST_OF_CLASS, most // (2 * len(sizes))))
    rest, left = most - first.sum(), len(positions) - first.sum()
    n_of_class = first + (sizes - first) * rest // left
    n_of_class[sizes.argmax()] += most - n_of_class.sum()  # what rounding left
    return np.sort(
        np.concatenate([those[:n] for those, n in zip(of_class, n_of_class, strict=True)])
    )


def groups_by_position(
    ra_deg: np.ndarray, dec_deg: np.ndarray, *, arcsec: float = 2.0
) -> np.ndarray:
    """Number the objects: spectra whose positions agree are of one object.

    Parameters
    ----------
    ra_deg, dec_deg : (n,)
        ICRS, degrees. A spectrum without a position is an object of its own.
    arcsec
        Largest separation of two spectra of one object; a chain of such pairs is one object.

    Returns
    -------
    groups : (n,) int
        From 0, in the order of first appearance.
    """
    ra, dec = np.asarray(ra_deg, np.float64), np.asarray(dec_deg, np.float64)
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    pairs = np.empty((2, 0), np.intp)
    if known.size:
        sky = SkyCoord(ra[known], dec[known], unit=u.deg)
        first, second, *_ = sky.search_around_sky(sky, arcsec * u.arcsec)
        pairs = np.array([known[first], known[second]])
    links = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(ra), len(ra)))
    return connected_components(links, directed=False)[1]


def settled_split(method: SplitMethod, groups: np.ndarray | None) -> SplitMethod:
    """Resolution of ``"auto"``: ``"grouped"`` if two rows are of one object, else ``"random"``."""
    if method != "auto":
        return method
    return "random" if groups is None or len(np.unique(groups)) == len(groups) else "grouped"


def split_rows(
    labels: np.ndarray,
    *,
    method: SplitMethod = "auto",
    validation: float = 0.16,
    test: float = 0.20,
    seed: int = 0,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Assign each row to train, validation or test.

    Parameters
    ----------
    labels : (n,) str
        Classes; only ``"stratified"`` looks at them.
    method
        ``"random"`` as P21 (section 3.1): neither classes nor objects matter. ``"stratified"``
        takes the same share of every class. ``"grouped"`` keeps spectra of one object together,
        so that no test spectrum has a twin among those trained on. ``"auto"`` is ``"grouped"``
        where an object repeats, else ``"random"``.
    validation, test
        Shares of the rows; with groups as near as whole objects allow.
    seed
        Of the shuffle.
    groups : (n,), optional
        Which object each row is of; needed for ``"grouped"``, see `groups_by_position`.

    Returns
    -------
    split : (n,) str
        Each one of `SPLITS`.

    Raises
    ------
    ValueError
        If the method is unknown, or groups are absent or of another length.
    """
    n, rng = len(labels), np.random.default_rng(seed)
    split = np.full(n, SPLITS[0], dtype=f"<U{max(map(len, SPLITS))}")
    match settled_split(method, groups):
        case "random":
            _assign(split, rng.permutation(n), validation, test)
        case "stratified":
            for label in np.unique(labels):
                _assign(split, rng.permutation(np.flatnonzero(labels == label)), validation, test)
        case "grouped":
            _assign_groups(split, _checked(groups, n), validation, test, rng)
        case _:
            raise ValueError(f"method must be one of {get_args(SplitMethod)}, got {method!r}")
    return split


def cross_validation(
    labels: np.ndarray,
    *,
    method: SplitMethod,
    folds: int,
    seed: int,
    groups: np.ndarray | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Shuffled folds of the same kind as a split: rows to fit on and rows held out, of each.

    Raises
    ------
    ValueError
        If a class or the objects are fewer than the folds, or groups are needed and absent.
    """
    kinds = {"random": KFold, "stratified": StratifiedKFold, "grouped": GroupKFold}
    method = settled_split(method, groups)
    splitter: Any = kinds[method](folds, shuffle=True, random_state=seed)
    by = _checked(groups, len(labels)) if method == "grouped" else None
    return list(splitter.split(np.empty((len(labels), 1)), labels, by))


def _assign(split: np.ndarray, order: np.ndarray, validation: float, test: float) -> None:
    n_test, n_validation = round(test * len(order)), round(validation * len(order))
    split[order[:n_test]] = SPLITS[2]
    split[order[n_test : n_test + n_validation]] = SPLITS[1]


def _assign_groups(
    split: np.ndarray, groups: np.ndarray, validation: float, test: float, rng: np.random.Generator
) -> None:
    """Whole groups in a random order, each where the count of rows so far puts its middle."""
    n_groups = int(groups.max()) + 1 if groups.size else 0
    order, sizes = rng.permutation(n_groups), np.bincount(groups, minlength=n_groups)
    middle = np.cumsum(sizes[order]) - 0.5 * sizes[order]
    n = len(split)
    for part, low, high in ((2, 0.0, test), (1, test, test + validation)):
        chosen = order[(middle >= low * n) & (middle < high * n)]
        split[np.isin(groups, chosen)] = SPLITS[part]


def _checked(groups: np.ndarray | None, n: int) -> np.ndarray:
    if groups is None or len(groups) != n:
        n_groups = "none" if groups is None else len(groups)
        raise ValueError(f"a grouped split of {n} rows needs as many groups, got {n_groups}")
    return np.unique(groups, return_inverse=True)[1]
