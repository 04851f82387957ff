"""Readers of spectra: one module per survey or kind of table, all returning `Spectrum` records."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from astropy.table import Table

from ....core.spectra.spectrum import Spectrum
from ...files.additions import additions
from .archives import archive_kind, read_each
from .by_specutils import load_by_specutils
from .fits_files.fits import Hdu, ReadError, read_hdus
from .fits_files.image_axis import along_rows
from .impossible import impossible
from .surveys import desi, gama, lamost, sdss, sixdf, twodf
from .tables import image_columns, image_rows, several_tables, table, text
from .tables.rows import fits_rows, long_tables
from .vocabulary.column_roles.hints import NO_HINTS, Hints, hinted_roles
from .vocabulary.column_roles.ucds import with_ucds

__all__ = ["ReadError", "read", "read_all", "read_table"]

_Load = Callable[[Sequence[Hdu], Path], Spectrum | Iterable[Spectrum]]

# Pairs (identify, load); the first reader that identifies the HDUs loads them. Readers of other
# packages come after these.
_READERS: tuple[tuple[Callable[[Sequence[Hdu]], bool], _Load], ...] = (
    (sdss.is_spec, sdss.load_spec),
    (sdss.is_sp_spec, sdss.load_sp_spec),
    (lamost.is_lamost, lamost.load_lamost),
    (gama.is_gama, gama.load_gama),
    (sixdf.is_sixdf, sixdf.load_sixdf),
    (twodf.is_twodf, twodf.load_twodf),
    (desi.is_redshifts, desi.load_redshifts),
    (desi.is_coadd, desi.load_coadd),
)
# Survey files are identified by their first few HDUs; a plain table may be in any HDU.
_USUAL_HDUS, _ALL_HDUS = 4, 10_000
_NAMED, _SHOWN = 6, 3  # columns of a table that nobody knows, and tables
_REMEDY = (
    ": no reader knows this FITS file, for none is a wavelength and another a flux by its name; "
    "--column wave=… flux=… error=… says which are"
)


def read_all(path: str | Path, hints: Hints = NO_HINTS) -> Iterator[Spectrum]:
    """Read the spectra of a file one after the other, from any known survey or a plain table.

    In a zip or tar of several files, each is read.

    Parameters
    ----------
    path
        Path of the file.
    hints
        The user's hints on columns and air wavelengths, for files of no known survey.

    Raises
    ------
    ReadError
        Its ``reason`` is ``"unreadable"`` (absent, empty, truncated, damaged), ``"unknown format"``
        (not FITS, or no known survey), ``"no errors"``, or ``"no spectrum"`` (a table that
        accompanies spectra, a frame, a cube).
    """
    path = Path(path)
    if kind := archive_kind(path):
        yield from read_each(path, kind, lambda file: _read(file, hints))
    else:
        yield from _read(path, hints)


def _read(path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read a file that is no archive."""
    if text.is_text(path):
        yield from text.load_text(path, hints)
        return
    hdus = read_hdus(path, limit=_USUAL_HDUS)
    load = None if hints.columns else _reader_of(hdus)
    if load is not None:
        spectra = load(hdus, path)
        yield from (spectra,) if isinstance(spectra, Spectrum) else spectra
        return
    yield from _own(path, hdus, hints)


def _own(path: Path, hdus: list[Hdu], hints: Hints) -> Iterator[Spectrum]:
    """Read a file of no known survey: a table in any HDU, an image, or by specutils."""
    own_table = table.table_of(hdus, hints)
    if own_table is None:
        hints = _with_ucds(hdus, hints)
        own_table = table.table_of(hdus, hints)
    if own_table is not None and len(hdus) == _USUAL_HDUS:  # there may be more of them
        hdus = read_hdus(path, limit=_ALL_HDUS)
    if own_table is None or image_columns.is_image(hdus, hints):
        # Errors of an image are in extensions, whose pixels are needed then.
        hdus = read_hdus(path, limit=_ALL_HDUS, images=lambda _: True)
        hdus = [along_rows(hdu) for hdu in hdus]
        own_table = table.table_of(hdus, hints)
    several = several_tables.tables_of(hdus, hints)
    if len(several) == 1:  # beside tables of the sky and the like
        own_table = several[0]
    if desi.is_stack(hdus) and not hints.columns:
        yield from desi.load_coadd(hdus, path)
    elif len(several) > 1:
        yield from several_tables.load_tables(hdus, several, path, hints)
    elif own_table is not None and fits_rows.holds_rows(own_table, hints):
        yield from fits_rows.load_rows(hdus, own_table, path, hints)
    elif own_table is not None:
        yield from long_tables.load_table(hdus, own_table, path, hints)
    elif arms := fits_rows.arms_in(hdus, hints):
        yield from fits_rows.load_arms(hdus, *arms, path, hints)
    elif image_columns.is_image(hdus, hints):
        yield from image_columns.load_image(hdus, path, hints)
    elif image_rows.holds_rows(hdus := image_rows.with_columns_as_images(hdus)):
        yield from image_rows.load_rows(hdus, path, hints)
    else:
        why = _not_there(hdus, hints) or _unknown(hdus)
        yield load_by_specutils(path, why, hints)


