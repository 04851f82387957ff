"""Spectral axis given by metadata rather than a column: a list, keywords, or names of columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from astropy.io import fits
from astropy.table import Table

from ..errors import ReadError
from ..fits_files.fits import Hdu
from ..fits_files.image_axis import axes_of, has_axis
from ..vocabulary.column_roles.column_names import columns_by_role
from ..vocabulary.column_roles.hints import Hints, hinted_roles
from ..vocabulary.other_facts import in_capitals
from .columns.columns import UNIT_OF
from .columns.written_metadata import from_json
from .rows.row import holds_spectra
from .table import AXES

__all__ = ["MetadataAxis", "axis_of_metadata", "with_axis_of_names", "with_metadata_axis"]

_FEWEST = 20  # columns with wavelengths as names; there are not as many bands
_OF_PIXEL = re.compile(r"(.*?)[\s_-]*(\d+(?:\.\d*)?)[\s_]*(A|AA|Angstroms?|nm|um)?")
_HEADER = ("CRVAL1", "CDELT1", "CD1_1", "CRPIX1", "CUNIT1", "CTYPE1", "DC-FLAG", "COEFF0", "COEFF1")


class MetadataAxis(NamedTuple):
    """Name, unit as written, and a function from the number of pixels D to the values (D,)."""

    name: str
    unit: str
    values: Callable[[int], np.ndarray]


def axis_of_metadata(said: Mapping[str, object]) -> MetadataAxis | None:
    """Axis from a list with the name of an axis, or from CRVAL1 or COEFF0; else None.

    Parameters
    ----------
    said
        Metadata by name; lists and numbers may be JSON.
    """
    for name, value in said.items():
        if {*AXES} & columns_by_role([str(name)]).keys():
            numbers = np.asarray(from_json(value))
            if numbers.ndim == 1 and numbers.size > 1 and numbers.dtype.kind in "iuf":
                return MetadataAxis(str(name), "", partial(_of_size, numbers))
    upper = in_capitals(said.items())
    header = {name: _number(upper[name]) for name in _HEADER if name in upper}
    hdu = Hdu(SimpleNamespace(header=fits.Header(header)), None)
    if not header or not has_axis(hdu):
        return None
    return MetadataAxis("wave", axes_of(hdu, 2)[0].unit, lambda n: axes_of(hdu, n)[0].values)


def with_metadata_axis(table: Any, hints: Hints) -> Any:
    """An astropy table with the axis of its meta as a column, if it has none."""
    roles = hinted_roles(table.colnames, hints.about(table.colnames))
    if "flux" not in roles or {*AXES} & roles.keys():
        return table
    axis, flux = axis_of_metadata(table.meta or {}), table[roles["flux"]]
    if axis is None or not holds_spectra([*table.colnames, axis.name], hints):
        return table
    if flux.dtype.kind == "O":
        column = np.empty(len(flux), object)
        column[:] = [axis.values(len(one)) for one in flux]
    else:
        column = np.broadcast_to(axis.values(flux.shape[-1]), flux.shape)
    table[axis.name] = column
    table.meta |= {UNIT_OF + axis.name: axis.unit} if axis.unit else {}
    return table


def with_axis_of_names(table: Any) -> Any:
    """A table with a spectrum a row and a pixel a column, named by its wavelength, as arrays.

    Columns are called ``3800.5``, or ``flux_3800.5`` and ``err_3800.5``; any other table is
    returned as it is.
    """
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for name in map(str, table.colnames if len(table.colnames) > _FEWEST else ()):
        if matched := _OF_PIXEL.fullmatch(name):
            found[matched[1], matched[3] or ""][name] = float(matched[2])
    found = {key: of for key, of in found.items() if len(of) >= _FEWEST}
    axes = {(unit, *of.values()) for (_, unit), of in found.items()}
    if len(axes) != 1 or not len(table):
        return table
    unit, *wave = next(iter(axes))
    pixels = {name for of in found.values() for name in of}
    rows = Table({name: table[name] for name in table.colnames if name not in pixels})
    rows["wave"] = np.tile(wave, (len(table), 1))
    for (name, _), of in found.items():
        rows[name or "flux"] = np.stack([np.asarray(table[one]) for one in of], axis=1)
    rows.meta = {**(table.meta or {}), **({UNIT_OF + "wave": unit} if unit else {})}
    return rows


def _of_size(numbers: np.ndarray, n_pixels: int) -> np.ndarray:
    if len(numbers) != n_pixels:
        raise ReadError(
            "unreadable", f"{len(numbers)} wavelengths in its metadata but {n_pixels} fluxes"
        )
    return numbers


def _number(value: object) -> Any:
    value = from_json(value)
    return value.item() if isinstance(value, np.generic) else value
