"""Spectra in images of a FITS file: the images serve as columns of a table.

Flux is the primary image or an extension with a name of flux. Errors, masks, a model, and
wavelengths if no header gives them, are extensions with the names of columns, or rows that the
header names (IRAF's ``BANDIDn``, ``ROWn``, ``ARRAYn``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError, Unread
from ..fits_files.fits import Hdu
from ..fits_files.image_axis import axes_of, has_axis
from ..vocabulary.column_roles.column_names import (
    MORE_MASKS,
    NAMES,
    OF_NO_OBJECT,
    Role,
    columns_by_role,
)
from ..vocabulary.column_roles.hints import NO_HINTS, Hints
from ..vocabulary.file_names import name_of
from .rows.arms import are_orders, as_one, joined_arms
from .rows.row import Row
from .rows.rows_of_arrays import spectra_of_rows
from .several_tables import apart, are_arms, numbered
from .table import AXES, spectrum_of_columns

__all__ = ["bunit", "is_image", "load_image"]

# Names of extensions of flux, tried after the names of flux columns.
_FLUX = ("SCI", "DATA", "PRIMARY", "COADD", "COMBINED", "OBJECT", "1D_SPECTRUM", "SPECTRUM1D",
         "COMPRESSED_IMAGE")  # fmt: skip
_ROWS = ("BANDID", "ROW", "ARRAY", "ROWNAME", "PLANE")
_MOST_ROWS, _TWICE = 9, 2
# Types of astropy's CCDData for its extension UNCERT.
_UTYPES = {"stddevuncertainty": "error", "varianceuncertainty": "variance",
           "inversevariance": "ivar"}  # fmt: skip
_NEEDED: tuple[Role, ...] = (
    "ivar", "variance", "error", "mask", "good mask", "quality", *MORE_MASKS,
)  # fmt: skip
# Role of a row by words in its name; the first match counts.
_MEANT: tuple[tuple[str, Role | None], ...] = (
    ("sky", None), ("background", None), ("raw", None), ("continuum", None), ("model", None),
    ("inverse", "ivar"), ("ivar", "ivar"), ("variance", "variance"), ("sigma", "error"),
    ("err", "error"), ("uncert", "error"), ("noise", "error"), ("std", "error"),
    ("mask", "mask"), ("quality", "quality"), ("wave", "wave"), ("lambda", "wave"),
    ("spectrum", "flux"), ("flux", "flux"), ("object", "flux"), ("signal", "flux"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ImageColumns:
    """Images of one spectrum, as `Columns`.

    Attributes
    ----------
    arrays
        Name → (D,).
    units
        Name → unit as written.
    headers
        HDUs whose headers are searched, in order.
    """

    arrays: Mapping[str, np.ndarray]
    units: Mapping[str, str]
    headers: Sequence[Hdu]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the extensions, and those given to axis and flux here."""
        return tuple(self.arrays)

    def numbers(self, name: str) -> np.ndarray:
        """The array, in double precision."""
        return self.arrays[name].astype(np.float64)

    def flags(self, name: str) -> np.ndarray:
        """Flags as int64; a value that is not an integer counts as bad."""
        values = self.arrays[name]
        good = np.isfinite(values) & (np.abs(values) < 2.0**62)
        return np.where(good, values, 1).astype(np.int64)

    def words(self, name: str) -> list[str]:
        """Nothing: images are numeric."""
        return []

    def logical(self, name: str) -> bool:
        """Nothing: images are numeric."""
        return False

    def unit(self, name: str) -> str:
        """BUNIT, or the unit of the axis."""
        return self.units.get(name, "")

    def value(self, keyword: str) -> object:
        """Value in the first header that has the keyword."""
        values = (hdu.value(keyword) for hdu in self.headers)
        return next((value for value in values if value is not None), None)

    @property
    def keywords(self) -> Iterable[str]:
        """Those of all headers."""
        return (str(key) for hdu in self.headers for key in hdu.header)


def is_image(hdus: Sequence[Hdu], hints: Hints = NO_HINTS) -> bool:
    """Whether an image holds one spectrum, or named rows of one, with a spectral axis.

    Users refer to rows by number from 1, as ``flux=2``.
    """
    return _flux_image(hdus, hints) is not None


