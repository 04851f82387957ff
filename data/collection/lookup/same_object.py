"""Repeats of one object, by position on the sky."""

from __future__ import annotations

import numpy as np

from .sky_search import unit_vectors

__all__ = ["same_object"]

_WITHIN_ARCSEC = 1.0


def same_object(ra_deg: np.ndarray, dec_deg: np.ndarray) -> np.ndarray:
    """For each row, the first row of the same object.

    A row belongs to the object of the nearest earlier row within 1″, or starts a new one, so that
    rows added later change nothing.

    Parameters
    ----------
    ra_deg, dec_deg : (n,)
        ICRS; each row without a position is a separate object.

    Returns
    -------
    (n,) int64, each at most its own row.
    """
    from scipy.spatial import KDTree

    ra, dec = np.asarray(ra_deg, float), np.asarray(dec_deg, float)
    first = np.arange(len(ra))
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    if not known.size:
        return first
    # Repeats often have exactly the same position: only the first of these is searched for.
    same, begin, member = np.unique(
        np.column_stack([ra, dec])[known], axis=0, return_index=True, return_inverse=True
    )
    first[known] = known[begin][member.ravel()]
    rank = np.argsort(begin)
    heads, sky = known[begin[rank]], unit_vectors(*same[rank].T)
    chord = 2 * np.sin(np.radians(_WITHIN_ARCSEC / 3600) / 2)
    pairs = KDTree(sky).query_pairs(chord, output_type="ndarray")  # i < j
    apart = np.sum((sky[pairs[:, 0]] - sky[pairs[:, 1]]) ** 2, axis=1)
    order = np.lexsort((pairs[:, 0], apart, pairs[:, 1]))
    group, seen = np.arange(len(first)), -1
    for earlier, later in heads[pairs[order]].tolist():
        if later != seen:  # its nearest
            group[later], seen = group[earlier], later
    return group[first]
