"""The eight anomaly scores of O25 (section 3) by name, and which pixels the filtered ones keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...spectra.lines.line_list import O25_FILTER_LINES, velocity_mask

__all__ = [
    "CHI2_OFFSET",
    "FILTER_KMS",
    "SCORE_TITLES",
    "TRIMMED_FRACTION",
    "Score",
    "kept_pixels",
]

Score = Literal[
    "mse",
    "chi2",
    "trimmed-mse",
    "trimmed-chi2",
    "filtered-mse",
    "filtered-chi2",
    "filtered-trimmed-mse",
    "filtered-trimmed-chi2",
]

SCORE_TITLES: Mapping[str, str] = {
    "mse": "MSE",
    "chi2": "χ²",
    "trimmed-mse": "Trimmed MSE",
    "trimmed-chi2": "Trimmed χ²",
    "filtered-mse": "Filtered MSE",
    "filtered-chi2": "Filtered χ²",
    "filtered-trimmed-mse": "Filtered, trimmed MSE",
    "filtered-trimmed-chi2": "Filtered, trimmed χ²",
}

# Half width of the windows left out round emission lines, km/s, and share of the pixels trimmed.
FILTER_KMS = 250.0
TRIMMED_FRACTION = 0.03
# δ of χ²: r²/(x + δ), x in units of the median flux.
CHI2_OFFSET = 1e-3


def kept_pixels(
    wave_rest_aa: NDArray[np.floating], *, width_kms: float = FILTER_KMS
) -> NDArray[np.bool_]:
    """Where filtered scores look: farther than a velocity from each of O25's emission lines.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Rest wavelengths in vacuum, Å. (The lines, published in air, are converted: as they stand
        they would sit 83 km/s off.)
    width_kms
        A pixel λ is left out where |λ − λ_line| ≤ λ_line · width / c; 0 or more.

    Returns
    -------
    kept : (D,) bool
        True where a pixel counts.

    Raises
    ------
    ValueError
        If the width is negative, or no pixel is left.
    """
    if not width_kms >= 0:
        raise ValueError(f"width_kms must be 0 or more, got {width_kms}")
    kept = ~velocity_mask(np.asarray(wave_rest_aa), O25_FILTER_LINES, width_kms)
    if not kept.any():
        raise ValueError(f"no pixel is farther than {width_kms:g} km/s from an emission line")
    return kept
