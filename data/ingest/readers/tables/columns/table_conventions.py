"""Unwritten conventions of some surveys: units, scales and mask bits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ......core.spectra.units.unit_spellings import RELATIVE, flux_factor, wavelengths_aa
from ...vocabulary.column_roles.column_names import Role, plain_name
from ...vocabulary.column_roles.composed_names import composed_name
from ...vocabulary.keywords import values_of_keywords
from .rows_alike import once_a_table
from .written_metadata import from_json, unit_in_metadata

if TYPE_CHECKING:
    from .columns import Columns

__all__ = [
    "ALL_BITS", "bad_by_survey", "mask_is_of_good", "serious_bits", "stated_scale", "step_column",
    "unit_of", "unit_of_axis", "unit_of_flux",
]  # fmt: skip

ALL_BITS = -1
_DO_NOT_USE = 1  # of JWST's DQ; https://jwst-pipeline.readthedocs.io, "Data Quality Flags"

_PFS = ({"lambda", "flux", "fluxvariance", "mask"}, {"wavelength", "flux", "error", "mask"})
_OF_PFS = "FLUX_TABLE"  # EXTNAME of the second, whose columns others have too
_EUCLID = {"wavelength", "signal", "mask", "quality", "var"}
_EUCLID_WORST = 64
_GOOD_OF = {"dqwgt": {"dq"}, "dataqual": {"staterror"}}
_ONE_IS_GOOD = (
    r"\b(1|true|t)\s*(=|:|is|are|means?|for)\s*(a\s+)?(good|valid|ok|usable)|"
    r"\b(good|valid|ok|usable)\s*(=|:|is)\s*(1|true)\b|\b(0|false|f)\s*(=|:|is|means?)\s*bad|"
    r"\bbad\s*(=|:|is)\s*(0|false)\b"
)


_SCALES = ("FSCALE", "FLUXSCAL", "FLUXSCALE", "FLUX_SCALE", "FLXSCALE", "FLUXFAC", "SCALE")
_BRIGHTEST = 1e9  # 1e-17 erg/s/cm²/Å: Sirius has 2e9 at most
_COUNTS = ("counts", "optcounts", "boxcounts")
_STEPS = ("deltaw", "deltawave", "dwave", "wavestep", "wavelengthstep", "dlambda", "cdelt1", "step")
_AXIS_UNITS = (
    "WAVEUNIT", "WAVE_UNIT", "WAVEUNITS", "WAVE_UNITS", "WAVELENGTH_UNIT", "WAVELENGTH_UNITS",
    "SPECTRAL_AXIS_UNIT", "LAMBDA_UNIT", "SPECTRAL_UNIT", "WUNIT", "XUNIT", "XUNITS", "CUNIT1",
)  # fmt: skip
_OF_COLUMNS = ("UNITS", "UNIT", "COLUMN_UNITS", "COLUMNUNITS")
_FLUX_UNITS = ("FLUXUNIT", "FLUX_UNIT", "FLUXUNITS", "FLUX_UNITS", "FUNIT", "YUNIT", "YUNITS")
# Keywords of the flux unit; they count only if the unit is one of flux.
_ANY_UNITS = (
    "BUNIT", "UNITS", "UNIT", "FUNITS", "FLUX_UNI", "FLUX_UN", "FLUXUN", "FLUX_U", "FLUNIT",
    "UNITFLUX", "UNIT_FLU", "SPECUNIT", "DATAUNIT", "BUNITS",
)  # fmt: skip


def step_column(names: Sequence[str]) -> str:
    """Name of the column with the step of an axis given by its first value, such as IUE's DELTAW.

    "" if there is none. Source: the IUE Newly Extracted Spectra, https://archive.stsci.edu/iue.
    """
    return next((name for name in names if plain_name(name) in _STEPS), "")


@once_a_table
def unit_of_axis(columns: Columns, name: str) -> str:
    """Unit of the axis: of the column, else in its name, in the header, or by its survey.

    Source: the PFS data model, https://github.com/Subaru-PFS/datamodel: nm and nJy.
    """
    return unit_of(columns, name, _AXIS_UNITS) or _of_pfs(columns, 0)


@once_a_table
def unit_of_flux(columns: Columns, name: str) -> str:
    """Unit of the flux, likewise; BUNIT and similar keywords only if they are units of flux."""
    if found := unit_of(columns, name, _FLUX_UNITS):
        return found
    entries = (str(columns.value(keyword) or "").strip() for keyword in _ANY_UNITS)
    found = next(filter(_is_of_flux, entries), "") or _of_pfs(columns, 1)
    return found or ("ct" if plain_name(name) in _COUNTS else "")


def _is_of_axis(unit: str) -> bool:
    try:
        return bool(unit) and wavelengths_aa(np.full(1, 5000.0), unit).size > 0
    except ValueError:
        return False


def _is_of_flux(unit: str) -> bool:
    try:
        return bool(unit) and flux_factor(unit, np.full(1, 5000.0))[1] != RELATIVE
    except ValueError:  # of something else in the file
        return False


@once_a_table
def unit_of(columns: Columns, name: str, keywords: Sequence[str] = ()) -> str:
    """Unit of a column: its own, else from the header or the keywords, else from its name."""
    if written := columns.unit(name):
        return written
    own = (f"{name}_unit", f"{name}_units", f"unit_{name}", f"{name}unit")
    ask = columns.value
    for keyword in (*(name.upper() for name in own), *keywords):
        entry = ask(keyword)
        if isinstance(entry, str) and entry.strip():
            return entry.strip()
    of_all = (entry for keyword in _OF_COLUMNS if (entry := ask(keyword)) is not None)
    if found := next(
        filter(None, (unit_in_metadata(entry, name, columns.names) for entry in of_all)), ""
    ):
        return found
    if (of_it := ask(name.upper())) is not None:
        found = unit_in_metadata({name: from_json(of_it)}, name, ())
        if _is_of_axis(found) or _is_of_flux(found):
            return found
    composed = composed_name(name)
    return "" if composed is None else composed.unit


def _of_pfs(columns: Columns, which: int) -> str:
    names = {plain_name(name) for name in columns.names}
    of_pfs = names >= _PFS[0]
    of_pfs |= names >= _PFS[1] and columns.value("EXTNAME") == _OF_PFS
    return ("nm", "nJy")[which] if of_pfs else ""


def stated_scale(columns: Columns, flux: np.ndarray, factor: np.ndarray) -> float:
    """Scale of the flux beside its unit: Euclid's FSCALE, Gemini's FLUXSCAL.

    Applied only if the flux, by its unit alone (``factor`` (D,)), would be brighter than any star,
    so that a scale already in the unit counts once. Scales above 1, such as Gemini's, have been
    multiplied into the flux, and are divided out.
    """
    entries = (one for _, one in values_of_keywords(columns.value, _SCALES))
    scale = next(
        (s for s in entries if isinstance(s, int | float) and not isinstance(s, bool)), 1.0
    )
    if not 0 < scale < np.inf or scale == 1:
        return 1.0
    known = (flux * factor)[np.isfinite(flux * factor)]
    if not known.size or not np.median(np.abs(known)) > _BRIGHTEST:
        return 1.0
    return min(float(scale), 1 / float(scale))


@once_a_table
def mask_is_of_good(columns: Columns, name: str) -> bool:
    """Whether True in a mask means good: by its own metadata, or in files of PypeIt.

    Source: PypeIt's data model (OneSpec), https://pypeit.readthedocs.io/en/stable/coadd1d.html.
    """
    number = columns.names.index(name) + 1
    text = str(columns.value(f"TCOMM{number}") or columns.value(f"TDESC{number}") or "")
    if re.search(_ONE_IS_GOOD, text, re.IGNORECASE):
        return True
    return str(columns.value("DMODCLS") or "").strip() == "OneSpec"


@once_a_table
def serious_bits(columns: Columns) -> int:
    """Quality bits that invalidate a pixel: HST's SDQFLAGS, JWST's DO_NOT_USE, else all."""
    value = columns.value("SDQFLAGS")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return _DO_NOT_USE if columns.value("TELESCOP") == "JWST" else ALL_BITS


def bad_by_survey(columns: Columns, named: dict[Role, str]) -> np.ndarray | None:
    """Bad pixels (D,) by a mask with known bits; None for other masks.

    HST's COS: DQ_WGT is 0 where DQ invalidates a pixel, as most bits do not (COS Data Handbook).
    CALSPEC: DATAQUAL is 1 where a pixel is good.
    Euclid SIR: values that are odd, or 64 and more, are not to be used (IRSA's introduction to
    its spectra, Q1); QUALITY is no flag.
    """
    names = {plain_name(name) for name in columns.names}
    for good, besides in _GOOD_OF.items():  # 0 is bad
        if names >= {good, *besides}:
            return columns.numbers(next(n for n in columns.names if plain_name(n) == good)) == 0
    if not (names >= _EUCLID and "mask" in named):
        return None
    bits = columns.flags(named["mask"])
    return (bits % 2 == 1) | (bits >= _EUCLID_WORST)
