"""Edits of a stretch of a spectrum: scaled, raised, shifted, flattened, broadened, noisy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .air_vacuum import SPEED_OF_LIGHT_KMS

__all__ = ["EDIT_KINDS", "Edit", "EditKind", "apply_edits"]

EditKind = Literal["scale", "raise", "move", "flatten", "broaden", "noise"]

EDIT_KINDS: tuple[EditKind, ...] = get_args(EditKind)

# What leaves a spectrum as it is.
_NEUTRAL: dict[EditKind, float] = {
    "scale": 1.0, "raise": 0.0, "move": 0.0, "flatten": 0.0, "broaden": 0.0, "noise": 0.0,
}  # fmt: skip
_TO_SIGMA = 1 / np.sqrt(8 * np.log(2))
_NO_WIDTH = 0.01  # of a pixel: its neighbours would get less than double precision holds


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one stretch.

    Attributes
    ----------
    kind
        ``"scale"``: flux times the amount. ``"raise"``: the amount added to the flux. ``"move"``:
        what stands above the local continuum is moved by the amount, km/s, to the red if positive.
        ``"flatten"``: that much of it, 0–1, is taken away; 1 leaves the continuum. ``"broaden"``:
        it is broadened by a Gaussian of that FWHM, km/s, its flux unchanged. ``"noise"``: Gaussian
        noise of that standard deviation, in units of the flux, is added.
    low_aa, high_aa
        The stretch, Å, in the frame of the wavelengths.
    amount
        See above.
    seed
        Of the noise.

    Raises
    ------
    ValueError
        If the kind is unknown, the stretch is empty, or the amount is out of range.
    """

    kind: EditKind
    low_aa: float
    high_aa: float
    amount: float
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in EDIT_KINDS:
            raise ValueError(f"kind must be one of {EDIT_KINDS}, got {self.kind!r}")
        if not 0 < self.low_aa < self.high_aa:
            raise ValueError(f"the range {self.low_aa} to {self.high_aa} Å is empty")
        if not np.isfinite(self.amount) or (
            self.kind in ("flatten", "broaden", "noise") and self.amount < 0
        ):
            raise ValueError(f"{self.amount} is no valid amount for {self.kind!r}")

    @property
    def neutral(self) -> bool:
        """Whether it changes nothing."""
        return self.amount == _NEUTRAL[self.kind]


def apply_edits(wave_aa: np.ndarray, flux: np.ndarray, edits: Iterable[Edit]) -> np.ndarray:
    """A spectrum after some edits, one after the other.

    Parameters
    ----------
    wave_aa : (D,)
        Å, increasing.
    flux : (D,)
        Finite; not changed.
    edits
        The local continuum of a stretch is the straight line between the medians of its first and
        last five pixels.

    Returns
    -------
    flux : (D,)
        Of the same type. A stretch of fewer than three pixels is left alone.
    """
    edited = np.array(flux, np.float64)
    for edit in edits:
        inside = np.flatnonzero((wave_aa >= edit.low_aa) & (wave_aa <= edit.high_aa))
        if not edit.neutral and len(inside) > 2:
            _apply(edit, np.asarray(wave_aa, np.float64), edited, inside)
    return edited.astype(np.asarray(flux).dtype)


def _apply(edit: Edit, wave: np.ndarray, flux: np.ndarray, inside: np.ndarray) -> None:
    match edit.kind:
        case "scale":
            flux[inside] *= edit.amount
        case "raise":
            flux[inside] += edit.amount
        case "noise":
            noise = np.random.default_rng(edit.seed).normal(size=len(flux))
            flux[inside] += edit.amount * noise[inside]
        case _:
            line = np.zeros_like(flux)
            line[inside] = flux[inside] - _continuum(wave, flux, inside)
            flux += _changed(edit, wave, line, inside) - line


def _changed(edit: Edit, wave: np.ndarray, line: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Flux above the continuum after the edit; zero far from the edited range."""
    if edit.kind == "flatten":
        return (1 - edit.amount) * line
    middle = 0.5 * (edit.low_aa + edit.high_aa)
    if edit.kind == "move":
        return np.interp(
            wave / (1 + edit.amount / SPEED_OF_LIGHT_KMS), wave, line, left=0.0, right=0.0
        )
    step = float(np.median(np.diff(wave[inside])))
    sigma = edit.amount / SPEED_OF_LIGHT_KMS * middle * _TO_SIGMA / step
    if sigma < _NO_WIDTH:
        return line
    return gaussian_filter1d(line, sigma, mode="constant")


def _continuum(wave: np.ndarray, flux: np.ndarray, inside: np.ndarray) -> np.ndarray:
    ends = (inside[:5], inside[-5:])
    x = [wave[end].mean() for end in ends]
    y = [float(np.median(flux[end])) for end in ends]
    slope = (y[1] - y[0]) / max(x[1] - x[0], 1e-9)
    return y[0] + slope * (wave[inside] - x[0])
