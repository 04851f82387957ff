"""Lossless compact encoding of wavelengths: three numbers for a regular grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

__all__ = ["KINDS", "LastWave", "WaveCode", "decode_wave", "encode_wave"]

# loglam32: 10^l with l stored in single precision, as SDSS's loglam is; listed: as they are.
KINDS = ("listed", "linear", "loglam", "loglam32")

# Pixel spacings of surveys are short decimals; their mean over a spectrum has rounding errors.
_DECIMALS = (8, 6, 4)
# Largest relative distance from the straight line that rounding can cause.
_STRAY = {"linear": 1e-12, "loglam": 1e-12, "loglam32": 1e-6}


@dataclass(frozen=True, slots=True, eq=False)
class WaveCode:
    """Wavelengths of one spectrum.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    first, step
        Å, or dex; 0 of listed ones.
    listed
        (D,) float64, Å; empty of regular ones.
    """

    kind: str
    first: float = 0.0
    step: float = 0.0
    listed: np.ndarray = field(default_factory=lambda: np.empty(0))


def encode_wave(wave_aa: np.ndarray) -> WaveCode:
    """The shortest code that reproduces the wavelengths to the last bit.

    Parameters
    ----------
    wave_aa : (D,)
        float64, positive, increasing, at least two.
    """
    wave = np.asarray(wave_aa, np.float64)
    candidates = [code for kind in KINDS[1:] for code in _likely(kind, wave)]
    kinds = {code.kind for code in candidates}
    if "linear" in kinds and len(kinds) > 1:  # to compare all spacings takes long
        kinds = _likely_kinds(wave)
    for kind in sorted(kinds, reverse=True):  # loglam32 first
        for code in candidates:
            if code.kind == kind and np.array_equal(decode_wave(code, wave.size), wave):
                return code
    return WaveCode("listed", listed=wave)


class LastWave:
    """Codes of consecutive spectra; equal wavelengths share one code."""

    def __init__(self) -> None:
        self._wave = np.empty(0)
        self._code = WaveCode("listed")

    def of(self, wave_aa: np.ndarray) -> WaveCode:
        """The code, as from :func:`encode_wave`."""
        if not np.array_equal(wave_aa, self._wave):
            self._wave, self._code = wave_aa, encode_wave(wave_aa)
        return self._code


def decode_wave(code: WaveCode, n_pixels: int) -> np.ndarray:
    """(D,) float64, Å."""
    if code.kind == "listed":
        return code.listed
    return _numbers(code.kind, code.first, code.step, np.arange(n_pixels))


def _numbers(
    kind: str, first: float | np.ndarray, step: float | np.ndarray, pixels: np.ndarray
) -> np.ndarray:
    """Å; first and step may be columns (k, 1) of several codes."""
    regular = first + step * pixels
    if kind == "linear":
        return regular
    if kind == "loglam32":
        regular = regular.astype(np.float32).astype(np.float64)
    with np.errstate(over="ignore"):  # a wrong candidate
        return np.power(10.0, regular)


def _likely_kinds(wave: np.ndarray) -> tuple[str, ...]:
    """The kinds whose spacing varies least: others cannot be exact."""
    log = np.log10(wave)
    even = np.ptp(np.diff(log)) * wave[0] * np.log(10) < np.ptp(np.diff(wave))
    return ("loglam32", "loglam") if even else ("linear",)


def _likely(kind: str, wave: np.ndarray) -> Iterator[WaveCode]:
    """Codes that are exact at the ends and in the middle, which few wrong ones are."""
    probes = np.array([0, wave.size // 2, wave.size - 1])
    there = wave[probes]
    begin, middle, end = (there if kind == "linear" else np.log10(there)).tolist()
    mean = (end - begin) / (wave.size - 1)
    if abs(begin + mean * (wave.size // 2) - middle) > _STRAY[kind] * (abs(begin) + abs(end)):
        return
    # Of float32 a rounding of its own lies in the mean.
    pairs = [] if kind == "loglam32" else [(begin, mean)]
    for decimals in _DECIMALS:
        pairs += [(begin, round(mean, decimals)), (round(begin, decimals), round(mean, decimals))]
    first, step = np.array([pair for pair in pairs if pair[1] > 0]).reshape(-1, 2).T
    right = _numbers(kind, first[:, None], step[:, None], probes) == there
    for number in np.flatnonzero(right.all(axis=1)):
        yield WaveCode(kind, float(first[number]), float(step[number]))
