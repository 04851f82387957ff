"""Facts from the catalog: set-aside reason, flux unit, redshift warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd  # not loaded: the processes that read files need these names alone

__all__ = [
    "SET_ASIDE",
    "WHY_SET_ASIDE",
    "flux_unit_of",
    "for_lenses",
    "why_set_aside",
    "z_warning_of",
]

# Of format 2: why no model is given a spectrum, as a short code and in words; "" if one may be.
SET_ASIDE, WHY_SET_ASIDE = "set_aside", "set_aside_why"


def flux_unit_of(catalog: pd.DataFrame, row: int) -> str:
    """Of a spectrum, as its file had it, for example ``"counts"``; empty if not known."""
    return str(catalog["flux_unit"].iat[row]) if "flux_unit" in catalog else ""


def for_lenses(catalog: pd.DataFrame) -> np.ndarray:
    """(N,) bool: which spectra were taken for models, rather than kept to be looked at alone."""
    if SET_ASIDE not in catalog:
        return np.ones(len(catalog), bool)
    return catalog[SET_ASIDE].fillna("").to_numpy(str) == ""


def why_set_aside(catalog: pd.DataFrame, row: int) -> str:
    """Why no model is given a spectrum, in words; "" if one may be."""
    if SET_ASIDE not in catalog or not catalog[SET_ASIDE].iat[row]:
        return ""
    return f"{catalog[SET_ASIDE].iat[row]}: {catalog[WHY_SET_ASIDE].iat[row]}"


def z_warning_of(catalog: pd.DataFrame, row: int) -> str:
    """What its survey warns of with a spectrum's redshift, in words; empty if of nothing."""
    warning = catalog["z_warning"].iat[row] if "z_warning" in catalog else ""
    return warning if isinstance(warning, str) else ""
