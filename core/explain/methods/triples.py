"""Games of three segments, whose Shapley values have a closed form.

With signs l = 2z − 1 of a mask and directions a, b, c (S,), the product (a·l)(b·l)(c·l) is, since
l_k² = 1, a sum over triples of different segments and a part that is linear in l. By symmetry each
segment of a triple has a third of it (Shapley 1953), and of a linear part each has its own.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

__all__ = ["products", "shares_of_products"]


def products(signs: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each product of three directions, on each mask.

    Parameters
    ----------
    signs : (m, S)
        1 where a segment is as it is, −1 where it is perturbed.
    directions : (K, S)
        Of which three are multiplied, each as often as one likes.

    Returns
    -------
    (m, P), P = K (K + 1) (K + 2) / 6.
    """
    along = signs @ directions.T
    return np.stack([along[:, i] * along[:, j] * along[:, k] for i, j, k in _threes(directions)], 1)


def shares_of_products(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values (S, P) of the games that have the value of half of each product.

    Half, since a mask and its complement differ by all of it: products are odd in the signs.
    """
    found = [_shares(*directions[list(three)]) for three in _threes(directions)]
    return np.stack(found, axis=1)


def _threes(directions: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    return [*combinations_with_replacement(range(len(directions)), 3)]


def _shares(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(S,): what is linear in each segment's sign, and a third of its triples."""
    linear, triples = a * b * c, np.zeros_like(a)
    for one, two, three in ((a, b, c), (b, a, c), (c, a, b)):
        both = two * three
        rest = both.sum() - both
        linear += one * rest
        triples += one * ((two.sum() - two) * (three.sum() - three) - rest)
    return linear + triples / 3
