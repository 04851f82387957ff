"""Tables with a pixel a row of several objects, told apart by a column of names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .....core.spectra.spectrum import Spectrum
from ..errors import Unread
from ..fits_files.fits import Hdu
from ..vocabulary.hints import Hints
from .columns import Columns, FitsColumns
from .rows_of_arrays import id_columns
from .table import spectrum_of_columns

__all__ = ["load_table", "spectra_of_columns"]

_FEWEST = 10  # pixels an object: a column of fewer numbers the pixels


@dataclass(frozen=True, eq=False)
class PartOfColumns:
    """Some rows of columns, as `Columns`.

    Attributes
    ----------
    whole
        The columns.
    part : (D,) bool
        Which rows.
    """

    whole: Columns
    part: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the whole."""
        return self.whole.names

    def numbers(self, name: str) -> np.ndarray:
        """Of these rows."""
        return self.whole.numbers(name)[self.part]

    def flags(self, name: str) -> np.ndarray:
        """Of these rows."""
        return self.whole.flags(name)[self.part]

    def words(self, name: str) -> list[str]:
        """Of these rows."""
        return [word for word, here in zip(self.whole.words(name), self.part, strict=True) if here]

    def logical(self, name: str) -> bool:
        """That of the whole."""
        return self.whole.logical(name)

    def unit(self, name: str) -> str:
        """That of the whole."""
        return self.whole.unit(name)

    def value(self, keyword: str) -> object:
        """What the header says of all."""
        return self.whole.value(keyword)


def load_table(hdus: Sequence[Hdu], table: Hdu, path: Path, hints: Hints) -> Iterator[Spectrum]:
    """What a table holds, with what the headers of all HDUs say of it.

    Raises
    ------
    ReadError
        As :func:`~.table.spectrum_of_columns`.
    """
    others = [hdu for hdu in hdus if hdu is not table]
    return spectra_of_columns(FitsColumns(table, (table, *others)), path, hints)


def spectra_of_columns(columns: Columns, path: Path, hints: Hints) -> Iterator[Spectrum]:
    """The spectrum, or one for each name where a column names the object of every pixel.

    Raises
    ------
    ReadError
        As :func:`~.table.spectrum_of_columns`.
    """
    for column in id_columns(columns.names):
        names = np.array(columns.words(column))
        if names.ndim != 1:
            continue
        objects, first = np.unique(names, return_index=True)
        if len(objects) > 1 and len(objects) * _FEWEST <= len(names):
            unread = Unread()
            for which in np.argsort(first):
                part, id = PartOfColumns(columns, names == objects[which]), str(objects[which])
                found = unread.attempt(
                    id, lambda part=part: spectrum_of_columns(part, path, hints), f"{id}: "
                )
                if found is not None:
                    yield found.told(id=id)
            unread.tell()
            return
    yield spectrum_of_columns(columns, path, hints)
