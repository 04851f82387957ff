"""The spectral axis of an image by its header: linear or logarithmic, in FITS' words or IRAF's.

That of Greisen et al. 2006 (A&A 446, 747) in one dimension, IRAF's equispec (``WAT1_001``,
``DC-FLAG``), and the linear and logarithmic kinds of its multispec (Valdes 1993, ASPC 52, 467).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from .fits import Hdu, ReadError

__all__ = ["ImageAxis", "axes_of", "has_axis"]

_LINEAR, _LOGARITHMIC = 0, 1  # dtype of multispec


class ImageAxis(NamedTuple):
    """Numbers of the pixels (D,), and the unit that they are in, as it is written."""

    values: np.ndarray
    unit: str


def has_axis(hdu: Hdu) -> bool:
    """Whether a header gives an image a spectral axis along its rows."""
    if _is_multispec(hdu):
        return True
    return hdu.value("CRVAL1") is not None and bool(_step(hdu))


def axes_of(hdu: Hdu, n_pixels: int) -> list[ImageAxis]:
    """One axis for all rows, or, of multispec, one for each spectrum.

    Parameters
    ----------
    hdu
        Of the image.
    n_pixels
        D.

    Raises
    ------
    ReadError
        A multispec has an axis that is neither linear nor logarithmic.
    """
    if _is_multispec(hdu):
        return _of_multispec(hdu, n_pixels)
    start, reference, step = hdu.number("CRVAL1"), hdu.number("CRPIX1", 1.0), _step(hdu)
    values = start + step * (np.arange(n_pixels) + 1 - reference)
    unit = str(hdu.value("CUNIT1") or _wat_unit(hdu))
    kind = str(hdu.value("CTYPE1") or "").upper()
    with np.errstate(all="ignore"):
        if kind.endswith("-LOG"):  # of Greisen et al.: CRVAL1 and CDELT1 are wavelengths
            values = start * np.exp((values - start) / start)
        elif hdu.value("DC-FLAG") == 1 or "LOG" in kind:
            values = np.power(10.0, values)
            unit = re.sub(r"(?i)^(log10|log|dex)\W*([A-Za-z]+)\W*$", r"\2", unit)
    return [ImageAxis(values, unit)]


def _step(hdu: Hdu) -> float:
    return hdu.number("CDELT1", 0.0) or hdu.number("CD1_1", 0.0)


def _is_multispec(hdu: Hdu) -> bool:
    axis_words = f"{hdu.value('WAT0_001') or ''} {hdu.value('CTYPE1') or ''}".lower()
    return "multispe" in axis_words and hdu.value("WAT2_001") is not None


def _wat_unit(hdu: Hdu) -> str:
    units = re.search(r"units=(\w+)", str(hdu.value("WAT1_001") or ""))
    return units[1] if units else ""


def _of_multispec(hdu: Hdu, n_pixels: int) -> list[ImageAxis]:
    cards = (hdu.value(f"WAT2_{number:03}") for number in range(1, 1000))
    # A card ends at 68 letters, with the blank that parts two words cut off or not.
    text = "".join(str(card).ljust(68) for card in iter(lambda: next(cards, None), None))
    axes: list[ImageAxis] = []
    for number, numbers in re.findall(r'spec(\d+)\s*=\s*"([^"]*)"', text):
        words = numbers.split()
        kind, start, step, count, z = int(words[2]), *map(float, words[3:7])
        if kind not in (_LINEAR, _LOGARITHMIC):
            raise ReadError(
                "unreadable",
                f"spectrum {number} of this IRAF multispec image has no linear axis: linearise it "
                "(dispcor), or write its wavelengths as a column",
            )
        values = start + step * np.arange(n_pixels)
        with np.errstate(all="ignore"):
            values = np.power(10.0, values) if kind == _LOGARITHMIC else values
        values[int(count) :] = np.nan
        axes.append(ImageAxis(values / (1 + z), _wat_unit(hdu)))
    if not axes:
        raise ReadError("unreadable", "an IRAF multispec image without the axis of a spectrum")
    return axes
