"""The spectra of a collection without its catalog, for worker processes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from ..files.arrays.zarr_codecs import Opened, only_known_codecs
from ..files.damage import DAMAGE
from .catalog_facts import SET_ASIDE
from .collection import CollectionError, read_meta, that_count
from .format import CATALOG_NAME, SPECTRA_NAME
from .pixels.stored_spectra import StoredSpectra, open_spectra

__all__ = ["only_spectra"]

_COLUMNS = ("z", SET_ASIDE, "flux_unit")


def only_spectra(address: str | Path, opened: Opened = only_known_codecs) -> StoredSpectra:
    """Open a collection's spectra with three columns of its catalogue at most.

    Parameters
    ----------
    address
        Its folder.
    opened
        How arrays are opened.

    Raises
    ------
    CollectionError
        As ``Collection.open``.
    """
    path = Path(address)
    meta = read_meta(path)
    try:
        catalog, rows = that_count(path, meta, _some_columns(path / CATALOG_NAME))
        return open_spectra(path / SPECTRA_NAME, meta, catalog, rows, opened)
    except DAMAGE as error:
        raise CollectionError(f"{path} cannot be read: {error}") from error


def _some_columns(path: Path) -> pd.DataFrame:
    with path.open("rb") as file:
        stored = pq.ParquetFile(file)
        wanted = [name for name in _COLUMNS if name in stored.schema_arrow.names]
        return stored.read(wanted).to_pandas()
