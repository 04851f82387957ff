"""Search by sky position: coordinates as people write them, and a radius."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Cone", "SkySearch", "angle_text", "read_cone", "unit_vectors"]

_UNITS = {
    '"': 1 / 3600, "″": 1 / 3600, "''": 1 / 3600, "arcsec": 1 / 3600, "as": 1 / 3600,
    "'": 1 / 60, "′": 1 / 60, "arcmin": 1 / 60, "am": 1 / 60, "°": 1.0, "deg": 1.0,
    "d": 1.0, "degrees": 1.0,
}  # fmt: skip
_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_RADIUS = re.compile(
    rf"[\s,;]+(?:r(?:adius)?\s*=?\s*)?(?P<size>{_NUMBER})\s*"
    rf"(?P<unit>{'|'.join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))})$"
)
_BARE = re.compile(rf"[\s,;]+(?:r(?:adius)?\s*=?\s*)?({_NUMBER})$")
_DEGREES = re.compile(rf"(?P<ra>[-+]?{_NUMBER})[°d]?[\s,;]+(?P<dec>[-+]?{_NUMBER})[°d]?$")
_LABELLED = re.compile(r"ra\b\s*[=:]?\s*(.+?)[\s,;]+dec\b\s*[=:]?\s*(.+)$", re.IGNORECASE)
_GALACTIC = re.compile(
    rf"(?:gal(?:actic)?\s+(?:l\s*=?\s*)?|l\s*=?\s*)(?P<l>{_NUMBER})[°d]?[\s,;]+"
    rf"(?:b\s*=?\s*)?(?P<b>[-+]?{_NUMBER})[°d]?(?=[\s,;]|$)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:sdss\s*)?j(\d\d)(\d\d)(\d\d(?:\.\d*)?)([-+])(\d\d)(\d\d)(\d\d(?:\.\d*)?)$", re.IGNORECASE
)
_SEXAGESIMAL = re.compile(r"[-+\d\s.:hmsd°'\"′″]+$")
# Forms that no id has: a sign or a colon between numbers, a decimal point, hours.
_SURELY = re.compile(r"\d\.\d|\.\d|:|\dh|\s[-+]\s?\d|^(?:sdss\s*)?j\d{6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cone:
    """A position on the sky, and a radius.

    Attributes
    ----------
    ra_deg, dec_deg
        ICRS, degrees.
    radius_deg
        Degrees; None if none was given.
    sure
        Whether the text can be nothing else; two whole numbers may also be plate and fiber.
    """

    ra_deg: float
    dec_deg: float
    radius_deg: float | None = None
    sure: bool = True


def read_cone(text: str) -> Cone | None:
    """Read ``146.7 +0.5``, ``09:46:48.2 +00:30:00``, ``9h46m48s +0d30m``, ``J094648.20+003000.0``.

    The coordinates may bear their names (``ra=146.7 dec=0.5``), or be galactic (``l=18.1 b=46.3``).
    A radius may follow, with its unit: ``2'``, ``30"``, ``5 arcsec``, ``r=0.1 deg``.

    Returns
    -------
    The cone; None if the text is something else.

    Raises
    ------
    ValueError
        It has the form of a position but lies outside the sky, or its radius has no unit.
    """
    text = re.sub(r"[−–]", "-", text.strip().strip("()[]{}").strip())
    named = _LABELLED.match(text)
    signed = named and (named[2] if named[2][0] in "+-" else f"+{named[2]}")
    text = f"{named[1]} {signed}" if named else _GALACTIC.sub(_from_galactic, text, count=1)
    sure = bool(_SURELY.search(text))
    centre = _place(text)
    if centre is not None:
        return Cone(*centre, None, sure)
    cut = _RADIUS.search(text)
    centre = _place(text[: cut.start()].strip()) if cut else None
    if cut is None or centre is None:
        bare = _BARE.search(text)
        if sure and bare and _place(text[: bare.start()].strip()):
            raise ValueError(f"A radius needs its unit: {bare[1]}', {bare[1]}\" or {bare[1]} deg.")
        return None
    return Cone(*centre, float(cut["size"]) * _UNITS[cut["unit"]])


def _place(text: str) -> tuple[float, float] | None:
    if match := _DEGREES.match(text):
        return _on_sky(float(match["ra"]), float(match["dec"]), sure=bool(_SURELY.search(text)))
    if match := _NAME.match(text):
        hour, minute, second, *dec = match.groups()
        text = f"{hour} {minute} {second} {dec[0]}{' '.join(dec[1:])}"
    if not _SEXAGESIMAL.match(text) or not re.search(r"[:h]|\s[-+]", text):
        return None
    from astropy.coordinates import SkyCoord  # takes a second to load
    from astropy.utils.exceptions import AstropyWarning

    try:
        # 61 minutes are a typing error, not an hour and a minute.
        with warnings.catch_warnings(action="error", category=AstropyWarning):
            coordinates: Any = SkyCoord(text.replace(",", " "), unit=("hourangle", "deg"))
    except (ValueError, AstropyWarning):
        return None
    return float(coordinates.ra.deg), float(coordinates.dec.deg)


def _from_galactic(match: re.Match[str]) -> str:
    from astropy.coordinates import SkyCoord  # takes a second to load

    l_deg, b_deg = float(match["l"]), float(match["b"])
    if abs(b_deg) > 90:
        raise ValueError(f"A galactic latitude lies between -90° and 90°: {b_deg:g} does not.")
    place: Any = SkyCoord(l=l_deg, b=b_deg, unit="deg", frame="galactic").icrs
    return f"{place.ra.deg:.8f} {place.dec.deg:+.8f}"


def _on_sky(ra: float, dec: float, *, sure: bool) -> tuple[float, float] | None:
    if 0 <= ra <= 360 and -90 <= dec <= 90:
        return ra, dec
    if not sure:
        return None
    if not 0 <= ra <= 360:
        raise ValueError(f"A right ascension lies between 0° and 360°: {ra:g} does not.")
    raise ValueError(f"A declination lies between -90° and 90°: {dec:g} does not.")


class SkySearch:
    """Spectra around a position: searching 728,133 takes milliseconds.

    Parameters
    ----------
    ra_deg, dec_deg : (N,)
        In the order of the rows; NaN if unknown.
    """

    def __init__(self, ra_deg: np.ndarray, dec_deg: np.ndarray) -> None:
        self._vectors = unit_vectors(ra_deg, dec_deg)

    @property
    def n_known(self) -> int:
        """Number of spectra with a position."""
        return int(np.isfinite(self._vectors[:, 0]).sum())

    def around(self, cone: Cone, *, limit: int = 8) -> tuple[np.ndarray, np.ndarray]:
        """Rows within the radius, the nearest first, and their distances in degrees.

        Without a radius the nearest ``limit`` rows.
        """
        centre = unit_vectors([cone.ra_deg], [cone.dec_deg])[0]
        # The chord resolves small angles, for which the cosine is 1 to the last digit.
        chord = np.sqrt(((self._vectors - centre) ** 2).sum(axis=1))
        if cone.radius_deg is None:
            known = np.flatnonzero(np.isfinite(chord))
            near = (
                known[np.argpartition(chord[known], limit)[:limit]] if known.size > limit else known
            )
        else:
            reach = 2 * math.sin(math.radians(min(cone.radius_deg, 180.0)) / 2)
            near = np.flatnonzero(chord <= reach * (1 + 1e-12))
        near = near[np.argsort(chord[near], kind="stable")]
        return near, np.degrees(2 * np.arcsin(np.minimum(chord[near] / 2, 1.0)))


def angle_text(degrees: float) -> str:
    """An angle in a suitable unit: ``3.2″``, ``1.5′``, ``12°``."""
    for unit, size in (("″", 1 / 3600), ("′", 1 / 60)):
        if degrees < 60 * size:
            return f"{degrees / size:.2g}{unit}"
    return f"{degrees:.3g}°"


def unit_vectors(ra_deg: ArrayLike, dec_deg: ArrayLike) -> np.ndarray:
    """(N, 3) float64: unit vectors of positions in degrees."""
    ra, dec = np.radians(np.asarray(ra_deg, float)), np.radians(np.asarray(dec_deg, float))
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
