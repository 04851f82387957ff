from typing import get_args

import numpy as np
import pytest
from spexplain.core.neighbourhood.perturbations import perturb
from spexplain.core.neighbourhood.segments import uniform
from spexplain.core.settings import PerturbationName

X = np.array([1.0, 2.0, 3.0, 4.0, 10.0, 20.0], dtype=np.float32)
LABELS = uniform(6, 3)


@pytest.mark.parametrize(
    ("method", "factor", "expected"),
    [
        ("scale", 0.9, [0.9, 1.8, 2.7, 3.6, 9, 18]),
        ("shrink", 0.5, [2.25, 2.75, 3.25, 3.75, 6.75, 11.75]),
        ("flat", 0.8, [0.8] * 6),
        ("mean", 1.0, [1.5, 1.5, 3.5, 3.5, 15, 15]),
    ],
)
def test_each_perturbation_does_what_its_formula_says(method, factor, expected):
    np.testing.assert_allclose(perturb(X, LABELS, method=method, factor=factor), expected, 1e-6)


@pytest.mark.parametrize("method", get_args(PerturbationName))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_the_input_is_not_touched(method, dtype):
    x = X.astype(dtype)
    before = x.copy()
    assert perturb(x, LABELS, method=method, factor=0.7).dtype == dtype
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("method", ["scale", "shrink"])
def test_a_factor_of_one_changes_nothing(method):
    np.testing.assert_array_equal(perturb(X, LABELS, method=method, factor=1.0), X)


def test_errors_quote_what_was_given():
    with pytest.raises(ValueError, match=r"'scale'.*got 'explode'"):
        perturb(X, LABELS, method="explode")
    with pytest.raises(ValueError, match="factor must be finite, got nan"):
        perturb(X, LABELS, factor=float("nan"))
