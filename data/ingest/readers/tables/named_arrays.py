"""HDF5, NPZ and NPY: named arrays, one spectrum or many."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError, Unread
from ..vocabulary.column_roles.hints import MASKS, Hints, hinted_roles
from ..vocabulary.file_names import name_of
from ..vocabulary.other_facts import MOST_IN_A_LIST
from ..vocabulary.plain_words import in_own_words
from .hdf5_groups import Arrays, groups_within
from .rows.arms import MOST_ORDERS, are_orders, arms_by_names, as_one
from .rows.row import Row, holds_spectra
from .rows.rows_of_arrays import spectra_of_rows
from .table import AXES

__all__ = ["load_hdf5", "load_npy", "load_npz", "spectra_of_groups"]

# A damaged header of numpy may raise Python's own parsing errors.
_DAMAGE = (
    *(OSError, ValueError, KeyError, EOFError, RuntimeError, SyntaxError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)


def load_hdf5(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectra of all groups, starting at the root.

    See `spectra_of_groups`. Units are attributes ``unit`` or ``units`` of a dataset; other
    attributes are facts.

    Raises
    ------
    ReadError
        The file is damaged, or no group holds spectra.
    """
    import h5py  # takes a while

    with _damage_as_error("HDF5"), h5py.File(stream, "r") as file:
        yield from spectra_of_groups(groups_within(file), path, hints)


