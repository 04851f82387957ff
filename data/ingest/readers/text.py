"""One spectrum in a table that is no FITS file: CSV, ECSV, plain text, VOTable, Parquet."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from astropy.io import ascii as ascii_tables
from astropy.io.votable.exceptions import VOWarning
from astropy.table import Table
from astropy.utils.exceptions import AstropyWarning

from ....core.spectra.spectrum import Spectrum
from .column_names import columns_by_role
from .columns import AstropyColumns
from .fits import ReadError
from .table import spectrum_of_columns

__all__ = ["is_text", "load_text"]

_FORMATS = {
    ".ecsv": "ascii.ecsv", ".csv": "ascii.csv", ".vot": "votable", ".votable": "votable",
    ".xml": "votable", ".parquet": "parquet",
}  # fmt: skip
_TEXT = (".txt", ".dat", ".ascii", ".tsv", ".asc")
_DAMAGE = (OSError, ValueError, KeyError, TypeError, IndexError, UnicodeError, VOWarning)


def is_text(path: Path) -> bool:
    """Whether the ending is that of a table which is no FITS file."""
    return path.suffix.lower() in (*_FORMATS, *_TEXT)


def load_text(path: Path) -> Spectrum:
    """A spectrum from columns, as :func:`~.table.spectrum_of_columns`.

    Of plain text the first line names the columns, with or without a ``#``. A redshift comes from
    the header of a format that has one, from a column ``z``, or from the labels file.

    Raises
    ------
    ReadError
        The file is damaged, its columns have no names, or none of a wavelength and a flux.
    """
    table = _read(path)
    named = columns_by_role(table.colnames)
    if "flux" not in named or not {"wave", "log wave", "frequency", "energy"} & set(named):
        shown = ", ".join(map(str, table.colnames[:6]))
        raise ReadError(
            "unknown format",
            f"columns {shown}: none is a wavelength and another a flux; name them wave, flux and "
            "ivar (or error) in the first line",
        )
    return spectrum_of_columns(AstropyColumns(table), path)


def _read(path: Path) -> Any:
    form = _FORMATS.get(path.suffix.lower())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # of style: units, VOTable's version
            warnings.simplefilter("ignore", VOWarning)
            if form == "parquet":
                return Table.from_pandas(_parquet(path))
            if form is not None:
                return Table.read(path, format=form)
            return _plain(path)
    except _DAMAGE as error:
        text = " ".join(str(error).split())[:200]
        raise ReadError("unreadable", f"not a table that astropy reads: {text}") from error


def _plain(path: Path) -> Any:
    """Columns apart by blanks, tabs or commas, named in the first line with or without a #."""
    with path.open(encoding="utf-8-sig") as file:
        first = file.readline()
    header = "commented_header" if first.lstrip().startswith("#") else "basic"
    delimiter = "," if "," in first else "\t" if "\t" in first else r"\s"
    return ascii_tables.read(path, format=header, delimiter=delimiter, guess=False)


def _parquet(path: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(path)
