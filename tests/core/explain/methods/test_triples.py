"""Products of three directions: their Shapley values are those of the definition."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.explain.methods.triples import products, shares_of_products

S, K = 4, 2
ORDERS = np.array([*permutations(range(S))])


def by_definition(directions: np.ndarray) -> np.ndarray:
    """Mean over all orders of what each segment adds when it comes."""
    found = np.zeros((S, products(np.ones((1, S)), directions).shape[1]))
    for order in ORDERS:
        signs = -np.ones((S + 1, S))
        for step, segment in enumerate(order):
            signs[step + 1 :, segment] = 1
        found[order] += np.diff(products(signs, directions) / 2, axis=0)
    return found / len(ORDERS)


@given(st.lists(st.floats(-2, 2), min_size=S * K, max_size=S * K))
def test_shares_are_those_of_the_definition(numbers: list[float]) -> None:
    directions = np.reshape(numbers, (K, S))
    np.testing.assert_allclose(
        shares_of_products(directions), by_definition(directions), atol=1e-12
    )


def test_products_are_odd_and_of_all_threes() -> None:
    signs, directions = np.sign(np.arange(-7, 9).reshape(4, 4) + 0.5), np.eye(2, S)
    found = products(signs, directions)
    assert found.shape == (4, 4)
    np.testing.assert_array_equal(found, -products(-signs, directions))
    a, b = signs[:, 0], signs[:, 1]
    np.testing.assert_array_equal(found.T, [a**3, a * a * b, a * b * b, b**3])