def spectra_of_groups(groups: Iterable[Arrays], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """The spectra of named groups of arrays, each (D,) or (n, D) with one axis or one for each.

    Groups that are arms or orders of one spectrum are joined; otherwise a group's name is part of
    the id.

    Raises
    ------
    ReadError
        No group holds spectra.
    """
    shown: list[str] = []
    there = False
    held = (one for found in groups for one in _held(found, shown, hints))
    first = [*islice(held, MOST_ORDERS + 1)]
    if len(first) > 1 and all(_is_one(one, hints) for one in first):
        rows = [row for one in first for row in _rows_of(one, hints)]
        if are_orders(rows):
            yield from _by_file([as_one(rows)], first[0].units, path, hints)
            return
    if arms := _arms_of_rows(first, hints):
        yield from spectra_of_rows(arms, first[0].units, path, hints)
        return
    alone, unread = len(first) == 1, Unread()
    for one in chain(first, held):
        there = True
        group = "" if alone else one.name
        yield from unread.through(_own_name(path, group), _spectra(one, path, hints, group))
    unread.tell()
    if not there:
        raise ReadError("unknown format", _none(shown))


def _held(found: Arrays, shown: list[str], hints: Hints) -> list[Arrays]:
    """The arrays of a group that hold spectra: the group itself, or one set per arm."""
    shown += found.arrays
    if holds_spectra(found.arrays, hints.about(found.arrays)):
        return [_by_row(found, hints)]
    arms = arms_by_names(found.arrays, hints)
    of_arms = {name for arm in arms for name in arm.values()}
    others = {name: values for name, values in found.arrays.items() if name not in of_arms}
    return [
        replace(
            found,
            name="-".join(filter(None, (found.name, _arm_of(arm)))),
            arrays={**others, **{short: found.arrays[name] for short, name in arm.items()}},
            units={short: found.units.get(name, "") for short, name in arm.items()},
        )
        for arm in arms
    ]


def _arm_of(names: Mapping[str, str]) -> str:
    """What the names of an arm's arrays have in common."""
    short, long = next(iter(names.items()))
    return (long.removesuffix(short) if long.endswith(short) else long[len(short) :]).strip("_")


def _arms_of_rows(found: Sequence[Arrays], hints: Hints) -> list[Row]:
    """Rows joined over groups with equal numbers of rows and different wavelengths (arms).

    Empty if the groups are not arms.
    """
    shapes = [_flux(one, hints).shape for one in found]
    if not 1 < len(found) <= MOST_ORDERS or {(len(one), one[0]) for one in shapes} != {
        (2, shapes[0][0])
    }:
        return []
    every = [[*_rows_of(one, hints)] for one in found]
    rows = [as_one(of_row) for of_row in zip(*every, strict=True)]
    first = [Row(of_row[0].arms, {}) for of_row in every]
    return rows if are_orders(first) else []


def load_npz(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectra in a numpy archive; pickled arrays are refused.

    Raises
    ------
    ReadError
        The file is damaged, or its arrays are not spectra.
    """
    with _damage_as_error("NPZ"), np.load(stream, allow_pickle=False) as file:
        found = Arrays({name: file[name] for name in file.files})
    if not holds_spectra(found.arrays, hints):
        raise ReadError("unknown format", _none([*found.arrays]))
    yield from _spectra(_by_row(found, hints), path, hints)


def load_npy(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read spectra from one numpy array with named fields, or with columns named by the user.

    Raises
    ------
    ReadError
        The file is damaged, or the roles of the columns are unknown.
    """
    with _damage_as_error("NPY"):
        array = np.load(stream, allow_pickle=False)
    if array.dtype.names:
        found = {name: array[name] for name in array.dtype.names}
    elif array.ndim == 2:
        columns = array if array.shape[0] < array.shape[1] else array.T
        found = {f"col{number + 1}": column for number, column in enumerate(columns)}
    else:
        raise ReadError("unknown format", f"an array of shape {array.shape} is no spectrum")
    if not holds_spectra(found, hints):
        raise ReadError(
            "unknown format",
            f"the columns of the array have no names: say which is which, as in --column wave=1 "
            f"flux=2 error=3 (it has {len(found)} columns)",
        )
    yield from _spectra(Arrays(found), path, hints)


@contextmanager
def _damage_as_error(kind: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        why = "it is damaged, cut off or of another kind"
        if kind != "HDF5":  # numpy takes anything else for a pickle
            why += ", or holds Python objects instead of plain arrays, which are not loaded"
        why = in_own_words(str(error), why)
        raise ReadError("unreadable", f"no {kind} that can be read: {why}") from error


def _none(names: list[str]) -> str:
    if "values_block_0" in names:
        return (
            "a table of pandas whose columns have their names in a pickle, which is not loaded: "
            "write it by to_parquet, or by to_hdf with data_columns=True"
        )
    shown = ", ".join(names[:10]) or "none"
    return (
        f"arrays {shown}: none is a wavelength and another a flux; name them wave, flux and ivar "
        "(or error), or say --column wave=… flux=…"
    )


def _by_row(found: Arrays, hints: Hints) -> Arrays:
    """Arrays with one spectrum per row, transposed if the wavelengths run along columns."""
    roles = hinted_roles(found.arrays, hints.about(found.arrays))
    flux = found.arrays[roles["flux"]]
    axis = next(found.arrays[roles[one]] for one in AXES if one in roles)
    if flux.ndim != 2:
        return found
    of_columns = axis.ndim == 1 and axis.shape == flux.shape[:1] != flux.shape[1:]
    if axis.ndim == 1 and len(axis) == flux.shape[0] == flux.shape[1] > 1:
        _check_square(_all(flux))
    if axis.shape == flux.shape and len(flux) > 1:
        wave = _all(axis)
        of_columns = bool(np.all(wave == wave[:, :1])) and not np.all(wave == wave[:1])
    if not of_columns:
        return found
    turned = {n: _all(one).T if one.shape == flux.shape else one for n, one in found.arrays.items()}
    return replace(found, arrays=turned)


def _check_square(flux: np.ndarray) -> None:
    """Raise ReadError if a square flux is smoother along columns, which may be its spectra."""
    along, across = (float(np.nanmedian(np.abs(np.diff(flux, axis=axis)))) for axis in (1, 0))
    if not 0 < along < across:
        raise ReadError(
            "unreadable",
            f"flux is a square of {len(flux):,} × {len(flux):,}, whose columns rather than rows "
            "look like spectra: give wavelengths of the same shape, a spectrum a row",
        )


def _flux(found: Arrays, hints: Hints) -> Any:
    return found.arrays[hinted_roles(found.arrays, hints.about(found.arrays))["flux"]]


def _is_one(found: Arrays, hints: Hints) -> bool:
    return _flux(found, hints).ndim == 1


def _by_file(
    rows: Iterable[Row], units: Mapping[str, str], path: Path, hints: Hints, group: str = ""
) -> Iterator[Spectrum]:
    """One spectrum; its id is the file's name, with the group's name if there are several."""
    own = _own_name(path, group)
    return spectra_of_rows(rows, units, path, hints, otherwise=lambda _: own)


def _own_name(path: Path, group: str) -> str:
    return "-".join(filter(None, (name_of(path), group)))


def _rows_of(found: Arrays, hints: Hints) -> Iterator[Row]:
    """Rows of these arrays, one per spectrum, as stored."""
    hints = hints.about(found.arrays)
    roles = hinted_roles(found.arrays, hints)
    flux = _flux(found, hints)
    if flux.ndim not in (1, 2):
        raise ReadError("unreadable", f"flux has the shape {flux.shape}, expected (D,) or (n, D)")
    one = flux.ndim == 1
    pixels = [
        name
        for role, name in roles.items()
        if (role != "redshift" or (one and _is_pixels(found, name)))
        and (
            role not in MASKS
            or found.arrays[name].shape[-1:] == flux.shape[-1:]
            or (one and role in ("mask", "good mask") and _is_pixels(found, name))
        )
    ]
    return _rows(found, pixels, flux.shape)


def _spectra(found: Arrays, path: Path, hints: Hints, group: str = "") -> Iterator[Spectrum]:
    """The spectra, or one if the rows are its orders."""
    flux, rows = _flux(found, hints), _rows_of(found, hints)
    if flux.ndim == 1:
        yield from _by_file(rows, found.units, path, hints, group)
        return
    if len(flux) <= MOST_ORDERS:
        listed = [*rows]
        if are_orders(listed):
            yield from _by_file([as_one(listed)], found.units, path, hints, group)
            return
        rows = iter(listed)
    yield from spectra_of_rows(rows, found.units, path, hints)


def _is_pixels(found: Arrays, name: str) -> bool:
    values = found.arrays.get(name)
    return values is not None and values.ndim == 1 and values.size > 1


def _rows(found: Arrays, pixels: list[str], shape: tuple[int, ...]) -> Iterator[Row]:
    facts = {**found.facts}
    if len(shape) == 1:
        arm = {name: _all(found.arrays[name]) for name in pixels}
        others = ((n, v) for n, v in found.arrays.items() if n not in pixels)
        facts |= {n: _all(v).reshape(-1)[0] for n, v in others if np.size(v) == 1}
        yield Row((arm,), facts, found.common, (found.units,))
        return
    shared = {n: _all(found.arrays[n]) for n in pixels if found.arrays[n].ndim == 1}
    of_rows = {n: found.arrays[n] for n in pixels if n not in shared}
    alone = ((n, v) for n, v in found.arrays.items() if n not in pixels and np.size(v) == 1)
    facts |= {name: _all(value).reshape(-1)[0] for name, value in alone}
    metadata = {
        name: _all(values)
        for name, values in found.arrays.items()
        if name not in pixels and _is_fact(values.shape, shape[0])
    }
    for number in range(shape[0]):
        arm = shared | {name: np.asarray(values[number]) for name, values in of_rows.items()}
        of_row = {name: values[number] for name, values in metadata.items()}
        yield Row((arm,), facts | of_row, found.common, (found.units,))


def _is_fact(shape: tuple[int, ...], n_rows: int) -> bool:
    """Whether an array has one value, or few, per row."""
    return shape[:1] == (n_rows,) and len(shape) < 3 and (*shape, 1)[1] <= MOST_IN_A_LIST


def _all(values: Any) -> np.ndarray:
    return np.asarray(values[()])
