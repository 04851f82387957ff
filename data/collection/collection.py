"""A collection of spectra on disk; opening it reads no flux."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..files.damage import DAMAGE, damage_as_error
from ..files.json_file import read_json
from .earlier_sizes import earlier_sizes
from .format import (
    AT_REST,
    CATALOG_COLUMNS,
    CATALOG_NAME,
    META_NAME,
    OBSERVED,
    REJECT_COLUMNS,
    REJECTS_NAME,
    SPECTRA_NAME,
    CollectionError,
    check_folder,
    read_parquet,
)
from .links import links_out
from .lookup.id_search import IdSearch
from .pixels.observed import ObservedSpectrum
from .pixels.stored_spectra import StoredSpectra, open_spectra

__all__ = [
    "Collection",
    "CollectionError",
    "read_meta",
    "read_table",
    "stored_rows",
    "that_count",
]

_WAY_OUT = "spexplain check DIR tells which rows; ingest the files anew to another folder"
# With more ids a lookup table would need more memory than the catalogue itself.
_MOST_NUMBERED = 1_000_000
_MOST_PIXELS = 1_000_000
_FACTS = {
    AT_REST: ("provenance", "key"),
    OBSERVED: ("provenance", "key", "grid", "block_rows", "reject_ends", "removed"),
}


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(one) is int and one >= 0 for one in value)


def _is_grid(value: Any) -> bool:
    return (
        isinstance(value, list)
        and [type(one) in (int, float) for one in value] == [True] * 3
        and 0 < value[0] < value[1] < np.inf
        and (value[1] - value[0]) / _MOST_PIXELS < value[2]
    )


# Type of each fact: a damaged one could be mistaken for another collection's.
_SOUND: dict[str, Callable[[Any], bool]] = {
    "provenance": lambda value: isinstance(value, dict),
    "key": lambda value: isinstance(value, str),
    "grid": _is_grid,
    "block_rows": _are_counts,
    "reject_ends": lambda value: value != [] and _are_counts(value),
    "removed": _are_counts,
}


class Collection:
    """Read access to one collection; safe to share between threads.

    Attributes
    ----------
    path
        The folder.
    catalog
        One row per spectrum, RangeIndex = row; columns id, ra, dec, z, label,
        spectral_class, subclass, sn_median, survey, file, and any extra ones.
    rejects
        Every rejected input: file, id, reason, detail.
    wave_rest_aa
        (D,) float64, vacuum Å, rest frame.
    provenance
        Origin of the collection.
    key
        Hash of spectra and catalog; collections with equal keys have equal content.
    earlier
        Key → number of spectra N′ before each addition: the first N′ rows.
    """

    def __init__(
        self,
        path: Path,
        meta: dict[str, Any],
        catalog: pd.DataFrame,
        rejects: pd.DataFrame,
        spectra: StoredSpectra,
    ) -> None:
        self.path = path
        self.catalog = catalog
        self.rejects = rejects
        self.provenance: dict[str, Any] = meta["provenance"]
        self.key: str = meta["key"]
        self.earlier = earlier_sizes(meta)
        self.wave_rest_aa = spectra.wave_rest_aa
        self._spectra = spectra
        self._row_of_id: dict[str, int] | None = None

    @classmethod
    def open(cls, path: str | Path) -> Collection:
        """Open a collection folder, of either format.

        Raises
        ------
        CollectionError
            The folder is absent, is no collection, has another format version,
            or its parts are damaged or do not fit together.
        """
        path = Path(path)
        try:
            return cls._opened(path, read_meta(path))
        except DAMAGE as error:
            why = " ".join((str(error) or type(error).__name__).split())[:300]
            raise CollectionError(f"{path} is damaged: {why}") from error

    @classmethod
    def _opened(cls, path: Path, meta: dict[str, Any]) -> Collection:
        if (out := next(links_out(path), None)) is not None:
            raise CollectionError(f"{out[0]} is {out[1]}")
        catalog = read_table(path / CATALOG_NAME, CATALOG_COLUMNS)
        rejects = read_table(path / REJECTS_NAME, REJECT_COLUMNS)
        catalog, rows = that_count(path, meta, catalog)
        if meta["format_version"] == OBSERVED:
            rejects = _latest_rejections(rejects, meta["reject_ends"], catalog)
        try:
            spectra = open_spectra(path / SPECTRA_NAME, meta, catalog, rows)
        except DAMAGE as error:
            raise CollectionError(f"{path / SPECTRA_NAME} cannot be read: {error}") from error
        return cls(path, meta, catalog, rejects, spectra)

    @property
    def n_spectra(self) -> int:
        """Number of spectra N."""
        return len(self.catalog)

    @property
    def n_rejected(self) -> int:
        """Number of rejected inputs."""
        return len(self.rejects)

    def spectrum(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Flux and ivar of one row at rest, each (D,) float32; NaN and 0 where there is no data.

        Raises
        ------
        IndexError
            No such row.
        CollectionError
            Its pixels are damaged.
        """
        row = self._checked(row)
        flux, ivar = self._at_rest(row, row + 1)
        return flux[0], ivar[0]

    def observed(self, row: int) -> ObservedSpectrum:
        """One row as it was observed: wavelengths, flux, ivar, mask, model and redshift.

        Raises
        ------
        IndexError
            No such row.
        CollectionError
            Its pixels are damaged.
        """
        row = self._checked(row)
        with damage_as_error(self.path / SPECTRA_NAME, CollectionError, _WAY_OUT):
            return self._spectra.observed(row)

    def chunks(self, size: int = 1024) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """All spectra at rest in order, `size` rows at a time: (rows, flux (n, D), ivar (n, D)).

        Raises
        ------
        ValueError
            Size is below 1.
        CollectionError
            Pixels are damaged.
        """
        if size < 1:
            raise ValueError(f"a chunk has at least 1 row, got {size}")
        for start in range(0, self.n_spectra, size):
            rows = slice(start, min(start + size, self.n_spectra))
            yield rows, *self._at_rest(rows.start, rows.stop)

    def row_of(self, id: str) -> int:
        """Row of a spectrum.

        Raises
        ------
        KeyError
            No spectrum has this id; the text names similar ones.
        """
        ids: pd.Series = self.catalog.loc[:, "id"]
        row = self._numbered(id) if len(ids) <= _MOST_NUMBERED else _searched(ids, id)
        if row is not None:
            return row
        near = ids.iloc[IdSearch(ids).near(id)].tolist()
        hint = f"; similar: {', '.join(near)}" if near else ""
        raise KeyError(f"no spectrum {id!r} in {self.path} ({self.n_spectra} spectra){hint}")

    def _numbered(self, id: str) -> int | None:
        if self._row_of_id is None:
            self._row_of_id = {name: row for row, name in enumerate(self.catalog["id"].tolist())}
        return self._row_of_id.get(id)

    def _at_rest(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        with damage_as_error(self.path / SPECTRA_NAME, CollectionError, _WAY_OUT):
            return self._spectra.at_rest(start, stop)

    def _checked(self, row: int) -> int:
        if not 0 <= row < self.n_spectra:
            raise IndexError(f"row {row} is outside 0…{self.n_spectra - 1} of {self.path}")
        return int(row)


def _searched(ids: pd.Series, id: str) -> int | None:
    """The first row with this id, searched by Arrow (20 ms for ten million ids)."""
    rows = np.flatnonzero((ids == id).to_numpy(bool))
    return int(rows[0]) if len(rows) else None


def read_meta(path: Path) -> dict[str, Any]:
    """The metadata of a collection.

    Raises
    ------
    CollectionError
        There is no collection, or its format is unknown.
    """
    check_folder(path)
    try:
        meta = read_json(path / META_NAME)
    except FileNotFoundError as error:
        raise CollectionError(
            f"{path} is not a collection: it has no {META_NAME}; "
            f"spexplain ingest {path} --out NEW makes one of the spectra in it"
        ) from error
    except (OSError, ValueError) as error:
        raise CollectionError(f"{path / META_NAME} cannot be read: {error}") from error
    version = meta.get("format_version") if isinstance(meta, dict) else None
    if type(version) is not int or version not in _FACTS:
        known = " and ".join(map(str, _FACTS))
        raise CollectionError(
            f"{path} has collection format {version!r}; this program reads {known}"
        )
    for name in _FACTS[version]:
        if name not in meta:
            raise CollectionError(f"{path / META_NAME} lacks {name!r}")
        if not _SOUND[name](meta[name]):
            shown = json.dumps(meta[name])[:60]
            raise CollectionError(f"{path / META_NAME} is damaged: its {name!r} is {shown}")
    return meta


def read_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """A table of a collection, checked to have these columns with these types.

    Raises
    ------
    CollectionError
        It cannot be read, or a column is missing or of another type.
    """
    try:
        table = read_parquet(path)
    except FileNotFoundError as error:
        raise CollectionError(f"{path.parent} is damaged: it has no {path.name}") from error
    except DAMAGE as error:
        raise CollectionError(f"{path} cannot be read: {error}") from error
    lacking = [name for name in columns if name not in table]
    if lacking:
        raise CollectionError(f"{path} lacks the columns {', '.join(lacking)}")
    for name, kind in columns.items():
        values: Any = table[name]
        if len(values) and (values.dtype.kind in "biuf") != (kind == "float64"):
            raise CollectionError(f"{path} is damaged: its column {name} holds {values.dtype}")
    if "id" in columns and bool(pd.isna(table["id"]).to_numpy().any()):
        raise CollectionError(f"{path} is damaged: some of its ids are missing")
    return table


def that_count(
    path: Path, meta: dict[str, Any], stored: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray]:
    """The stored catalogue without removed rows and rows of an unfinished addition.

    Returns
    -------
    The valid catalogue, and the position of each of its rows in the stored one, (N,).

    Raises
    ------
    CollectionError
        It has fewer rows than there are spectra.
    """
    if meta["format_version"] != OBSERVED:
        return stored, np.arange(len(stored))
    rows = stored_rows(meta)
    n_spectra = sum(meta["block_rows"])
    if len(stored) < n_spectra:
        raise CollectionError(
            f"{path} is damaged: its catalog has {len(stored)} rows, its spectra {n_spectra}"
        )
    whole = len(rows) == len(stored)  # as it was read: a copy of a survey's takes gigabytes
    return stored if whole else stored.iloc[rows].reset_index(drop=True), rows


def stored_rows(meta: dict[str, Any]) -> np.ndarray:
    """Positions of the valid spectra among the stored ones of format 2: (N,) ascending."""
    return np.setdiff1d(np.arange(sum(meta["block_rows"])), np.array(meta["removed"], np.int64))


def _latest_rejections(
    rejects: pd.DataFrame, ends: list[int], catalog: pd.DataFrame
) -> pd.DataFrame:
    """The last addition's rejections of each file; none of files that it accepted completely."""
    counted = rejects.iloc[: ends[-1]]
    addition = pd.Series(np.searchsorted(ends, np.arange(len(counted)), side="right"))
    last = addition == addition.groupby(counted["file"]).transform("max")
    taken = (counted["id"] == "") & counted["file"].isin(catalog["file"])
    return counted[last & ~taken].reset_index(drop=True)
