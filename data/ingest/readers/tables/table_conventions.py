"""What tables of some surveys mean without saying it: units, scales and bits of masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..vocabulary.column_names import Role, plain_name

if TYPE_CHECKING:
    from .columns import Columns

__all__ = ["bad_by_survey", "mask_is_of_good", "meant_units", "stated_scale"]

_PFS = {"lambda", "flux", "fluxvariance", "mask"}
_EUCLID = {"wavelength", "signal", "mask", "quality", "var"}
_EUCLID_WORST = 64


def meant_units(columns: Columns, named: dict[Role, str]) -> tuple[str, str]:
    """Units of wavelength and flux where the table gives none: empty, but for Subaru's PFS.

    Source: the PFS data model, https://github.com/Subaru-PFS/datamodel: nm and nJy.
    """
    names = {plain_name(name) for name in columns.names}
    return ("nm", "nJy") if names >= _PFS and "variance" in named else ("", "")


def stated_scale(columns: Columns, unit: str) -> float:
    """What flux is multiplied by beside its unit: Euclid's FSCALE, unless the unit has a number."""
    scale = columns.value("FSCALE")
    if isinstance(scale, bool) or not isinstance(scale, int | float) or unit[:1].isdigit():
        return 1.0
    return float(scale) if np.isfinite(scale) and scale > 0 else 1.0


def mask_is_of_good(columns: Columns) -> bool:
    """Whether a column ``mask`` is true of good pixels: in PypeIt's coadds (OneSpec) it is.

    Source: PypeIt's data model, https://pypeit.readthedocs.io/en/stable/coadd1d.html.
    """
    return str(columns.value("DMODCLS") or "").strip() == "OneSpec"


def bad_by_survey(columns: Columns, named: dict[Role, str]) -> np.ndarray | None:
    """(D,) of a mask whose bits are known; None of any other.

    Euclid SIR: values that are odd, or 64 and more, are not to be used (IRSA's introduction to
    its spectra, Q1); QUALITY is no flag.
    """
    names = {plain_name(name) for name in columns.names}
    if not (names >= _EUCLID and "mask" in named):
        return None
    bits = columns.flags(named["mask"])
    return (bits % 2 == 1) | (bits >= _EUCLID_WORST)