def load_image(hdus: Sequence[Hdu], path: Path, hints: Hints = NO_HINTS) -> Iterator[Spectrum]:
    """Read the spectra in images, by `spectrum_of_columns`.

    Several flux images of one name (``SCI`` with ``EXTVER`` 1, 2 …) each have their own errors and
    masks; arms are joined.

    Raises
    ------
    ReadError
        There are no errors, a unit does not fit, images differ in size, or the axis is not
        supported.
    """
    flux = _flux_image(hdus, hints)
    assert flux is not None  # checked by is_image
    every = _sets(hdus, flux, hints)
    if len(every) == 1:
        yield from _load_set(every[0], path, hints)
        return
    file, unread = name_of(path), Unread()
    found: dict[str, list[Spectrum]] = {}
    for name, images in zip(numbered([flux.name] * len(every)), every, strict=True):
        spectra = _load_set(images, path, hints)
        found[name] = [*unread.through(f"{file}-{name}", spectra)]
    if are_arms([*found.values()]):
        yield joined_arms([one for (one,) in found.values()])
        return
    yield from apart(found, file)
    unread.tell()


def _sets(hdus: Sequence[Hdu], flux: Hdu, hints: Hints) -> list[tuple[Hdu, list[Hdu]]]:
    """Each flux image of one name with its own errors and masks, and the images common to all.

    Matched by EXTVER if it is distinct, else by order. A single noise image is not common to all.
    """
    alike = [hdu for hdu in hdus if flux.name and hdu.name == flux.name and _is_row(hdu, hints)]
    if len(alike) < _TWICE:
        return [(flux, [*hdus])]
    names = [hdu.name for hdu in hdus]
    common = [
        hdu
        for hdu in hdus
        if names.count(hdu.name) == 1 and not {*columns_by_role([hdu.name])} & {*_NEEDED}
    ]
    versions = [hdu.value("EXTVER") for hdu in alike]
    if len({*versions}) == len(alike):
        own = [[one for one in hdus if one.value("EXTVER") == v] for v in versions]
    else:
        starts = [hdus.index(hdu) for hdu in alike]
        own = [[*hdus[a:b]] for a, b in pairwise([*starts, len(hdus)])]
    return [
        (one, [one, *(hdu for hdu in (*part, *common) if hdu is not one)])
        for one, part in zip(alike, own, strict=True)
    ]


def _load_set(found: tuple[Hdu, Sequence[Hdu]], path: Path, hints: Hints) -> Iterator[Spectrum]:
    flux, hdus = found
    assert flux.data is not None
    n_pixels = flux.data.shape[-1]
    axes_of_flux = axes_of(flux, n_pixels, hdus) if has_axis(flux) else []
    arrays, units = _extensions(hdus, flux, _rows(flux, hints), n_spectra=len(axes_of_flux))
    # Rows are named by their roles now; the header's axis still applies.
    of_axis: dict[Role, str] = {
        r: n for r, n in hints.columns.items() if r in AXES and n in {"wave", *arrays}
    }
    hints = Hints(of_axis, hints.air)
    if {*columns_by_role(arrays)} & {*AXES}:  # explicit wavelengths override a header's axis
        axes_of_flux = []
    axes = [({"wave": axis.values}, {"wave": axis.unit}) for axis in axes_of_flux]
    _check_noise(arrays, hdus)
    headers = [flux, *(hdu for hdu in hdus if hdu is not flux)]
    each = [
        ({**axis[0], **{name: values[number] for name, values in arrays.items()}}, axis[1] | units)
        for number, axis in enumerate(axes or [({}, {})])
    ]
    if len(each) == 1:
        yield spectrum_of_columns(ImageColumns(*each[0], headers), path, hints)
        return
    common = {str(key): hdu.value(key) for hdu in reversed(headers) for key in set(hdu.header)}
    rows = [Row((arms,), {}, common) for arms, _ in each]
    if not are_orders(rows):
        raise ReadError(
            "unreadable", f"an IRAF image of {len(each)} spectra: write one spectrum a file (scopy)"
        )
    by_file = name_of(path)
    yield from spectra_of_rows([as_one(rows)], each[0][1], path, hints, otherwise=lambda _: by_file)


def _flux_image(hdus: Sequence[Hdu], hints: Hints) -> Hdu | None:
    """The image with the flux; None if there is no spectrum."""
    images = [hdu for hdu in hdus if _is_row(hdu, hints)]
    waves = any(role in columns_by_role(hdu.name for hdu in images) for role in AXES)
    images = [hdu for hdu in images if not _of_another_role(hdu.name)]
    images = [hdu for hdu in images if not OF_NO_OBJECT.search(hdu.name)] or images
    if not images:
        return None
    named = {hdu.name: hdu for hdu in reversed(images)}
    flux_name = columns_by_role(named).get("flux", "")
    extension = next((named[n] for n in (flux_name, *_FLUX) if n in named), None)
    first = images[0] if images[0] is hdus[0] or not images[0].name else None
    chosen = first or extension
    waves = waves or (chosen is not None and "wave" in _rows(chosen, hints).values())
    return chosen if chosen is not None and (waves or has_axis(chosen)) else None


