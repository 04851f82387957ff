"""One spectrum as a row of pixels on a linear or logarithmic axis: FITS images, IRAF's among them.

The axis is that of Greisen et al. 2006 (A&A 446, 747) in one dimension, or IRAF's equispec
(``WAT1_001``, ``DC-FLAG``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .....core.spectra.air_vacuum import air_to_vacuum
from .....core.spectra.spectrum import Medium, Spectrum
from .....core.spectra.unit_spellings import flux_factor, wavelengths_aa
from ..vocabulary.file_names import name_of
from ..vocabulary.hints import NO_HINTS, Hints
from ..vocabulary.medium import medium_of
from ..vocabulary.noise import from_error, from_variance, not_negative
from ..vocabulary.other_facts import HEADER_FACTS, facts_of
from ..vocabulary.redshift_flags import flag_words
from ..vocabulary.redshift_words import KEYWORDS, VELOCITIES, redshift_of, rivals_of
from .fits import Hdu, ReadError

__all__ = ["is_image", "load_image"]

_ERRORS = {
    "STD": from_error, "ERR": from_error, "ERROR": from_error, "ERRS": from_error,
    "SIGMA": from_error, "UNCERT": from_error, "UNCERTAINTY": from_error, "NOISE": from_error,
    "STAT": from_variance, "VAR": from_variance, "VARIANCE": from_variance,
    "IVAR": not_negative, "INVVAR": not_negative,
}  # fmt: skip
_MASKS = ("MASK", "DQ", "QUAL", "QUALITY")


def is_image(hdus: Sequence[Hdu]) -> bool:
    """Whether the primary image is one spectrum, or IRAF's bands of one, on a simple axis."""
    primary = hdus[0]
    if primary.data is None or primary.data.dtype.kind not in "iuf":
        return False
    step = primary.value("CDELT1") or primary.value("CD1_1")
    alone = primary.data.size == primary.data.shape[-1]
    return bool(step) and "CRVAL1" in primary.header and (alone or _is_bands(primary))


def load_image(hdus: Sequence[Hdu], path: Path, hints: Hints = NO_HINTS) -> Spectrum:
    """A spectrum from the primary image, its error from an extension or an IRAF band.

    Wavelengths are CRVAL1 + CDELT1·(i + 1 − CRPIX1) in CUNIT1, or IRAF's units, Å if none is
    given and they look so; ten to that power with ``DC-FLAG = 1``. Flux is in BUNIT. Extensions
    are known by their names: errors (STD, ERR, UNCERT, …), variances, inverse variances, masks.

    Raises
    ------
    ReadError
        There is no error, a unit does not fit, or the axis is no simple one.
    """
    primary = hdus[0]
    assert primary.data is not None  # is_image looked
    n = primary.data.shape[-1]
    try:
        wave, medium = _wave_vac_aa(primary, n, air=hints.air)
        factor, called = flux_factor(str(primary.value("BUNIT") or ""), wave)
        ivar = _ivar(hdus, n) / factor / factor
        flux = np.ravel(primary.data)[:n].astype(np.float64) * factor
        redshifts = [(name, primary.value(name)) for name in (*KEYWORDS, *VELOCITIES)]
        z, z_note = redshift_of(redshifts)
        order = slice(None) if wave[-1] > wave[0] else slice(None, None, -1)
        return Spectrum(
            id=name_of(path),
            wave_obs_aa=wave[order],
            flux=flux[order],
            ivar=ivar[order],
            z=z,
            z_note=z_note,
            ra=primary.number("RA"),
            dec=primary.number("DEC"),
            survey="own",
            flux_unit=called,
            z_warning=flag_words(primary.value) or rivals_of(z, redshifts),
            medium=medium,
            facts=facts_of((name, primary.value(name)) for name in HEADER_FACTS),
            file=str(path),
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error


def _is_bands(primary: Hdu) -> bool:
    data = primary.data
    return data is not None and data.ndim == 3 and data.shape[1] == 1 and bool(_bands(primary))


def _bands(primary: Hdu) -> dict[int, str]:
    """Number of an IRAF band from 1 → what it holds."""
    said = {n: str(primary.value(f"BANDID{n}") or "").lower() for n in range(1, 10)}
    return {n: text for n, text in said.items() if text}


def _wave_vac_aa(primary: Hdu, n: int, *, air: bool) -> tuple[np.ndarray, Medium]:
    system = str(primary.value("WAT0_001") or "")
    if "multispec" in system:
        raise ReadError(
            "unreadable", "an IRAF multispec image: write one spectrum a file, linearised (dispcor)"
        )
    start, reference = primary.number("CRVAL1"), primary.number("CRPIX1", 1.0)
    step = primary.number("CDELT1", primary.number("CD1_1"))
    values = start + step * (np.arange(n) + 1 - reference)
    units = re.search(r"units=(\w+)", str(primary.value("WAT1_001") or ""))
    unit = str(primary.value("CUNIT1") or (units[1] if units else ""))
    kind = str(primary.value("CTYPE1") or "").upper()
    if kind.endswith("-LOG"):  # of Greisen et al.: CRVAL1 and CDELT1 are wavelengths
        with np.errstate(all="ignore"):
            values = start * np.exp((values - start) / start)
    elif primary.value("DC-FLAG") == 1 or "LOG" in kind:
        with np.errstate(over="ignore"):
            values = np.power(10.0, values)
    wave = wavelengths_aa(values, unit)
    if not (np.isfinite(wave) & (wave > 0)).all():
        raise ReadError("unreadable", f"the axis from {start:g} by {step:g} has no wavelengths")
    said = medium_of(primary.value)
    in_air = said == "air" or (air and not said)
    medium: Medium = "air" if in_air else said or "not said"
    return air_to_vacuum(wave) if in_air else wave, medium


def _ivar(hdus: Sequence[Hdu], n: int) -> np.ndarray:
    """(n,) in the image's unit, float64; 0 where masked."""
    images = {hdu.name: hdu.data for hdu in hdus[1:] if hdu.data is not None and not hdu.columns}
    found = next((name for name in _ERRORS if name in images), None)
    if found is not None:
        ivar = _ERRORS[found](_row(images[found], n, found))
    else:
        ivar = _of_band(hdus[0], n)
    for name in _MASKS:
        if name in images:
            ivar = np.where(_row(images[name], n, name) != 0, 0.0, ivar)
    return ivar


def _of_band(primary: Hdu, n: int) -> np.ndarray:
    sigma = next((band for band, text in _bands(primary).items() if "sigma" in text), None)
    if sigma is None or primary.data is None or sigma > len(primary.data):
        names = ", ".join(list(_ERRORS)[:5])
        raise ReadError(
            "no errors",
            f"the image has no extension {names} …, nor a band of sigma, so the noise is unknown",
        )
    return from_error(_row(primary.data[sigma - 1], n, "sigma"))


def _row(data: np.ndarray, n: int, name: str) -> np.ndarray:
    if data.size != n:
        raise ReadError("unreadable", f"{name} has {data.size} pixels, the flux {n}")
    return np.ravel(data).astype(np.float64)
