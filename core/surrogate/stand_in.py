"""A quadratic control variate for a target, whose LIME weights are known exactly.

Sampling then only has to find the weights of the difference, and errs in proportion to it: a
control variate (regression on residuals with a known part). Any quadratic leaves the limit as it
is; the closer it is to the target, the fewer samples that limit takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..neighbourhood import Masks
from .ridge import Ridge, Surrogate

__all__ = ["Quadratic", "controlled_ridge"]

_BLOCK_ROWS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """g(z) = a + (z − p)·b + (z − p)ᵀ Q (z − p) of masks z.

    Attributes
    ----------
    constant
        a.
    slopes : (S,)
        b.
    cross : (S, S)
        Q, symmetric.
    centre : (S,)
        p, the probabilities of presence that LIME's kernel amounts to (``kernel.presence``).
    """

    constant: float
    slopes: NDArray[np.float64]
    cross: NDArray[np.float64]
    centre: NDArray[np.float64]

    def values(self, masks: Masks) -> NDArray[np.float64]:
        """g (n,) of masks (n, S)."""
        n = masks.shape[0]
        cross, slopes = torch.from_numpy(self.cross), torch.from_numpy(self.slopes)
        values = np.empty(n)
        for start in range(0, n, _BLOCK_ROWS):
            rows = slice(start, min(start + _BLOCK_ROWS, n))
            moved = torch.from_numpy(masks.dense(rows, np.dtype(np.float64)) - self.centre)
            values[rows] = torch.linalg.vecdot(moved @ cross + slopes, moved).numpy()
        return self.constant + values

    def lime_weights(self) -> NDArray[np.float64]:
        """Exact limit (S,) of LIME with the text kernel for g and infinitely many samples.

        Presences are independent there, so the weight of j is Cov(g, z_j)/Var(z_j): the cross
        terms of others have no part in it, and (z_j − p_j)² has slope 1 − 2p_j.
        """
        return self.slopes + np.diag(self.cross) * (1 - 2 * self.centre)


def controlled_ridge(ridge: Ridge, values: NDArray[np.float64], stand_in: Quadratic) -> Surrogate:
    """LIME's weights as the stand-in's, known, plus those of what it misses, from the samples.

    The penalty then pulls towards the stand-in's weights and not towards 0, so that few samples,
    or none that tell anything, leave a good answer.

    Parameters
    ----------
    ridge
        Of the samples, with weights of the text kernel, drawn with probability ½.
    values : (n,)
        The target's.
    stand_in
        Its centre is ``kernel.presence`` for that kernel's width.

    Returns
    -------
    surrogate
        R² is of these weights, on the values themselves.

    Raises
    ------
    ValueError
        If a value is not finite.
    """
    masks, weights = ridge.masks, ridge.weights
    missed = ridge.fit(values - stand_in.values(masks))
    coefficients = stand_in.lime_weights() + missed.coefficients
    slopes = masks.apply(coefficients, slice(0, len(values)))
    total = weights.sum()
    intercept = float(weights @ (values - slopes) / total)
    spread = float(weights @ (values - weights @ values / total) ** 2)
    left = float(weights @ (values - slopes - intercept) ** 2)
    r2 = 1 - left / spread if spread > 0 else 1.0
    return Surrogate(coefficients, intercept, r2, intercept + float(coefficients.sum()))
