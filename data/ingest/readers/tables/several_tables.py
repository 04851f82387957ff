"""Several tables in a FITS file: arms of one spectrum, or spectra of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError, Unread
from ..fits_files.fits import Hdu
from ..vocabulary.column_roles.column_names import OF_NO_OBJECT
from ..vocabulary.column_roles.hints import Hints, hinted_roles
from ..vocabulary.file_names import name_of
from .columns.columns import FitsColumns
from .columns.pixel_order import shared_part
from .rows.arms import joined_arms
from .rows.fits_rows import holds_rows, load_rows
from .rows.long_tables import spectra_of_columns
from .table import AXES, spectrum_of_columns

__all__ = ["apart", "are_arms", "load_tables", "numbered", "tables_of"]

_NOISE = ("ivar", "error", "variance")
# Suffixes of an object's name for arms and orders.
_ARM = re.compile(
    r"(.*\S)[-_ ](?:B|G|R|Z|U|V|I|BLUE|GREEN|RED|UVB|VIS|NIR|(?:ORDER|ARM|CHIP)[-_ ]?\d+)"
)
_HALF = 0.5


def tables_of(hdus: Sequence[Hdu], hints: Hints) -> list[Hdu]:
    """Tables with axis, flux and noise, of one spectrum or of one per row.

    Tables named sky, model, telluric and the like are excluded.
    """
    return [hdu for hdu in hdus if not OF_NO_OBJECT.search(hdu.name) and _is_spectrum(hdu, hints)]


def _is_spectrum(hdu: Hdu, hints: Hints) -> bool:
    if hdu.data is None or not hdu.columns or not len(hdu.data):
        return False
    try:
        roles = hinted_roles(hdu.columns, hints)
    except ReadError:
        return False  # another table has the columns named by the user
    return "flux" in roles and bool({*AXES} & {*roles}) and bool({*_NOISE} & {*roles})


def load_tables(
    hdus: Sequence[Hdu], tables: Sequence[Hdu], path: Path, hints: Hints
) -> Iterator[Spectrum]:
    """Read the tables: joined if they are arms that overlap by less than half, else separately.

    Separate spectra have the table's name or number in their id. Headers of other tables count
    for arms only.

    Raises
    ------
    ReadError
        As :func:`~.table.spectrum_of_columns`.
    """
    common = [hdu for hdu in hdus if hdu not in tables]
    file, unread = name_of(path), Unread()
    which = numbered([hdu.name for hdu in tables])
    found: dict[str, list[Spectrum]] = {}
    for name, table in zip(which, tables, strict=True):
        if holds_rows(table, hints):
            spectra = load_rows([table, *common], table, path, hints)
        else:
            spectra = spectra_of_columns(FitsColumns(table, (table, *common)), path, hints)
        found[name] = [*unread.through(f"{file}-{name}", spectra)]
    if are_arms([*found.values()]) and not any(holds_rows(table, hints) for table in tables):
        every = [hdu for hdu in hdus if hdu is not tables[0]]
        first = spectrum_of_columns(FitsColumns(tables[0], (tables[0], *every)), path, hints)
        yield joined_arms([first, *(one for (one,) in [*found.values()][1:])])
        return
    yield from apart(_with_arms_joined(found), file)
    unread.tell()


def numbered(names: Sequence[str]) -> list[str]:
    """Names made unique: a number from 1 is appended to repeated or empty ones."""
    return [
        name if name and names.count(name) == 1 else f"{name}{number}"
        for number, name in enumerate(names, 1)
    ]


def apart(found: dict[str, list[Spectrum]], file: str) -> Iterator[Spectrum]:
    """Spectra of the parts of a file, with unique ids.

    Parameters
    ----------
    found
        Spectra by name of the part, which is added to ids equal to the file's name, and to those
        that occur in several parts.
    file
        Name of the file.
    """
    seen: set[str] = set()
    for name, spectra in found.items():
        for one in spectra:
            own = one.id
            if own == file or own.startswith(f"{file}-"):
                own = f"{file}-{name}{own[len(file) :]}"
            elif own in seen:
                own = f"{own}-{name}"
            seen.add(own)
            yield one.with_facts(id=own)


def are_arms(found: Iterable[Sequence[Spectrum]]) -> bool:
    """Whether parts of a file, with one spectrum each, are arms or orders of one.

    True if they have one unit, at most one redshift, and overlap by less than half.
    """
    parts = [*found]
    if any(len(part) != 1 for part in parts):
        return False
    spectra = [part[0] for part in parts]
    ranges = sorted((one.wave_obs_aa[0], one.wave_obs_aa[-1]) for one in spectra)
    redshifts = {one.z for one in spectra if np.isfinite(one.z)}
    alike = len({one.flux_unit for one in spectra}) == 1 and len(redshifts) < 2
    return alike and all(shared_part(a, b) < _HALF for a, b in pairwise(ranges))


def _with_arms_joined(found: dict[str, list[Spectrum]]) -> dict[str, list[Spectrum]]:
    """Join arms by object if table names tell so: ``A-B`` and ``A-R`` are arms of A."""
    arms: dict[str, list[str]] = {}
    for name in found:
        matched = _ARM.fullmatch(name)
        arms.setdefault(matched[1] if matched else name, []).append(name)
    joined: dict[str, list[Spectrum]] = {}
    for stem, names in arms.items():
        parts = [found[name] for name in names]
        if len(names) > 1 and stem not in found and are_arms(parts):
            joined[stem] = [joined_arms([one for (one,) in parts])]
        else:
            joined |= {name: found[name] for name in names}
    return joined
