"""Several tables in a FITS file: arms of one spectrum, or spectra of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError, Unread
from ..fits_files.fits import Hdu
from ..vocabulary.file_names import name_of
from ..vocabulary.hints import Hints, hinted_roles
from .columns import FitsColumns
from .rows_of_arrays import joined_arms, shared_part
from .table import AXES, spectrum_of_columns

__all__ = ["load_tables", "tables_of"]

_NOISE = ("ivar", "error", "variance")
# Tables of these have the columns of a spectrum, and are none of the object.
_OTHERS = re.compile(r"SKY|MODEL|TEMPL|TELLUR|RESP|THROUGHPUT|ARC|FLAT|LAMP|CALIB|STANDARD|RAW")
_HALF = 0.5


def tables_of(hdus: Sequence[Hdu], hints: Hints) -> list[Hdu]:
    """Those with an axis, flux and its noise that are one spectrum each.

    Left out are those called sky, model, telluric and the like.
    """
    return [hdu for hdu in hdus if not _OTHERS.search(hdu.name) and _is_one(hdu, hints)]


def _is_one(hdu: Hdu, hints: Hints) -> bool:
    if hdu.data is None or not hdu.columns:
        return False
    try:
        roles = hinted_roles(hdu.columns, hints)
    except ReadError:
        return False  # another has the columns that the user names
    if "flux" not in roles or not {*AXES} & {*roles} or not {*_NOISE} & {*roles}:
        return False
    return not hdu.data.dtype[roles["flux"]].shape or len(hdu.data) == 1


def load_tables(
    hdus: Sequence[Hdu], tables: Sequence[Hdu], path: Path, hints: Hints
) -> Iterator[Spectrum]:
    """Arms joined, where each overlaps the next by less than half; else each table's spectrum.

    Then the table's name, or its number, is part of the id. What headers of other tables say
    counts for arms alone.

    Raises
    ------
    ReadError
        As :func:`~.table.spectrum_of_columns`.
    """
    common = [hdu for hdu in hdus if hdu not in tables]
    own = [FitsColumns(one, (one, *common)) for one in tables]
    unread = Unread()
    names = [hdu.name for hdu in tables]
    alone = [name and names.count(name) == 1 for name in names]
    which = [
        n if one else f"{n}{k}" for k, (n, one) in enumerate(zip(names, alone, strict=True), 1)
    ]
    ids = [f"{name_of(path)}-{one}" for one in which]
    tried = [
        unread.attempt(id, lambda columns=columns: spectrum_of_columns(columns, path, hints))
        for id, columns in zip(ids, own, strict=True)
    ]
    found = [one for one in tried if one is not None]
    if len(found) == len(tables) and _are_arms(found):
        every = [hdu for hdu in hdus if hdu is not tables[0]]
        first = spectrum_of_columns(FitsColumns(tables[0], (tables[0], *every)), path, hints)
        yield joined_arms([first, *found[1:]])
        return
    for id, spectrum in zip(ids, tried, strict=True):
        if spectrum is not None:
            yield spectrum.told(id=id)
    unread.tell()


def _are_arms(spectra: Sequence[Spectrum]) -> bool:
    ranges = sorted((one.wave_obs_aa[0], one.wave_obs_aa[-1]) for one in spectra)
    alike = len({one.flux_unit for one in spectra}) == 1
    return alike and all(shared_part(a, b) < _HALF for a, b in pairwise(ranges))
