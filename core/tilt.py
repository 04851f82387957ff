"""The text kernel of LIME, read as other odds for each segment to be present.

O25's kernel exp(−D²/σ²) is a product over segments, for D² = Σ (1 − z_k)‖Δ_k‖². Weighing masks
drawn with probability ½ by it is therefore the same, in the limit, as drawing segment k as present
with probability p_k = 1/(1 + exp(−‖Δ_k‖²/σ²)) and weighing nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from .locality import DEFAULT_WIDTHS
from .neighbourhood import Neighbourhood

__all__ = ["presence"]


def presence(neighbourhood: Neighbourhood, *, width: float | None = None) -> NDArray[np.float64]:
    """p (S,), ½ for a segment that the perturbation leaves as it is, towards 1 for a strong one.

    Parameters
    ----------
    neighbourhood
        Base fully perturbed, delta back to the spectrum; its masks do not matter.
    width
        Of the text kernel, in its own units; None for the default.
    """
    energy = neighbourhood.segment_sums(neighbourhood.delta.astype(np.float64))
    total = float(energy.sum())
    if total == 0:
        return np.full(neighbourhood.n_segments, 0.5)
    used = DEFAULT_WIDTHS["text"] if width is None else width
    return expit(energy / (0.5 * total * used**2))