def _is_row(hdu: Hdu, hints: Hints) -> bool:
    data = hdu.data
    if data is None or hdu.columns or data.dtype.kind not in "iuf" or not data.size:
        return False
    if data.size == data.shape[-1]:
        return True
    lines = data.shape[:-1]
    return bool(_rows(hdu, hints)) or (
        has_axis(hdu) and hdu.value("WAT2_001") is not None and len(lines) < 3
    )


def _rows(hdu: Hdu, hints: Hints) -> dict[int, Role]:
    """Row number (from 0) → its role; empty if the rows have no names."""
    data = hdu.data
    assert data is not None
    several = data.ndim == 3 and data.shape[1] != 1 and hdu.value("WAT2_001") is None
    if data.ndim not in (2, 3) or len(data) > _MOST_ROWS or several:
        return {}
    role_asked: dict[int, Role] = {int(n) - 1: r for r, n in hints.columns.items() if n.isdigit()}
    if "flux" in role_asked.values() and all(0 <= number < len(data) for number in role_asked):
        return role_asked
    role_of_row: dict[int, Role] = {}
    for keyword in _ROWS:
        for number in range(len(data)):
            # The rest tells how it was made: "spectrum - background fit, weights variance"
            written = str(hdu.value(f"{keyword}{number + 1}") or "").lower().split(" - ")[0]
            role: Role | None = next((role for word, role in _MEANT if word in written), None)
            if role is not None and role not in role_of_row.values():
                role_of_row[number] = role
        if role_of_row:
            return role_of_row if "flux" in role_of_row.values() else {}
    return {}


def _extensions(
    hdus: Sequence[Hdu], flux: Hdu, rows: Mapping[int, Role], *, n_spectra: int
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Name → array (spectra, D) and name → unit: rows of the image, and the other images."""
    data, unit = flux.data, bunit(flux) or bunit(hdus[0])
    assert data is not None
    n_spectra = max(n_spectra, 1)
    n_pixels = data.shape[-1]
    if rows:
        arrays = {str(role): data[number].reshape(-1, n_pixels) for number, role in rows.items()}
        units = {name: unit for name in arrays if name in ("flux", "error")}
    else:
        arrays, units = {"flux": data.reshape(-1, n_pixels)}, {"flux": unit}
    for hdu in hdus:
        if hdu is flux or hdu.data is None or hdu.columns or not hdu.name:
            continue
        name = _UTYPES.get(str(hdu.value("UTYPE") or "").strip().lower(), hdu.name.lower())
        if name in arrays or not _of_another_role(hdu.name):
            continue  # the first of several with one name belongs to this flux
        if hdu.data.shape[-1:] != (n_pixels,) or hdu.data.size != n_spectra * n_pixels:
            raise ReadError(
                "unreadable", f"{hdu.name} has {hdu.data.size} pixels, the flux {n_pixels}"
            )
        arrays[name], units[name] = hdu.data.reshape(-1, n_pixels), bunit(hdu)
        # A header copied with its unit: by their names these are in its square.
        if units[name] == unit and {*columns_by_role([name])} & {"variance", "ivar"}:
            units[name] = ""
    return arrays, units


def _of_another_role(name: str) -> bool:
    """Whether the name is that of an axis, noise, a mask or a model rather than flux."""
    return bool({*columns_by_role([name])} - {"flux", "redshift"})


def bunit(hdu: Hdu) -> str:
    """Unit of an image's pixels as written; "" if there is none."""
    return str(hdu.value("BUNIT") or "").strip()


def _check_noise(arrays: Mapping[str, np.ndarray], hdus: Sequence[Hdu]) -> None:
    if not {*columns_by_role(arrays)} & {"ivar", "variance", "error"}:
        names = ", ".join(name.upper() for name in NAMES["error"][:4])
        others = ", ".join(hdu.name or "unnamed" for hdu in hdus[1:])
        raise ReadError(
            "no errors",
            f"the image has no extension {names} …, nor a band of sigma, so the noise is unknown"
            + (f" (it has {others})" if others else ""),
        )
