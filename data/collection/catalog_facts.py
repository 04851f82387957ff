"""Facts from the catalog: set-aside reason, flux unit, redshift warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd  # not loaded: the processes that read files need these names alone

__all__ = [
    "COLUMNS_FROM",
    "SET_ASIDE",
    "WHY_SET_ASIDE",
    "Z_FROM",
    "flux_unit_of",
    "for_lenses",
    "why_set_aside",
    "z_warning_of",
]

# Of format 2: why a spectrum is kept from the models, as a code and in words; "" if it is not.
SET_ASIDE, WHY_SET_ASIDE = "set_aside", "set_aside_why"
COLUMNS_FROM, Z_FROM = "columns_from", "z_from"
"""Names of the facts that say which columns, and what as redshift, were taken by a guess."""


def flux_unit_of(catalog: pd.DataFrame, row: int) -> str:
    """Flux unit of a spectrum as in its file, for example ``"counts"``; empty if unknown."""
    return str(catalog["flux_unit"].iat[row]) if "flux_unit" in catalog else ""


def for_lenses(catalog: pd.DataFrame) -> np.ndarray:
    """(N,) bool: which spectra may be given to models, rather than kept for viewing only."""
    if SET_ASIDE not in catalog:
        return np.ones(len(catalog), bool)
    return catalog[SET_ASIDE].fillna("").to_numpy(str) == ""


def why_set_aside(catalog: pd.DataFrame, row: int) -> str:
    """Why a spectrum is kept from the models, in words; "" if it is not."""
    if SET_ASIDE not in catalog or not catalog[SET_ASIDE].iat[row]:
        return ""
    return f"{catalog[SET_ASIDE].iat[row]}: {catalog[WHY_SET_ASIDE].iat[row]}"


def z_warning_of(catalog: pd.DataFrame, row: int) -> str:
    """The survey's warning about a spectrum's redshift, in words; empty if there is none."""
    warning = catalog["z_warning"].iat[row] if "z_warning" in catalog else ""
    return warning if isinstance(warning, str) else ""
