"""Share of an anomaly score in line cores, line wings, other spikes and the continuum."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ...spectra.lines import O25_FILTER_LINES, velocity_mask
from .scores import CHI2_OFFSET, FILTER_KMS, TRIMMED_FRACTION, Score, kept_pixels

__all__ = ["SPIKE_FRACTION", "WING_KMS", "Part", "part_of_pixels", "score_parts"]

Part = Literal["line cores", "line wings", "spikes", "continuum"]

# Half width to which the wings of a line are reckoned, km/s: broad Balmer lines of type 1 reach it.
WING_KMS = 5000.0
# Of the pixels of a spectrum, those away from lines that contribute most are its spikes.
SPIKE_FRACTION = 0.01


def part_of_pixels(wave_rest_aa: NDArray[np.floating]) -> NDArray[np.int8]:
    """Number in ``Part`` of each pixel (D,): 0 within 250 km/s of a line of O25, 1 within 5000.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Vacuum Å.

    Returns
    -------
    part : (D,) int8
        0, 1, or 3; which pixels are spikes depends on the spectrum.
    """
    wave = np.asarray(wave_rest_aa)
    part = np.full(wave.shape, 3, np.int8)
    part[velocity_mask(wave, O25_FILTER_LINES, WING_KMS)] = 1
    part[velocity_mask(wave, O25_FILTER_LINES, FILTER_KMS)] = 0
    return part


def score_parts(
    wave_rest_aa: NDArray[np.floating],
    x: NDArray[np.floating],
    reconstruction: NDArray[np.floating],
    score: Score,
) -> NDArray[np.float64]:
    """Which share of a score comes from each part of a spectrum.

    Every score is a mean over pixels (O25, section 3), so each pixel's term has a share in it:
    nothing where the pixel is filtered or trimmed. The filter and the trimming are the paper's.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Vacuum Å.
    x, reconstruction : (n, D)
        Spectra as prepared, and what the autoencoder makes of them.
    score
        One of the eight.

    Returns
    -------
    shares : (n, 4)
        In the order of ``Part``, 0 to 1, of sum 1; zeros for a score of 0. Spikes are the 1 % of
        all pixels that contribute most outside lines and their wings: noise alone gives them
        about 8 % of a mean square.

    Raises
    ------
    ValueError
        The shapes do not fit, or there is no such score.
    """
    wave, x, again = (np.asarray(values) for values in (wave_rest_aa, x, reconstruction))
    if x.ndim != 2 or x.shape != again.shape or x.shape[1:] != wave.shape:
        raise ValueError(f"shapes do not fit: {wave.shape}, {x.shape} and {again.shape}")
    if score not in get_args(Score):
        raise ValueError(f"score must be one of {get_args(Score)}, got {score!r}")
    terms = _terms(wave, x, again, score)
    part = part_of_pixels(wave)
    sums = np.stack([terms[:, part == number].sum(axis=1) for number in range(4)], axis=1)
    n_spikes = round(SPIKE_FRACTION * len(wave))
    spikes = np.sort(terms[:, part == 3], axis=1)[:, ::-1][:, :n_spikes].sum(axis=1)
    sums[:, 2], sums[:, 3] = spikes, np.maximum(sums[:, 3] - spikes, 0)
    whole = sums.sum(axis=1, keepdims=True)
    return sums / np.where(whole > 0, whole, 1.0)


def _terms(wave: NDArray, x: NDArray, again: NDArray, score: Score) -> NDArray[np.float64]:
    """(n, D) what each pixel adds to the sum that a score is the mean of."""
    size = np.abs(np.asarray(x, np.float64) - again)
    if score.startswith("filtered"):
        size[:, ~kept_pixels(wave)] = 0.0
    terms = size**2
    if score.endswith("chi2"):
        terms /= np.maximum(x, 0.0) + CHI2_OFFSET
    if "trimmed" in score:
        counted = kept_pixels(wave).sum() if score.startswith("filtered") else len(wave)
        largest = np.argsort(-size, axis=1, kind="stable")[:, : int(TRIMMED_FRACTION * counted)]
        np.put_along_axis(terms, largest, 0.0, axis=1)
    return terms
