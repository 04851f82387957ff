"""Redshift from headers and columns, or the reason why there is none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from ......core.spectra.redshift_warning import at_odds
from ....delimited import number_of
from ..other_facts import twice

__all__ = [
    "AGAIN", "KEYWORDS", "NO_REDSHIFT", "VELOCITIES", "in_its_unit", "perhaps_redshifts",
    "redshift_of", "rivals_of",
    "source_of",
]  # fmt: skip


# The first that is present counts.
KEYWORDS = (
    "Z", "REDSHIFT", "REDSHFT", "Z_HELIO", "ZBEST", "Z_BEST", "Z_SPEC", "ZSPEC", "Z_VI", "ZHELIO",
    "Z_HEL", "ZHEL", "BEST_Z", "BESTZ", "REDSHIFT_BEST", "Z_FINAL", "ZFINAL", "Z_FIN", "ZFIN",
    "SPEC_Z", "SPECZ", "Z_SP", "ZSP", "Z_SPECTRO", "RED_SHIFT", "Z_PIPE", "ZPIPE", "Z_SYS", "ZSYS",
    "Z_OBS", "ZOBS", "Z_EM", "ZEM", "Z_EMI", "Z_OBJ", "ZOBJ", "OBJ_Z", "OBJZ", "Z_TARGET", "TARG_Z",
    "Z_GAL", "ZGAL", "Z_QSO", "ZQSO", "Z_AGN", "Z_NED", "ZNED", "NED_Z", "Z_SDSS", "SDSS_Z", "ZRED",
    "Z_RR", "Z_PCA", "HELIO_Z", "ESO OBJ Z", "PND Z",
    "Z_TRUE", "ZTRUE", "OBJ_REDSHIFT", "CZ", "CZ_HELIO", "HELIO_CZ",
    "REDSHIFTS", "Z_FIT", "ZFIT", "BEST_REDSHIFT", "REDSHIFT_HELIO", "REDSHIFT_SPEC",
    "SPEC_REDSHIFT", "SPECREDSHIFT", "Z_HELIOCENTRIC", "Z_HOST", "ZHOST", "HOST_Z", "HOSTZ",
    "Z_LIT", "ZLIT", "Z_CAT", "ZCAT", "Z_PUB", "ZPUB", "Z_ADOPTED", "ZADOPT", "Z_VISUAL", "VI_Z",
    "Z_EMISSION", "ZEMISSION", "Z_XCOR", "ZXCOR", "TARGZ", "ZTARG", "SRC_Z", "SRCZ", "INPUT_Z",
    "ESO OBJ REDSHIFT", "OBJECT REDSHIFT", "CZHELIO", "CZ_HEL", "CZ_OBS", "CZ_OPT", "CZ_SPEC",
    "CZ_KMS",
)  # fmt: skip
AGAIN = tuple(map(twice, ("Z", "REDSHIFT")))
"""Of two names that differ in case alone the second, which may only contradict the first."""
# c z in km/s, by definition.
_RECESSION = {name for name in KEYWORDS if name.startswith(("CZ", "HELIO_CZ"))}
_KM_S = 299_792.458
_SLOWEST = 10.0  # km/s; a smaller "cz" is a redshift, or a fill value
_SPEED = re.compile(r"\s*[\[(]?\s*km\s*[/.*]?\s*s.*", re.IGNORECASE)
_NO_UNIT = re.compile(r"(redshift|z|1|none|null|unitless|dimensionless|n/?a|-*)", re.IGNORECASE)
NO_REDSHIFT = re.compile(
    r"^(?!.*redshift).*(?:metal|zenith|air ?mass|altitude|elevation|height|focus|"
    r"z_?(?:sun|sol)|\bsolar\b|\b(?:m|fe|z)/h\b|\bdex\b|\bmag)",
    re.IGNORECASE,
)
"""What says of a Z, by a remark or its unit, that it is another quantity."""
_OTHER_FRAMES = ("Z_CMB", "ZCMB", "Z_LG")
VELOCITIES = (
    "VHELIO", "VELOCITY", "VRAD", "HELIO_RV", "RADVEL", "V_HELIO", "RV", "Z_PHOT", "ZPHOT",
    *_OTHER_FRAMES, "PHOTOZ", "PHOTO_Z", "Z_PHOTO", "ZPHOTO",
)  # fmt: skip
"""What is said of an object's distance and cannot stand for its redshift."""

