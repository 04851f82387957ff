"""What tables of some surveys mean without saying it: units, scales and bits of masks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .....core.spectra.unit_spellings import RELATIVE, flux_factor
from ..vocabulary.column_names import Role, plain_name
from ..vocabulary.composed_names import composed_name

if TYPE_CHECKING:
    from .columns import Columns

__all__ = ["bad_by_survey", "mask_is_of_good", "stated_scale", "unit_of_axis", "unit_of_flux"]

_PFS = {"lambda", "flux", "fluxvariance", "mask"}
_EUCLID = {"wavelength", "signal", "mask", "quality", "var"}
_EUCLID_WORST = 64
_GOOD_OF = {"dqwgt": {"dq"}, "dataqual": {"staterror"}}
_ONE_IS_GOOD = (
    r"\b(1|true|t)\s*(=|:|is|are|means?|for)\s*(a\s+)?(good|valid|ok|usable)|"
    r"\b(good|valid|ok|usable)\s*(=|:|is)\s*(1|true)\b|\b(0|false|f)\s*(=|:|is|means?)\s*bad|"
    r"\bbad\s*(=|:|is)\s*(0|false)\b"
)


_AXIS_UNITS = (
    "WAVEUNIT", "WAVE_UNIT", "WAVEUNITS", "WAVE_UNITS", "WAVELENGTH_UNIT", "WAVELENGTH_UNITS",
    "SPECTRAL_AXIS_UNIT", "LAMBDA_UNIT", "WUNIT", "XUNIT", "XUNITS", "CUNIT1",
)  # fmt: skip
_FLUX_UNITS = ("FLUXUNIT", "FLUX_UNIT", "FLUXUNITS", "FLUX_UNITS", "FUNIT", "YUNIT", "YUNITS")


def unit_of_axis(columns: Columns, named: dict[Role, str], axis: Role) -> str:
    """Of the axis's column: its own, else in its name, a header's word, or its survey's.

    Source: the PFS data model, https://github.com/Subaru-PFS/datamodel: nm and nJy.
    """
    name = named[axis]
    return (
        columns.unit(name) or _elsewhere(columns, name, _AXIS_UNITS) or _of_pfs(columns, named, 0)
    )


def unit_of_flux(columns: Columns, named: dict[Role, str]) -> str:
    """Of the flux's column, likewise; BUNIT only where it is one of flux."""
    name = named["flux"]
    found = columns.unit(name) or _elsewhere(columns, name, _FLUX_UNITS)
    if found:
        return found
    image = str(columns.value("BUNIT") or "").strip()
    try:
        if image and flux_factor(image, np.full(1, 5000.0))[1] != RELATIVE:
            return image
    except ValueError:
        pass  # of another image in the file
    return _of_pfs(columns, named, 1)


def _elsewhere(columns: Columns, name: str, keywords: Sequence[str]) -> str:
    own = (f"{name}_unit", f"{name}_units", f"unit_{name}", f"{name}unit")
    ask = columns.value
    for keyword in (*(name.upper() for name in own), *keywords):
        said = ask(keyword)
        if isinstance(said, str) and said.strip():
            return said.strip()
    told = composed_name(name)
    return "" if told is None else told.unit


def _of_pfs(columns: Columns, named: dict[Role, str], which: int) -> str:
    names = {plain_name(name) for name in columns.names}
    return ("nm", "nJy")[which] if names >= _PFS and "variance" in named else ""


def stated_scale(columns: Columns, unit: str) -> float:
    """What flux is multiplied by beside its unit: Euclid's FSCALE, unless the unit has a number."""
    scale = columns.value("FSCALE")
    if isinstance(scale, bool) or not isinstance(scale, int | float) or unit[:1].isdigit():
        return 1.0
    return float(scale) if np.isfinite(scale) and scale > 0 else 1.0


def mask_is_of_good(columns: Columns, name: str) -> bool:
    """Whether a mask is true of good pixels: as it says of itself, or in PypeIt's files.

    Source: PypeIt's data model (OneSpec), https://pypeit.readthedocs.io/en/stable/coadd1d.html.
    """
    number = columns.names.index(name) + 1
    told = str(columns.value(f"TCOMM{number}") or columns.value(f"TDESC{number}") or "")
    if re.search(_ONE_IS_GOOD, told, re.IGNORECASE):
        return True
    return str(columns.value("DMODCLS") or "").strip() == "OneSpec"


def bad_by_survey(columns: Columns, named: dict[Role, str]) -> np.ndarray | None:
    """(D,) of a mask whose bits are known; None of any other.

    HST's COS: DQ_WGT is 0 where a bit of DQ voids a pixel, for most do not (COS Data Handbook).
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
