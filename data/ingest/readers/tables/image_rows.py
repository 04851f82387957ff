"""Many spectra as rows of images: flux, noise and masks (n, D), and wavelengths.

Written by users, and by fibre spectrographs (SDSS's spPlate, AAOmega), with a table that names the
objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from astropy.io import fits

from .....core.spectra.spectrum import Spectrum
from ..fits_files.fits import Hdu
from ..fits_files.image_axis import axes_of, has_axis
from ..vocabulary.column_roles.column_names import Role, columns_by_role
from ..vocabulary.column_roles.hints import Hints
from ..vocabulary.file_names import name_of
from .image_columns import bunit
from .rows.arms import MOST_ORDERS, are_orders, as_one
from .rows.fits_rows import facts_of_rows
from .rows.row import Row
from .rows.row_facts import id_columns
from .rows.rows_of_arrays import spectra_of_rows
from .table import AXES

__all__ = ["holds_rows", "load_rows", "with_columns_as_images"]

_NOISE: tuple[Role, ...] = ("ivar", "error", "variance")
_OF_ROWS = 2  # NAXIS


class _Stack(NamedTuple):
    """Flux HDU; images by role, (n, D), the axis possibly (1, D); and the table of objects."""

    flux: Hdu
    images: dict[Role, np.ndarray]
    units: dict[str, str]
    table: Hdu | None


def holds_rows(hdus: Sequence[Hdu]) -> bool:
    """Whether images hold spectra, one per row.

    Wavelengths are an image, or from the header if a table with as many rows names the objects: a
    frame of a slit has no such table.
    """
    return _stack(hdus) is not None


def _stack(hdus: Sequence[Hdu]) -> _Stack | None:
    named = {hdu.name: hdu for hdu in reversed(hdus) if hdu.data is not None and not hdu.columns}
    roles = columns_by_role(filter(None, named))
    by_role: dict[Role, Hdu] = {role: named[name] for role, name in roles.items()}
    flux = by_role.setdefault("flux", hdus[0])
    if flux.data is None or flux.columns or flux.data.ndim != _OF_ROWS or len(flux.data) < 2:
        return None
    n, n_pixels = flux.data.shape
    one = ((1, n_pixels), (n_pixels,))  # shapes of one axis for all rows
    images: dict[Role, np.ndarray] = {}
    for role, hdu in by_role.items():
        shapes = (flux.data.shape, *(one if role in AXES else ()))
        if hdu.data is not None and hdu.data.shape in shapes:
            images[role] = np.atleast_2d(hdu.data)
    tables = (hdu for hdu in hdus if hdu.columns and hdu.data is not None and len(hdu.data) == n)
    table = next(tables, None)
    by_header = has_axis(flux) and table is not None and bool(id_columns(table.columns))
    if not {*_NOISE} & {*images} or not ({*AXES} & {*images} or by_header):
        return None
    units = {str(role): bunit(by_role[role]) for role in images}
    return _Stack(flux, images, units, table)


def with_columns_as_images(hdus: Sequence[Hdu]) -> list[Hdu]:
    """HDUs, and as images the columns of a table of spectra whose axis stands elsewhere.

    The axis is in the table's header, or in a table of as many values as a row has pixels.
    """
    for table in hdus:
        roles = columns_by_role(table.columns)
        if table.data is None or "flux" not in roles or {*AXES} & {*roles}:
            continue
        shape = table.data[roles["flux"]].shape
        if len(shape) == _OF_ROWS:
            alike = [name for name in roles.values() if table.data[name].shape == shape]
            images = [_image(name, _pixels(table, name), _unit(table, name)) for name in alike]
            return [*hdus, *images, *_shared_axis(hdus, table, shape[1])]
    return [*hdus]


def _shared_axis(hdus: Sequence[Hdu], table: Hdu, n_pixels: int) -> list[Hdu]:
    """The axis of all rows as an image; empty if neither header nor another table has one."""
    if has_axis(table):
        values, unit = axes_of(table, n_pixels, hdus)[0]
        return [_image("WAVE", values, unit)]
    for other in hdus:
        for name in (n for role, n in columns_by_role(other.columns).items() if role in AXES):
            if other.data is not None and other.data[name].size == n_pixels:
                return [_image(name, np.ravel(_pixels(other, name)), _unit(other, name))]
    return []


def _pixels(table: Hdu, name: str) -> np.ndarray:
    logical = table.logical(table.columns.index(name) + 1)
    return table.flags(name) if logical else table.numbers(name)


def _unit(table: Hdu, name: str) -> str:
    return str(table.value(f"TUNIT{table.columns.index(name) + 1}") or "")


def _image(name: str, pixels: np.ndarray, unit: str) -> Hdu:
    header = fits.Header({"EXTNAME": name, "BUNIT": unit})
    return Hdu(SimpleNamespace(header=header), pixels)


def load_rows(hdus: Sequence[Hdu], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Spectrum of each row, or one if the rows are its orders; headers hold for all rows.

    Raises
    ------
    ReadError
        A row is not a spectrum, or the axis is not supported.
    """
    stack = _stack(hdus)
    assert stack is not None  # checked by holds_rows
    arrays, units = {str(role): data for role, data in stack.images.items()}, stack.units
    n, n_pixels = arrays["flux"].shape
    if not {*AXES} & {*arrays}:
        (axis,) = axes_of(stack.flux, n_pixels, hdus)
        arrays["wave"], units["wave"] = axis.values[None], axis.unit
    facts = {} if stack.table is None else facts_of_rows(stack.table)
    headers = [stack.flux, *(hdu for hdu in hdus if hdu is not stack.flux)]
    common = {str(key): hdu.value(key) for hdu in reversed(headers) for key in set(hdu.header)}
    rows = [
        Row(
            ({name: of_all[min(number, len(of_all) - 1)] for name, of_all in arrays.items()},),
            {name: values[number] for name, values in facts.items()},
            common,
        )
        for number in range(n)
    ]
    if len(rows) <= MOST_ORDERS and are_orders(rows):
        by_file = name_of(path)
        one = [as_one(rows)]
        yield from spectra_of_rows(one, units, path, hints, otherwise=lambda _: by_file)
        return
    yield from spectra_of_rows(rows, units, path, hints)