def _with_ucds(hdus: Sequence[Hdu], hints: Hints) -> Hints:
    """Hints with the column roles of the first table that has UCDs."""
    for hdu in hdus:
        with_roles = with_ucds(hdu.columns, hdu.value, hints) if hdu.columns else hints
        if "flux" in with_roles.columns and with_roles != hints:
            return with_roles
    return hints


def _not_there(hdus: Sequence[Hdu], hints: Hints) -> ReadError | None:
    """Error if no table has the columns that the user names, or they are not sufficient."""
    tables = [hdu for hdu in hdus if hdu.columns and hints.columns]
    for hdu in tables:
        try:
            hinted_roles(hdu.columns, hints)
        except ReadError as error:
            return error
    if tables:
        shown, given = _of_table(tables[0]), " ".join(f"{r}={c}" for r, c in hints.columns.items())
        return ReadError(
            "unknown format",
            f"{shown}: with --column {given} still none is a wavelength and another a flux",
        )
    return None


def _unknown(hdus: Sequence[Hdu]) -> ReadError:
    if frame := _frame(hdus):
        return ReadError("no spectrum", frame)
    pixels = hdus[0].data
    if pixels is not None and pixels.ndim == 2 and min(pixels.shape) <= _NAMED:
        return ReadError(
            "unknown format",
            f"an image of {pixels.shape[0]} × {pixels.shape[1]}, whose rows nothing names: ROW1, "
            "ROW2 … in its header can, or --column wave=1 flux=2 error=3",
        )
    tables = [hdu for hdu in hdus if hdu.columns]
    if tables:
        return ReadError("unknown format", "; ".join(map(_of_table, tables[:_SHOWN])) + _REMEDY)
    shown = ", ".join(hdu.name or "unnamed" for hdu in hdus)
    telescope = hdus[0].value("TELESCOP") or "unknown telescope"
    return ReadError(
        "unknown format",
        f"no reader knows this FITS file ({telescope}; HDUs {shown}): no table, and no spectrum as "
        "an image with CRVAL1 and CDELT1, nor one with wavelengths in an extension: write it as a "
        "table with columns wave, flux and error",
    )


def _of_table(hdu: Hdu) -> str:
    more = ", …" if len(hdu.columns) > _NAMED else ""
    return f"columns {', '.join(name.lower() for name in hdu.columns[:_NAMED])}{more}"


def _frame(hdus: Sequence[Hdu]) -> str:
    """Message about a two- or three-dimensional image, with a remedy; "" if there is none."""
    sizes = [hdu.data.shape for hdu in hdus if hdu.data is not None and not hdu.columns]
    shape = next(([n for n in size if n > 1] for size in sizes if len(size) > 1), [])
    shown = " × ".join(map(str, shape))
    if len(shape) > 2:
        return f"a cube of {shown} pixels, no spectrum: extract one (within an aperture) first"
    if len(shape) == 2 and min(shape) > _NAMED:
        return f"an image of {shown} pixels, no single spectrum: extract it, or write one a file"
    return ""


def _reader_of(hdus: Sequence[Hdu]) -> _Load | None:
    return next(
        (load for matches, load in (*_READERS, *additions("readers")) if matches(hdus)), None
    )


def read(path: str | Path) -> Spectrum:
    """Read the single spectrum of a file.

    Raises
    ------
    ReadError
        As :func:`read_all`; also ``"several spectra"`` if there are more than one, and
        ``"impossible values"`` if a value cannot be a measurement.
    """
    return _only(read_all(path), Path(path).name)


def read_table(table: Any) -> Spectrum:
    """Read the single spectrum of a table in memory, as from the file it would be written to.

    Parameters
    ----------
    table
        A table of astropy (``Table``, ``QTable``), pandas (with its ``attrs``) or pyarrow.

    Raises
    ------
    ReadError
        As :func:`read`.
    TypeError
        The object is none of these tables.
    """
    import pyarrow as pa  # takes a while
    import pyarrow.parquet as pq

    from .tables.parquet import load_parquet

    name = Path("table")
    if isinstance(table, Table):
        return _only(text.spectra_of_tables([Table(table)], name, NO_HINTS), "the table")
    stored = io.BytesIO()
    if hasattr(table, "to_parquet"):
        table.to_parquet(stored)
    elif isinstance(table, pa.Table):
        pq.write_table(table, stored)
    else:
        raise TypeError(f"a table is one of astropy, pandas or pyarrow, got {type(table).__name__}")
    stored.seek(0)
    return _only(load_parquet(stored, name, NO_HINTS), "the table")


def _only(found: Iterator[Spectrum], called: str) -> Spectrum:
    spectra = list(islice(found, 2))
    if len(spectra) != 1:
        many = "several spectra" if spectra else "no spectrum"
        raise ReadError(many, f"{called} holds {many}; spexplain ingest takes all of them")
    if why := impossible(spectra[0]):
        raise ReadError("impossible values", why)
    return spectra[0]