_SHOWN = 3
_LIKE = re.compile(r"(z|redshift|zred)[_ ]?[a-z0-9]+|[a-z0-9_]+[_ ](z|redshift)", re.IGNORECASE)
_UNLIKE = re.compile(
    r"err|sig|unc|warn|conf|qual|flag|phot|mag|chi|prob|min|max|lo\b|low|up|hi\b|std|dev|var|num|"
    r"range|type|name|ref|src|source|method|unit|zero|zen|scale|zp|date|mode|^z_?\d*q|[_ ]q$|"
    r"^z(naxis|bitpix|tile|cmp|image|form|ext|simple|quant|dither|hecksum|datasum|p?count|gcount)",
    re.IGNORECASE,
)
_NOT_ZERO = 1e-8  # smaller non-zero values (3 m/s) are not redshifts
_LARGEST = 50.0  # larger values, such as 9999 and 1e20, are fill values
_NONE_FOUND = -1.0  # smaller or equal values, such as -9999 and -99, are fill values


def redshift_of(facts: Iterable[tuple[str, object]]) -> tuple[float, str]:
    """The first redshift among the given facts, and the reason if there is none.

    Parameters
    ----------
    facts
        Names and values of header cards and columns, in order of preference; None is skipped.

    Returns
    -------
    z
        NaN if there is none. 0 and small negative values are redshifts, of stars and nearby
        galaxies.
    why
        The invalid value in place of a redshift; "" if there is a redshift, or no value.
    """
    why = ""
    for name, value in facts:
        if value is None:
            continue
        z, wrong = _read(name, value)
        if math.isfinite(z):
            return z, ""
        why = why or wrong
    return math.nan, why


def source_of(facts: Iterable[tuple[str, object]]) -> str:
    """Name of the fact that :func:`redshift_of` takes; "" for the usual ones, and for none."""
    entries = ((name, value) for name, value in facts if value is not None)
    name = next((name for name, value in entries if math.isfinite(_read(name, value)[0])), "")
    return "" if name.lower().removeprefix("column ") in ("z", "redshift") else name


def perhaps_redshifts(names: Iterable[str]) -> str:
    """Note on names that may be of redshifts, of which it is not known; "" if there are none."""
    like = [n for n in dict.fromkeys(names) if _LIKE.fullmatch(n) and not _UNLIKE.search(n)]
    shown = ", ".join(like[:_SHOWN])
    return f"none by a known name; if {shown} is one, --column z={like[0]} says so" if like else ""


def rivals_of(z: float, facts: Iterable[tuple[str, object]]) -> str:
    """Other redshifts that contradict the chosen one, as text; "" if there are none.

    Parameters
    ----------
    z
        Result of :func:`redshift_of`.
    facts
        The facts it was taken from.
    """
    others = {name: _read(name, value)[0] for name, value in facts if value is not None}
    return at_odds(z, others)


def in_its_unit(value: float, unit: str) -> float | str:
    """A redshift as a column has it: with its unit, such as km/s, where that says something.

    Parameters
    ----------
    value, unit
        As they are written.
    """
    return value if _NO_UNIT.fullmatch(unit.strip()) else f"{value!r} {unit}"


def _written(text: str) -> str | float:
    """Number from text, with decimal comma or error; other text unchanged."""
    number = re.split(r"\s*(?:\+/-|\+-|±|\(|,\s|;|\s\w+\s*=)", text.strip(), maxsplit=1)[0]
    try:
        return number_of(number)
    except ValueError:
        return text


def _read(name: str, value: object) -> tuple[float, str]:
    if name in VELOCITIES and "PHOT" in name:
        return math.nan, f"{name} = {value} is photometric, too rough for lines"
    if name in _OTHER_FRAMES:
        return math.nan, f"{name} = {value} is in another frame than the wavelengths"
    if name in VELOCITIES:
        return math.nan, f"{name} = {value} is a velocity, of which convention it does not say"
    speed = name in _RECESSION
    if isinstance(value, str):
        if NO_REDSHIFT.search(value):
            return math.nan, f"{name} = {value} is no redshift"
        plain = _SPEED.sub("", value)
        speed |= plain != value
        value = _written(plain)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan, f"{name} = {value!r} is no number"
    if speed and math.isfinite(value):
        if name in _RECESSION and abs(value) < _SLOWEST:
            return math.nan, f"{name} = {value:g} is no velocity in km/s"
        value = value / _KM_S
    if not math.isfinite(value):
        return math.nan, f"{name} = {value} is no redshift"
    nines = re.fullmatch(r"9\.9{3,}", f"{value:.6g}")  # fill value of VIPERS and zCOSMOS
    if value <= _NONE_FOUND or value > _LARGEST or nines:
        return math.nan, f"{name} = {value:g} stands for no redshift"
    if value and abs(value) < _NOT_ZERO:
        return math.nan, f"{name} = {value:g} is no redshift"
    return float(value), ""
