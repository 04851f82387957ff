"""Units as people write them, read by astropy: of wavelengths, and of flux and its error."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from .typeset_units import typeset_as_plain

__all__ = [
    "COUNTS",
    "RELATIVE",
    "SURVEY_FLUX",
    "SURVEY_UNIT",
    "flux_factor",
    "from_logarithm",
    "length_within",
    "square_root",
    "wavelengths_aa",
]

SURVEY_UNIT: Any = u.Unit("1e-17 erg / (s cm2 AA)")
# What the catalog calls it, what was never calibrated, and what is known but for its height.
SURVEY_FLUX, COUNTS, RELATIVE = "1e-17 erg/s/cm2/Å", "counts", "relative"

# Words that astropy does not know, or takes for something else: "A" is its ampere.
_WORDS = {
    "Angstrom": ("a", "å", "aa", "ang", "angs", "angstrom", "angstroms", "angstroem", "angstroems"),
    "um": (
        "micron",
        "microns",
        "micrometer",
        "micrometers",
        "micrometre",
        "micrometres",
        "um",
        "mum",
        "mu",
    ),
    "nm": ("nanometer", "nanometers", "nanometre", "nanometres", "nm"),
    "m": ("meter", "meters", "metre", "metres"),
    "erg": ("erg", "ergs"),
    "s": ("sec", "secs", "second", "seconds"),
    "W": ("watt", "watts"),
    "Jy": ("jy", "jansky", "janskys"),
    "mJy": ("millijy", "millijansky", "millijanskys"),
    "uJy": ("ujy", "microjy", "microjansky", "microjanskys"),
    "nJy": ("njy", "nanojy", "nanojansky", "nanojanskys"),
    "3631 Jy": ("mgy", "maggy", "maggies"),
    "3.631e-6 Jy": ("nmgy", "nanomaggy", "nanomaggies"),
    "photon": ("photon", "photons", "ph", "phot"),
    "GHz": ("ghz",),
    "eV": ("ev",),
    # synphot's words, in which CALSPEC's tables are
    "erg s-1 cm-2 Angstrom-1": ("flam", "flambda"),
    "erg s-1 cm-2 Hz-1": ("fnu",),
    "photon s-1 cm-2 Angstrom-1": ("photlam",),
    "photon s-1 cm-2 Hz-1": ("photnu",),
}
_MEANT = {word: unit for unit, words in _WORDS.items() for word in words}
_COUNTED = re.compile(
    r"(adu|dn|data numbers?|e-|electrons?|photo-?electrons?|photons?|counts?|cts?)"
    r"([\s/.*]*(per\s+)?(s|secs?|seconds?|pix|pixels?|hr|hour|a|aa|ang|angstroms?)(\^?-1)?)*",
    re.I,
)
# What people write of flux that has a shape but no height.
_NO_HEIGHT = re.compile(
    r"(relative|rel\.?|arbitrary|arb\.?|normali[sz]ed|norm\.?|scaled)(\s+(flux|units?))?|a\.u\.?|"
    r"dimensionless|unitless|none|null|unknown|n/?a|-+",
    re.I,
)
_MAGNITUDE = re.compile(r"\b[a-z]*mag\b|\bdex\b|\bdb\b", re.I)
_LOGARITHM = re.compile(r"(log10|log|ln|dex)\b\s*[(\[]?\s*([A-Za-zÅµμ]+)\s*[)\]]?\Z", re.I)
_LARGEST_LOG10 = 6.0  # of Å, 100 µm: what is larger is a natural logarithm, 6 of which are 400 Å
_NARROW = 1.4  # last over first of logarithms of wavelengths
_SQUARE = re.compile(r"\((.*)\)\s*(?:\*\*|\^)?\s*(\(?-?2\)?)")
_OF_AXIS = ("length", "frequency", "wavenumber", "energy")
_SR: tuple[Any, str] = (u.sr, "/sr")
_ARCSEC: tuple[Any, str] = (u.arcsec**2, "/arcsec2")


def wavelengths_aa(values: NDArray[np.floating], unit: str) -> NDArray[np.float64]:
    """Wavelengths, frequencies, wavenumbers, energies or log₁₀ of wavelengths, in Å.

    Parameters
    ----------
    values : (D,)
        In the unit; NaN and what cannot be a wavelength come out as NaN.
    unit
        As it is written, in any usual spelling; empty for none: then the values must look like
        optical wavelengths in Å.

    Raises
    ------
    ValueError
        If the unit is none of a spectral axis, or there is none and the values look like nm, µm or
        logarithms.
    """
    values = np.asarray(values, np.float64)
    with np.errstate(all="ignore"):
        unit = typeset_as_plain(unit)
        if not unit:
            _check_plain(values)
            return values
        logarithm = _LOGARITHM.match(unit)
        if logarithm:
            values, unit = from_logarithm(values, logarithm[1]), logarithm[2]
        of_axis: Any = _first(unit, "axis")
        if of_axis is None:
            raise ValueError(
                f"{unit!r} is no unit of a spectral axis: write Angstrom, nm, um, or another that "
                "astropy knows of a length, frequency, wavenumber or energy"
            )
        if (scale := _length_aa(of_axis)) is not None:
            wave_aa = np.asarray(values * scale, np.float64)
            _check_no_logarithm(wave_aa)
            return wave_aa
        positive = np.where(values > 0, values, np.nan)
        return np.asarray(of_axis.to(u.AA, positive, u.spectral()), np.float64)


def from_logarithm(values: NDArray[np.floating], word: str = "") -> NDArray[np.float64]:
    """Numbers of which these are logarithms: natural ones if the word says ``ln``, or they must be.

    Of optical wavelengths in Å the decimal logarithm is 3 to 5, the natural one 7 to 12.

    Parameters
    ----------
    values : (D,)
        Logarithms.
    word
        ``ln`` is natural; any other is decimal, unless half of the values are above 6.
    """
    values = np.asarray(values, np.float64)
    good = values[np.isfinite(values)]
    natural = word.lower() == "ln" or (len(good) > 0 and np.median(good) > _LARGEST_LOG10)
    with np.errstate(all="ignore"):
        return np.exp(values) if natural else np.power(10.0, values)


def length_within(unit: str) -> str:
    """The length of whose logarithm a column is, by its unit; empty if that says nothing of one.

    Parameters
    ----------
    unit
        ``log10(nm)`` or ``nm``.
    """
    plain = typeset_as_plain(unit)
    logarithm = _LOGARITHM.match(plain)
    length = logarithm[2] if logarithm else plain
    parsed: Any = _first(length, "axis") if length else None
    return length if parsed is not None and parsed.physical_type == "length" else ""


def flux_factor(unit: str, wave_aa: NDArray[np.floating]) -> tuple[NDArray[np.float64], str]:
    """Factors (D,) that convert flux in a unit, and the unit of the result.

    Parameters
    ----------
    unit
        As it is written, in any usual spelling; empty for none.
    wave_aa : (D,)
        Observed, Å.

    Returns
    -------
    factor : (D,) float64
        To 1e-17 erg/s/cm²/Å, from per Å, nm, µm, Hz, in erg, W, Jy or photons; 1 for what is
        relative.
    name
        :data:`SURVEY_FLUX`, that per sr or arcsec², :data:`COUNTS`, or :data:`RELATIVE` where
        there is no unit.

    Raises
    ------
    ValueError
        For magnitudes, and for a unit that is no flux density.
    """
    text, ones = typeset_as_plain(unit), np.ones(len(wave_aa))
    if not text or _NO_HEIGHT.fullmatch(text):
        return ones, RELATIVE
    if _COUNTED.fullmatch(text):
        return ones, COUNTS
    parsed: Any = _first(text, "flux")
    if parsed is None:
        if _MAGNITUDE.search(text):
            raise ValueError(
                f"the flux is in {text!r}, which is logarithmic, and its errors with it: convert "
                "magnitudes to flux first"
            )
        raise ValueError(
            f"{text!r} is no flux density: write erg / (s cm2 Angstrom), Jy, W / (m2 um) or "
            "another that astropy converts; leave the unit out where the flux is relative"
        )
    height, power, name = _law(parsed, "arcsec" in text.lower())
    return (np.asarray(wave_aa, np.float64) ** power * height if power else ones * height), name


@lru_cache(maxsize=256)
def _law(unit: u.UnitBase, arcsec: bool) -> tuple[float, int, str]:
    """The factor's height at 1 Å and power of the wavelength, and what flux is then in.

    Of a density per Hz or of photons the factor is such a power, of which astropy gives two points.
    """
    if unit.is_equivalent(u.dimensionless_unscaled):
        return 1.0, 0, RELATIVE
    area, of_area = u.dimensionless_unscaled, ""
    if not _is_density(unit):
        area, of_area = _ARCSEC if arcsec else _SR
    at = u.spectral_density(u.Quantity([1.0, 10.0], u.AA))
    whole: Any = unit * area
    height, beyond = whole.to(SURVEY_UNIT, np.ones(2), at).tolist()
    return height, round(math.log10(beyond / height)), SURVEY_FLUX + of_area


@lru_cache(maxsize=256)
def square_root(unit: str, power: int) -> str:
    """The flux density whose square (power 1), or inverse square (-1), a unit is.

    Returns
    -------
    As text; empty if it is no such square, or there is no unit.
    """
    text = typeset_as_plain(unit)
    whole = _SQUARE.fullmatch(text)
    if whole and float(whole[2].strip("()")) == 2 * power:  # astropy reads no square of a number
        root = _first(whole[1], "flux")
        return whole[1] if root is not None and _is_density(root) else ""
    for reading in _readings(text) if text else ():
        try:
            root: Any = reading ** (0.5 * power)
        except (ValueError, TypeError, AttributeError):
            continue  # a logarithm has no root
        if _is_density(root):
            return root.to_string()
    return ""


@lru_cache(maxsize=256)
def _length_aa(unit: Any) -> float | None:
    """Å in a length; None in what is another quantity."""
    return float(unit.to(u.AA)) if unit.physical_type == "length" else None


@lru_cache(maxsize=256)
def _first(text: str, kind: str) -> u.UnitBase | None:
    """The first reading of a text that is a unit of this kind."""
    allowed = _is_axis if kind == "axis" else _is_flux
    return next((unit for unit in _readings(text) if allowed(unit)), None)


def _readings(text: str) -> Iterator[u.UnitBase]:
    """As it stands, with words put right, and in lower case."""
    meant = re.sub(r"[A-Za-zÅåµμ]+", lambda word: _MEANT.get(word[0].lower(), word[0]), text)
    lower = re.sub(r"[A-Za-zÅåµμ]+", lambda w: _MEANT.get(w[0].lower(), w[0].lower()), text)
    if len(text) < 3:  # of a letter or two the case says what is meant: K is no k
        lower = meant
    for written in dict.fromkeys((text, meant, lower)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", u.UnitsWarning)  # of style, such as two slashes
            for form in (None, "fits", "cds"):
                try:
                    yield u.Unit(written, format=form)
                except (ValueError, TypeError):
                    continue  # the next way to read it


def _is_axis(unit: u.UnitBase) -> bool:
    logarithm = isinstance(unit, u.function.FunctionUnitBase)
    return not logarithm and unit.physical_type in _OF_AXIS


def _is_flux(unit: u.UnitBase) -> bool:
    if isinstance(unit, u.function.FunctionUnitBase):
        return False
    relative = unit.is_equivalent(u.dimensionless_unscaled)
    return relative or _is_density(unit) or _is_density(unit * _SR[0])


def _is_density(unit: u.UnitBase) -> bool:
    kinds = ("spectral flux density", "spectral flux density wav", "photon flux density")
    known: Any = unit.physical_type
    return any(kind in known for kind in (*kinds, "photon flux density wav"))


def _check_no_logarithm(values: NDArray[np.float64]) -> None:
    """Optical wavelengths in Å have decimal logarithms of 3 to 5, natural ones of 7 to 12."""
    good = values[np.isfinite(values) & (values > 0)]
    low, high = (float(good.min()), float(good.max())) if len(good) else (0.0, 0.0)
    for word, least, most in (("log10", 3.0, 5.0), ("ln", 7.0, 12.0)):
        if least <= low and high < most and high < _NARROW * low:
            raise ValueError(
                f"the wavelengths run from {low:.4g} to {high:.4g} Å, which look like logarithms "
                f"of Å: set the unit {word}(Angstrom)"
            )


def _check_plain(values: NDArray[np.float64]) -> None:
    if not values.size:
        return
    good, low, high = values, float(values.min()), float(values.max())
    if not (low > 0 and high < np.inf):
        good = values[np.isfinite(values) & (values > 0)]
        if not len(good):
            return
        low, high = float(good.min()), float(good.max())
    if low == 1 and len(good) > 2 and np.all(np.diff(good) == 1):
        raise ValueError(
            f"the wavelengths run from {low:g} to {high:g} by 1, which are numbers of pixels: the "
            "wavelengths are in another column, or in the header"
        )
    looks = ""
    if low >= 3 and high < 5:
        looks = "the logarithm of Å: set the unit log10(Angstrom)"
    elif high < 100:
        looks = "µm: set the unit um"
    elif high < 2500 and low < 1000:
        looks = "nm: set the unit nm"
    if looks:
        raise ValueError(
            f"the wavelengths have no unit and run from {low:.4g} to {high:.4g}, which look like "
            f"{looks}"
        )
