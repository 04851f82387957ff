"""Arms and orders of one spectrum: how they are told from several spectra, and joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ......core.spectra.coaddition import coadd_arms
from ......core.spectra.spectrum import Spectrum
from ...errors import ReadError
from ...vocabulary.column_roles.column_names import OF_NO_OBJECT, columns_by_role, plain_name
from ...vocabulary.column_roles.hints import Hints
from ...vocabulary.redshift.redshift_words import KEYWORDS
from ..columns.pixel_order import shared_part
from ..table import AXES, ORDERS
from .row import Row, holds_spectra
from .row_facts import id_of, plain_value

__all__ = ["MOST_ORDERS", "are_orders", "arms_by_names", "as_one", "joined_arms"]

MOST_ORDERS = 200
"""Rows of a file that may be orders or arms of one spectrum; echelle spectrographs have some 80."""
_HALF = 0.5


def are_orders(rows: Sequence[Row]) -> bool:
    """Whether rows are orders or arms of one spectrum rather than several spectra.

    True if they have no object names and at most one redshift, and each overlaps the next by less
    than half, or a column numbers them as orders and they cover different wavelengths.
    """
    if not 1 < len(rows) <= MOST_ORDERS:
        return False
    facts = [
        {name.upper(): plain_value(value) for name, value in row.facts.items()} for row in rows
    ]
    if any(id_of(one, "") for one in facts):
        return False
    if any(len({str(one.get(name)) for one in facts}) > 1 for name in KEYWORDS):
        return False
    ranges = sorted(filter(None, (_range(row) for row in rows)))
    if len(ranges) < len(rows):
        return False
    numbered = any(plain_name(name) in ORDERS for name in facts[0])
    steps = list(pairwise(ranges))
    if numbered:
        return any(a != b for a, b in steps)
    return all(shared_part(a, b) < _HALF for a, b in steps)


def as_one(rows: Sequence[Row]) -> Row:
    """Orders or arms as one spectrum."""
    first = rows[0]
    facts = {n: value for n, value in first.facts.items() if plain_name(n) not in ORDERS}
    arms = tuple(arm for row in rows for arm in row.arms)
    return Row(arms, facts, first.common, tuple(one for row in rows for one in row.units))


def arms_by_names(names: Iterable[str], hints: Hints) -> list[dict[str, str]]:
    """For arms in columns such as ``b_flux`` or ``flux_b``: their names without the arm.

    Returns
    -------
    One mapping per arm: common name → name in the table. Empty unless there are several arms,
    each with an axis, flux and noise; what is named as sky or model is none.
    """
    known = [*names]
    for begin in (True, False):
        arms: dict[str, dict[str, str]] = {}
        for name in known:
            first, parted, last = name.partition("_") if begin else name.rpartition("_")
            arm, rest = (first, last) if begin else (last, first)
            if parted and rest:
                arms.setdefault(arm, {})[rest] = name
        whole = [name for name, arm in arms.items() if _is_whole(arm, hints)]
        if len(whole) > 1:
            return [arms[name] for name in whole if not OF_NO_OBJECT.search(name.upper())]
    return []


def _is_whole(names: Iterable[str], hints: Hints) -> bool:
    noise = {"ivar", "error", "variance"} & columns_by_role(names).keys()
    return bool(noise) and holds_spectra(names, hints)


def _range(row: Row) -> tuple[float, float] | None:
    """Range of the axis of a row's first arm."""
    roles = columns_by_role(row.arms[0]) if row.arms else {}
    name = next((roles[axis] for axis in AXES if axis in roles), None)
    if name is None:
        return None
    values = np.ma.filled(np.ma.asarray(row.arms[0][name]).astype(np.float64), np.nan)
    good = values[np.isfinite(values) & (values > 0)]
    return (float(good.min()), float(good.max())) if good.size else None


def joined_arms(arms: Sequence[Spectrum], *, by_names: bool = False) -> Spectrum:
    """Arms of one spectrum joined by inverse variance, with the facts of the first.

    Raises
    ------
    ReadError
        The arms have different units; or they are arms by their names only, and overlap by half.
    """
    if len(arms) == 1:
        return arms[0]
    ranges = sorted((arm.wave_obs_aa[0], arm.wave_obs_aa[-1]) for arm in arms)
    if by_names and any(shared_part(a, b) >= _HALF for a, b in pairwise(ranges)):
        raise ReadError(
            "unreadable",
            f"its columns hold {len(arms)} spectra of the same wavelengths, no arms of one: "
            "--column wave=… flux=… error=… says which to take",
        )
    if len(units := {arm.flux_unit: None for arm in arms}) > 1:
        text = " and ".join(units)
        raise ReadError("unreadable", f"its arms are in {text}: give all of them the same unit")
    wave, flux, ivar = coadd_arms([(arm.wave_obs_aa, arm.flux, arm.ivar) for arm in arms])
    model = None
    if all(arm.model is not None for arm in arms):
        alike = [(a.wave_obs_aa, np.asarray(a.model), np.ones(a.flux.shape)) for a in arms]
        model = coadd_arms(alike)[1]
    return replace(arms[0], wave_obs_aa=wave, flux=flux, ivar=ivar, model=model)
