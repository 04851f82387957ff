"""Spectral axis of an image from its header, by FITS or IRAF conventions.

One-dimensional axes of Greisen et al. 2006 (A&A 446, 747) with look-up tables (``-TAB``), SDSS's
``COEFF0``, IRAF's equispec (``WAT1_001``, ``DC-FLAG``), and the lines, logarithms, Chebyshev and
Legendre series and splines of its multispec (Valdes 1993, ASPC 52, 467).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from astropy.io import fits
from numpy.polynomial import chebyshev, legendre

from .....core.spectra.units.unit_spellings import from_logarithm
from .fits import Hdu, ReadError

__all__ = ["ImageAxis", "along_rows", "axes_of", "has_axis"]

_LINEAR, _LOGARITHMIC, _OF_FUNCTIONS = 0, 1, 2  # dtype of multispec
_SERIES: dict[float, Any] = {1: chebyshev.chebval, 2: legendre.legval}  # function types
_SPLINES: dict[float, int] = {3: 3, 4: 1}  # function types: terms more than pieces
_STANDARD = re.compile(r"(WAVE|AWAV|FREQ|ENER|WAVN)(?:-(\w{3}))?\Z")
_VELOCITIES = ("VRAD", "VOPT", "ZOPT", "VELO", "BETA", "FELO")
_SI = {"WAVE": "m", "AWAV": "m", "FREQ": "Hz", "ENER": "J", "WAVN": "m-1"}
_LARGEST_M = 1e-3  # largest wavelength of a spectrum, m
_LARGEST_LOG10, _LARGEST_LOG_STEP = 6.0, 0.01  # of Å; no spectrum begins at 6 Å with such steps
_SAME_STEP = 1e-4


class ImageAxis(NamedTuple):
    """Axis values of the pixels (D,), and their unit as written."""

    values: np.ndarray
    unit: str


def has_axis(hdu: Hdu) -> bool:
    """Whether the header of an image has a spectral axis along its rows."""
    if _is_multispec(hdu):
        return True
    if hdu.value("COEFF0") is not None and hdu.number("COEFF1", 0.0):
        return True
    return hdu.value("CRVAL1") is not None and bool(
        hdu.number("CD1_1", 0.0) or hdu.number("CDELT1", 0.0)
    )


def along_rows(hdu: Hdu) -> Hdu:
    """An image with one row of pixels along another axis, transposed to the first axis."""
    data = hdu.data
    if data is None or hdu.columns or data.ndim < 2 or not data.shape[-1] == 1 < data.size:
        return hdu
    axis = data.ndim - int(np.argmax(data.shape))
    if data.size != max(data.shape):
        return hdu
    header = hdu.header.copy()
    for stem in ("CRVAL", "CDELT", "CRPIX", "CTYPE", "CUNIT"):
        _rename(header, f"{stem}{axis}", f"{stem}1")
    for stem in ("CD", "PC"):
        _rename(header, f"{stem}{axis}_{axis}", f"{stem}1_1")
    return Hdu(SimpleNamespace(header=header), data.reshape(-1))


def _rename(header: fits.Header, old: str, new: str) -> None:
    header.remove(new, ignore_missing=True)
    if old in header:
        header[new] = header[old]


def axes_of(hdu: Hdu, n_pixels: int, hdus: Sequence[Hdu] = ()) -> list[ImageAxis]:
    """Spectral axis of an image: one for all rows, or one per spectrum of multispec.

    Parameters
    ----------
    hdu
        HDU of the image.
    n_pixels
        D.
    hdus
        All HDUs of the file; one may hold the axis as a table.

    Raises
    ------
    ReadError
        The axis is a velocity, of an unknown kind, or contradictory.
    """
    if _is_multispec(hdu):
        return _of_multispec(hdu, n_pixels)
    start, step = hdu.number("CRVAL1"), _step(hdu)
    values = start + step * (np.arange(n_pixels) + 1 - hdu.number("CRPIX1", 1.0))
    unit = str(hdu.value("CUNIT1") or _wat_unit(hdu)).strip()
    ctype = str(hdu.value("CTYPE1") or "").strip().upper()
    standard = _STANDARD.match(ctype)
    kind, code = standard.groups() if standard else ("", None)
    if ctype.startswith(_VELOCITIES):
        raise ReadError("unreadable", f"the axis is a velocity (CTYPE1 = {ctype!r}): write "
                        "wavelengths; no header says of which line it is")  # fmt: skip
    if hdu.value("CRVAL1") is None:  # SDSS's
        first = hdu.number("COEFF0")
        if first > _LARGEST_LOG10 or hdu.number("COEFF2", 0.0):
            raise ReadError(
                "unreadable",
                f"COEFF0 = {first:g} is not followed by a line of logarithms of wavelengths, as "
                "SDSS's is: write the wavelengths as a column",
            )
        loglam = first + hdu.number("COEFF1") * np.arange(n_pixels)
        return [ImageAxis(from_logarithm(loglam), "Angstrom")]
    if code == "TAB":
        return [_looked_up(hdu, hdus, values, unit)]
    logarithmic = hdu.value("DC-FLAG") in (1, "1") or "LOG" in ctype
    if code == "LOG" and not (unit[:1] in "Aa" and _are_logarithms(start, step)):
        with np.errstate(all="ignore"):  # CRVAL1 and CDELT1 are wavelengths
            return [ImageAxis(start * np.exp((values - start) / start), unit)]
    if code and not logarithmic:
        return [_by_wcs(hdu, n_pixels, ctype)]
    if logarithmic:
        unit = re.sub(r"(?i)^(log10|log|dex)\W*([A-Za-z]+)\W*$", r"\2", unit)
        return [ImageAxis(from_logarithm(values), unit)]
    small = kind not in ("WAVE", "AWAV") or np.max(np.abs(values)) < _LARGEST_M
    return [ImageAxis(values, unit or (_SI.get(kind, "") if small else ""))]


def _step(hdu: Hdu) -> float:
    """Step of the axis: CD1_1 if present, else CDELT1 times PC1_1.

    Raises
    ------
    ReadError
        They differ, and CDELT1 is not the default of 1 beside CD1_1.
    """
    step, plain = hdu.number("CD1_1", 0.0), hdu.number("CDELT1", 0.0)
    if not step:
        return plain * (hdu.number("PC1_1", 1.0) or 1.0)
    if plain not in (0.0, 1.0) and abs(step - plain) > _SAME_STEP * abs(step):
        raise ReadError("unreadable", f"the header has two steps of the axis, CD1_1 = {step:g} and "
                        f"CDELT1 = {plain:g}: delete the wrong one")  # fmt: skip
    return step


def _are_logarithms(start: float, step: float) -> bool:
    return 0 < start < _LARGEST_LOG10 and abs(step) < _LARGEST_LOG_STEP


def _looked_up(hdu: Hdu, hdus: Sequence[Hdu], values: np.ndarray, unit: str) -> ImageAxis:
    """Axis from the look-up table named by PS1_0 and PS1_1, indexed by PS1_2 or by number."""
    name, column = (str(hdu.value(f"PS1_{number}") or "").strip().upper() for number in (0, 1))
    table = next((one for one in hdus if one.columns and one.name == name), None)
    if table is None or column not in table.columns:
        raise ReadError("unreadable", f"its wavelengths are in column {column!r} of a table "
                        f"{name!r}, which is not in the file")  # fmt: skip
    coordinates = np.ravel(table.numbers(column)).astype(np.float64)
    by = str(hdu.value("PS1_2") or "").strip().upper()
    index = np.ravel(table.numbers(by)) if by else np.arange(len(coordinates)) + 1.0
    order = np.argsort(index)
    there = np.interp(values, index[order], coordinates[order], left=np.nan, right=np.nan)
    own = table.value(f"TUNIT{table.columns.index(column) + 1}")
    return ImageAxis(there, unit or str(own or ""))


def _by_wcs(hdu: Hdu, n_pixels: int, ctype: str) -> ImageAxis:
    """Axis that is linear in another quantity, such as ``WAVE-F2W`` in frequency."""
    from astropy.wcs import WCS, FITSFixedWarning  # slow to import, and seldom needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FITSFixedWarning)
            wcs: Any = WCS(hdu.header, naxis=1)
            (values,) = wcs.wcs_pix2world(np.arange(n_pixels), 0)
        return ImageAxis(np.asarray(values), str(wcs.wcs.cunit[0]))
    except (ValueError, TypeError, MemoryError) as error:  # wcslib's errors are ValueErrors
        raise ReadError("unreadable", f"its axis is of an unknown kind: CTYPE1 = {ctype!r}"
                        "; write its wavelengths as a column") from error  # fmt: skip


def _is_multispec(hdu: Hdu) -> bool:
    axis_words = f"{hdu.value('WAT0_001') or ''} {hdu.value('CTYPE1') or ''}".lower()
    return "multispe" in axis_words and hdu.value("WAT2_001") is not None


def _wat_unit(hdu: Hdu) -> str:
    units = re.search(r"units=(\w+)", str(hdu.value("WAT1_001") or ""))
    return units[1] if units else ""


def _of_multispec(hdu: Hdu, n_pixels: int) -> list[ImageAxis]:
    cards = (hdu.value(f"WAT2_{number:03}") for number in range(1, 1000))
    # A card ends at 68 characters; a blank between two words at its end may have been stripped.
    text = "".join(str(card).ljust(68) for card in iter(lambda: next(cards, None), None))
    # In a section of an image, pixel numbers refer to the whole image.
    pixels = (np.arange(n_pixels) + 1 - hdu.number("LTV1", 0.0)) / hdu.number("LTM1_1", 1.0)
    axes: list[ImageAxis] = []
    for number, numbers in re.findall(r'spec(\d+)\s*=\s*"([^"]*)"', text):
        try:
            axes.append(ImageAxis(_of_words(numbers.split(), pixels), _wat_unit(hdu)))
        except (ValueError, IndexError) as error:
            raise ReadError(
                "unreadable",
                f"spectrum {number} of this IRAF multispec image has an axis that is no line, "
                "logarithm, series or spline: linearise it (dispcor), or write its wavelengths as "
                "a column",
            ) from error
    if not axes:
        raise ReadError("unreadable", "an IRAF multispec image without the axis of a spectrum")
    return axes


def _of_words(words: list[str], pixels: np.ndarray) -> np.ndarray:
    """Axis (D,) by the words of a spectrum; ValueError or IndexError if of another kind."""
    kind, start, step, count, z = int(words[2]), *map(float, words[3:7])
    values = start + step * (pixels - 1)
    if kind == _LOGARITHMIC:
        values = from_logarithm(values)
    elif kind != _LINEAR:
        values = _of_functions([*map(float, words[9:])], pixels, kind)
    return np.where((pixels >= 1) & (pixels <= count), values, np.nan) / (1 + z)


def _of_functions(numbers: list[float], pixels: np.ndarray, kind: int) -> np.ndarray:
    """Σ weight (zero point + function), (D,)."""
    values = np.zeros(pixels.shape)
    if kind != _OF_FUNCTIONS or not numbers:
        raise ValueError(f"an axis of kind {kind}")
    while numbers:
        weight, zero_point, function = numbers[:3]
        order, low, high = int(numbers[3]), *numbers[4:6]
        if order < 1 or not low < high:
            raise ValueError(f"a function of order {order} from {low} to {high}")
        x = (pixels - low) / (high - low)
        n = order + _SPLINES.get(function, 0)
        terms, numbers = np.array(numbers[6 : 6 + n]), numbers[6 + n :]
        if function in _SPLINES:
            values += weight * (zero_point + _spline(x, terms, order))
        elif function in _SERIES:
            values += weight * (zero_point + _SERIES[function](2 * x - 1, terms))
        else:
            raise ValueError(f"a function of kind {function}")
    return values


def _spline(x: np.ndarray, terms: np.ndarray, n_pieces: int) -> np.ndarray:
    """IRAF's spline of equal pieces over 0 ≤ x ≤ 1, (D,): linear, or cubic with two more terms."""
    piece = np.clip((n_pieces * x).astype(int), 0, n_pieces - 1)
    b = n_pieces * x - piece
    a = 1 - b
    cubic = (a**3, 1 + 3 * a * (1 + a * b), 1 + 3 * b * (1 + a * b), b**3)
    shares = (a, b) if len(terms) == n_pieces + 1 else cubic
    return sum((terms[piece + k] * share for k, share in enumerate(shares)), np.zeros(x.shape))
