"""Wavelengths in few bytes: three numbers for a regular grid, else as they are; never rounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

__all__ = ["KINDS", "WaveCode", "decode_wave", "encode_wave"]

# loglam32: 10^l with l stored in single precision, as SDSS's loglam is; listed: as they are.
KINDS = ("listed", "linear", "loglam", "loglam32")

# Pixel spacings of surveys are short decimals; their mean over a spectrum has rounding errors.
_DECIMALS = (None, 8, 6, 4)


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
    """The shortest code that gives every bit of the wavelengths back.

    Parameters
    ----------
    wave_aa : (D,)
        float64, positive, increasing, at least two.
    """
    wave = np.asarray(wave_aa, np.float64)
    probes = np.array([0, wave.size // 2, wave.size - 1])
    for code in _candidates(wave):
        # Three of its pixels settle nearly every one that is not the one.
        if np.array_equal(_regular(code, probes), wave[probes]) and np.array_equal(
            decode_wave(code, wave.size), wave
        ):
            return code
    return WaveCode("listed", listed=wave)


def decode_wave(code: WaveCode, n_pixels: int) -> np.ndarray:
    """(D,) float64, Å."""
    if code.kind == "listed":
        return code.listed
    return _regular(code, np.arange(n_pixels))


def _regular(code: WaveCode, pixels: np.ndarray) -> np.ndarray:
    regular = code.first + code.step * pixels
    if code.kind == "linear":
        return regular
    if code.kind == "loglam32":
        regular = regular.astype(np.float32).astype(np.float64)
    with np.errstate(over="ignore"):  # a candidate that is not the one
        return np.power(10.0, regular)


def _candidates(wave: np.ndarray) -> Iterator[WaveCode]:
    log = np.log10(wave)
    # The kind whose spacing varies least: others cannot be exact.
    even = np.ptp(np.diff(log)) * wave[0] * np.log(10) < np.ptp(np.diff(wave))
    values, kinds = (log, ("loglam32", "loglam")) if even else (wave, ("linear",))
    mean = float((values[-1] - values[0]) / (values.size - 1))
    for kind in kinds:
        for decimals in _DECIMALS:
            first = float(values[0])
            step = mean if decimals is None else round(mean, decimals)
            if kind == "loglam32" and decimals is None:
                continue  # a float32's own rounding lies in the mean
            if step > 0:
                yield WaveCode(kind, first, step)
                if decimals is not None:
                    yield WaveCode(kind, round(first, decimals), step)
