"""Many spectra a file, each a row of arrays: as Multimodal Universe, HATS and one's own have them.

A row holds arrays (flux, ivar, lambda, mask …), alone or in structs, of which each is an arm, and
facts (Z, object_id, ra, dec …).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .....core.spectra.coaddition import coadd_arms
from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError
from ..vocabulary.column_names import plain_name
from ..vocabulary.file_names import name_of
from ..vocabulary.hints import Hints, hinted_roles
from ..vocabulary.other_facts import facts_of
from ..vocabulary.redshift_words import KEYWORDS
from .table import AXES, spectrum_of_columns

__all__ = ["Row", "RowColumns", "holds_spectra", "spectra_of_rows"]

# In order of preference.
_IDS = (
    "objectid", "id", "sparclid", "specid", "specobjid", "targetid", "sdssid", "objid",
    "sourceid", "name", "object",
)  # fmt: skip
# What the catalog has in columns of its own.
_KNOWN = {"ID", "RA", "DEC", "SURVEY", "CLASS", "SUBCLASS", "VACUUM", *KEYWORDS}


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One spectrum as it is stored.

    Attributes
    ----------
    arms
        Of each arm, name → array (D,); most spectra have one.
    facts
        Name → what is said of the spectrum.
    common
        Name in upper case → what a header says of all.
    """

    arms: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any]
    common: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RowColumns:
    """One arm of a row, as `Columns`.

    Attributes
    ----------
    arrays
        Name → (D,).
    facts
        Name in upper case → value.
    units
        Name → unit, as it is written.
    """

    arrays: Mapping[str, Any]
    facts: Mapping[str, object]
    units: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """As the file has them."""
        return tuple(self.arrays)

    def numbers(self, name: str) -> np.ndarray:
        """ReadError if the array holds no numbers, or is none of pixels."""
        values = np.ma.asarray(self.arrays[name])
        if values.dtype.kind not in "iuf" or values.ndim != 1:
            raise ReadError("unreadable", f"column {name!r} holds {values.dtype}, no numbers")
        return np.ma.filled(values.astype(np.float64), np.nan)

    def flags(self, name: str) -> np.ndarray:
        """ReadError if the array holds no flags."""
        values = np.ma.asarray(self.arrays[name])
        if values.dtype.kind not in "biuf" or values.ndim != 1:
            raise ReadError("unreadable", f"column {name!r} holds {values.dtype}, no flags")
        return np.ma.filled(values, 1).astype(np.int64)

    def logical(self, name: str) -> bool:
        """By its type."""
        return np.asarray(self.arrays[name]).dtype.kind == "b"

    def unit(self, name: str) -> str:
        """As it is written; empty if there is none."""
        return self.units.get(name, "")

    def value(self, keyword: str) -> object:
        """Without regard to case."""
        return self.facts.get(keyword.upper())


def holds_spectra(names: Iterable[str], hints: Hints) -> bool:
    """Whether arrays of these names are a spectrum."""
    roles = hinted_roles(names, hints)
    return "flux" in roles and any(axis in roles for axis in AXES)


def spectra_of_rows(
    rows: Iterable[Row], units: Mapping[str, str], path: Path, hints: Hints
) -> Iterator[Spectrum]:
    """Each row as `spectrum_of_columns` reads it, arms joined by inverse variance.

    Parameters
    ----------
    rows
        In order.
    units
        Of the arrays, by name.
    path
        Of the file, whose name and the row's number are the id where no column is.
    hints
        Of the user.

    Raises
    ------
    ReadError
        A row is no spectrum.
    """
    for number, row in enumerate(rows):
        facts = {name.upper(): _plain(value) for name, value in row.facts.items()}
        arms = [RowColumns(arm, {**row.common, **facts}, units) for arm in row.arms]
        if not arms:
            raise ReadError("unreadable", f"row {number} has no arrays of a spectrum")
        try:
            found = [spectrum_of_columns(arm, path, hints.about(arm.names)) for arm in arms]
        except ReadError as error:
            raise ReadError(error.reason, f"row {number}: {error}") from error
        joined = _joined(found)
        about = facts_of(facts.items(), leave_out=_KNOWN)
        id = _id(facts, f"{name_of(path)}-{number}")
        yield replace(joined, id=id, facts={**joined.facts, **about})


def _joined(arms: list[Spectrum]) -> Spectrum:
    if len(arms) == 1:
        return arms[0]
    wave, flux, ivar = coadd_arms([(arm.wave_obs_aa, arm.flux, arm.ivar) for arm in arms])
    model = None
    if all(arm.model is not None for arm in arms):
        alike = [(a.wave_obs_aa, np.asarray(a.model), np.ones(a.flux.shape)) for a in arms]
        model = coadd_arms(alike)[1]
    return replace(arms[0], wave_obs_aa=wave, flux=flux, ivar=ivar, model=model)


def _id(facts: Mapping[str, object], otherwise: str) -> str:
    by_name = {plain_name(name): value for name, value in facts.items()}
    said = (by_name.get(name) for name in _IDS)
    text = next((str(value).strip() for value in said if _names(value)), "")
    return text or otherwise


def _names(value: object) -> bool:
    """Whether a value can be an id: text, or a whole number."""
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(value: Any) -> object:
    """A value as Python has it; of text without surrounding blanks."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.generic):
        value = value.item()
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else value
