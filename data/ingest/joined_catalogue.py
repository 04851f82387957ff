"""A catalogue of the user's, joined to spectra by id, file name or position within an arcsecond."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from .delimited import read_delimited
from .labels import KEYS, LabelError, padded_name
from .readers.vocabulary.file_names import name_of
from .readers.vocabulary.other_facts import facts_of
from .readers.vocabulary.positions import DECLINATIONS, RIGHT_ASCENSIONS, degrees_of
from .readers.vocabulary.redshift_flags import FLAGS, flag_words
from .readers.vocabulary.redshift_words import KEYWORDS, redshift_of, rivals_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NO_CATALOGUE", "JoinedCatalogue", "read_catalogue", "said_by"]

_WITHIN = math.radians(1 / 3600)
_RA, _DEC = (tuple(map(str.lower, names)) for names in (RIGHT_ASCENSIONS, DECLINATIONS))


@dataclass(frozen=True)
class JoinedCatalogue:
    """What a catalogue says, by row.

    Attributes
    ----------
    names
        Id, file name or path → row.
    ra, dec : (n,)
        Degrees, NaN where not known; empty without positions.
    z : (n,)
        Redshifts, NaN where there is none.
    z_warning : (n,)
        What it warns of with them, in words.
    facts : (n,)
        Its other columns, by the names of the collection's catalog.
    digest
        Hash of the file.
    """

    names: dict[str, int] = field(default_factory=dict)
    ra: list[float] = field(default_factory=list)
    dec: list[float] = field(default_factory=list)
    z: list[float] = field(default_factory=list)
    z_warning: list[str] = field(default_factory=list)
    facts: list[dict[str, str | float]] = field(default_factory=list)
    digest: str = ""

    def row_of(self, id: str, file: str, ra: float, dec: float) -> int | None:
        """The row of a spectrum; None if there is none.

        Parameters
        ----------
        id, file
            By its id, its file's path or name, or that without its endings.
        ra, dec
            Or, in degrees, the nearest within an arcsecond.
        """
        own = Path(file)
        for name in (id, file, own.name, name_of(own) if file else ""):
            if name and name in self.names:
                return self.names[name]
        if self._tree is None or not (math.isfinite(ra) and math.isfinite(dec)):
            return None
        away, row = self._tree.query(_on_sphere([ra], [dec])[0], distance_upper_bound=_WITHIN)
        return int(self._placed[row]) if math.isfinite(away) else None

    @cached_property
    def _placed(self) -> np.ndarray:
        return np.flatnonzero(np.isfinite(self.ra) & np.isfinite(self.dec))

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import KDTree  # not where no catalogue is given

        if not len(self._placed):
            return None
        return KDTree(_on_sphere(np.array(self.ra), np.array(self.dec))[self._placed])


NO_CATALOGUE = JoinedCatalogue()


def read_catalogue(path: str | Path) -> JoinedCatalogue:
    """A table in FITS, ECSV, VOTable, Parquet or text, with names or positions of spectra.

    Raises
    ------
    LabelError
        It cannot be read, or has neither a column of names nor positions.
    """
    path = Path(path)
    try:
        digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        table = _read(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabelError(f"cannot read the catalogue {path}: {error}") from error
    by_name = {str(name).strip().lower(): str(name) for name in reversed([*table.columns])}
    key = next((by_name[name] for name in KEYS if name in by_name), None)
    ra, dec = (next((by_name[n] for n in names if n in by_name), None) for names in (_RA, _DEC))
    if key is None and (ra is None or dec is None):
        raise LabelError(
            f"{path} has no column id or file, nor positions ra and dec in degrees; "
            f"it has {', '.join(map(str, table.columns[:12]))}"
        )
    rows: list[dict[str, Any]] = table.to_dict("records")
    known = {name.upper() for name in (key, ra, dec) if name is not None} | {*KEYWORDS, *FLAGS}
    names = {} if key is None else {padded_name(str(r[key]).strip()): n for n, r in enumerate(rows)}
    upper = [{str(name).upper(): value for name, value in row.items()} for row in rows]
    said = [[(name, row.get(name)) for name in KEYWORDS] for row in upper]
    z = [redshift_of(one)[0] for one in said]
    warned = [
        flag_words(row.get) or rivals_of(taken, one)
        for row, taken, one in zip(upper, z, said, strict=True)
    ]
    return JoinedCatalogue(
        {name: row for name, row in names.items() if name},
        [] if ra is None or dec is None else [degrees_of(row[ra], hours=True) for row in rows],
        [] if ra is None or dec is None else [degrees_of(row[dec], hours=False) for row in rows],
        z,
        warned,
        [facts_of(row.items(), known) for row in upper],
        digest,
    )


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    kind = path.suffix.lower()
    if kind in (".parquet", ".pq", ".parq"):
        return _plain(pd.read_parquet(path))
    if kind in (".fits", ".fit", ".gz", ".ecsv", ".vot", ".xml", ".votable"):
        form = {".ecsv": "ascii.ecsv", ".vot": "votable", ".xml": "votable", ".votable": "votable"}
        table: Any = Table.read(path, format=form.get(kind, "fits"))
        flat = [name for name in table.colnames if len(table[name].shape) == 1]
        return _plain(table[flat].to_pandas())
    words = read_delimited(path.read_bytes()).columns()
    return pd.DataFrame({name: _numbers(column) for name, column in words.items()})


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Text as text, numbers and truth as Python has them; lists and the like left out."""
    import pandas as pd

    found: dict[str, pd.Series] = {}
    for name, column in table.items():
        if column.dtype.kind in "biuf":
            found[str(name)] = column
            continue
        texts = column.map(lambda v: v.decode("utf-8", "replace") if isinstance(v, bytes) else v)
        if all(isinstance(value, str) or value is None or value != value for value in texts):
            found[str(name)] = texts.fillna("").astype(str).str.strip()
    return pd.DataFrame(found)


def _numbers(words: tuple[str, ...]) -> pd.Series:
    """As numbers if all that say something are; but whole numbers too long for one are text."""
    import pandas as pd

    texts = pd.Series(words, dtype=str)
    numbers: Any = pd.to_numeric(texts.replace("", "nan"), errors="coerce")
    none = texts.str.lower().isin(["", "nan", "null", "none", "--"])
    long = texts.str.fullmatch(r"\d{16,}").any()
    return texts if long or bool((numbers.isna() & ~none).any()) else numbers


def _on_sphere(ra_deg: Any, dec_deg: Any) -> np.ndarray:
    """(n, 3) unit vectors; a chord of theirs is the angle, to a part in 10^11 at an arcsecond."""
    ra, dec = np.radians(np.asarray(ra_deg, float)), np.radians(np.asarray(dec_deg, float))
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def said_by(catalogue: JoinedCatalogue, row: Mapping[str, Any]) -> dict[str, str | float] | None:
    """The other columns of the catalogue's row for one of a collection's; None without a row."""
    found = catalogue.row_of(str(row["id"]), str(row["file"]), float(row["ra"]), float(row["dec"]))
    return None if found is None else catalogue.facts[found]
