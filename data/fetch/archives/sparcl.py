"""Spectra from SPARCL at NOIRLab over its JSON interface.

Its Python client is not used, since it unpickles the answers, which could therefore run any code.
Spectra are fetched in batches and stored as Parquet, which ``ingest`` reads as a stream.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...collection.lookup.sky_search import Cone
from ..manifest import DONE, Entry
from ..polite_client import NotCome, PoliteClient
from ..wanted import Wanted, wanted_of_row
from .skyserver import box, distance_deg

__all__ = ["SparclJob", "SparclPlan"]

_AT_ONCE = 25  # spectra: some 15 MB of JSON
_MOST_BYTES = 256_000_000
_FOUND_AT_ONCE, _MOST_FOUND = 200, 24_000  # ids in a search; records of an answer
_ARRAYS = ("wavelength", "flux", "ivar", "mask", "model")
_TEXT, _NUMBERS = (
    ("sparcl_id", "data_release", "spectype"),
    ("ra", "dec", "redshift", "redshift_err"),
)
_WHOLE = ("specid", "targetid", "redshift_warning")
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXT]
    + [(name, pa.float64()) for name in _NUMBERS]
    + [(name, pa.int64()) for name in _WHOLE]
    + [(name, pa.list_(pa.int64() if name == "mask" else pa.float64())) for name in _ARRAYS]
)


@dataclass(frozen=True, slots=True)
class SparclJob:
    """A batch of spectra, in one file."""

    base: str
    ids: tuple[str, ...]

    @property
    def file(self) -> str:
        """Path of the file, named after the ids in it."""
        return f"sparcl-{hashlib.sha256(' '.join(self.ids).encode()).hexdigest()[:16]}.parquet"

    @property
    def address(self) -> str:
        """Address of the request."""
        return f"{self.base}/sparc/spectras/"

    def wanted(self) -> list[Entry]:
        """The ids of its spectra."""
        return [Entry(id, "wanted", self.file, self.address) for id in self.ids]

    def bring(self, client: PoliteClient, part: Path) -> list[Entry]:
        """Request the spectra, check each, and write the valid ones."""
        wanted = self.wanted()
        include = ",".join((*_TEXT, *_NUMBERS, *_WHOLE, *_ARRAYS))
        query = {"include": include, "format": "json"}
        try:
            content, _ = client.ask(
                self.address, query=query, body=list(self.ids), most_bytes=_MOST_BYTES
            )
        except NotCome as error:
            return [replace(entry, state=error.state, reason=str(error)) for entry in wanted]
        records = content[1:] if isinstance(content, list) else []  # the first describes the answer
        by_id = {str(one.get("sparcl_id")): one for one in records if isinstance(one, dict)}
        entries, right = [], []
        for entry in wanted:
            record = by_id.get(entry.id)
            fault = "SPARCL has no such spectrum" if record is None else _fault(record)
            state = DONE if not fault else "missing" if record is None else "refused"
            entries.append(replace(entry, state=state, reason=fault))
            if record is not None and not fault:
                right.append(record)
        if right:
            columns = {
                name: [_value(name, one.get(name)) for one in right] for name in _SCHEMA.names
            }
            pq.write_table(pa.table(columns, schema=_SCHEMA), part)
        return entries


@dataclass
class SparclPlan:
    """Collects jobs, and entries of requests that cannot become jobs.

    Attributes
    ----------
    client
        HTTP client.
    base, datalab
        Addresses of SPARCL, and of its query service.
    releases
        Names of data releases (``DESI-DR1``); all if empty.
    radius_deg
        Search radius around positions of a list.
    """

    client: PoliteClient
    base: str
    datalab: str
    releases: Sequence[str]
    radius_deg: float
    others: list[Entry] = field(default_factory=list)
    ids: dict[str, None] = field(default_factory=dict)

    @property
    def jobs(self) -> list[SparclJob]:
        """Jobs for everything that was added."""
        ids = list(self.ids)
        starts = range(0, len(ids), _AT_ONCE)
        return [SparclJob(self.base, tuple(ids[at : at + _AT_ONCE])) for at in starts]

    def add(self, wanted: Sequence[Wanted]) -> None:
        """Add a request from a list.

        Raises
        ------
        NotCome
            A search failed.
        """
        numbers: dict[int, str] = {}
        for one in wanted:
            if one.kind == "sparcl_id":
                self.ids[one.said] = None
            elif one.kind in ("number", "sdss_id") or (
                one.kind == "fiber" and len(one.numbers) > 3
            ):
                numbers[one.numbers[-1]] = one.said
            elif one.kind == "position":
                cone = Cone(one.ra_deg, one.dec_deg, self.radius_deg)
                self.add_cone(cone, one.said)
            else:
                why = one.why or "SPARCL is asked by TARGETID, specid, sparcl_id or position"
                self.others.append(Entry(one.said, "not understood", reason=why))
        for name in ("targetid", "specid"):
            for record in self._found_by(name, list(numbers)):
                if numbers.pop(_whole(record.get(name)), None) is not None or name == "targetid":
                    self.ids[str(record.get("sparcl_id"))] = None
        for number in numbers.values():
            why = "SPARCL has no spectrum of such a TARGETID or specid"
            self.others.append(Entry(number, "missing", reason=why))

    def add_cone(self, cone: Cone, said: str) -> None:
        """Add all spectra within a cone.

        Raises
        ------
        NotCome
            The search failed.
        """
        stretches, dec = box(cone)
        n = 0
        for ra in stretches:
            for record in self._find([["ra", *ra], ["dec", *dec]]):
                position = _real(record.get("ra")), _real(record.get("dec"))
                if distance_deg(cone, *position) <= (cone.radius_deg or 0.0):
                    self.ids[str(record.get("sparcl_id"))] = None
                    n += 1
        if not n:
            self.others.append(Entry(said, "missing", reason="there is no spectrum"))

    def add_query(self, adql: str) -> None:
        """Add all spectra that a query to Astro Data Lab selects, by TAP, as CSV.

        Raises
        ------
        NotCome
            The query failed.
        """
        query = {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "csv", "QUERY": adql}
        text = self.client.text(f"{self.datalab}/tap/sync", query=query, most_bytes=_MOST_BYTES)
        if text.lstrip().startswith("<"):
            raise NotCome("refused", f"the query was refused: {' '.join(text.split())[:300]}")
        self.add([wanted_of_row(row) for row in csv.DictReader(io.StringIO(text))])

    def _found_by(self, name: str, numbers: list[int]) -> Iterable[dict[str, Any]]:
        for at in range(0, len(numbers), _FOUND_AT_ONCE):
            yield from self._find([[name, *numbers[at : at + _FOUND_AT_ONCE]]])

    def _find(self, search: list[list[Any]]) -> list[dict[str, Any]]:
        """Records of a search; refused if there are more than fit into one answer."""
        if self.releases:
            search = [*search, ["data_release", *self.releases]]
        body = {"outfields": ["sparcl_id", "specid", "targetid", "ra", "dec"], "search": search}
        content, _ = self.client.ask(
            f"{self.base}/sparc/find/", query={"limit": str(_MOST_FOUND)}, body=body,
            most_bytes=_MOST_BYTES,
        )  # fmt: skip
        if not isinstance(content, list):
            raise NotCome("refused", f"SPARCL answers {str(content)[:200]}")
        records = [one for one in content[1:] if isinstance(one, dict)]
        if len(records) >= _MOST_FOUND:
            raise NotCome("refused", f"more than {_MOST_FOUND:,} spectra: ask for a smaller part")
        return [one for one in records if _is_id(one.get("sparcl_id"))]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.replace("-", "").isalnum()


def _fault(record: dict[str, Any]) -> str:
    """Fault of a record as a spectrum, as text."""
    arrays = {name: record.get(name) for name in _ARRAYS if record.get(name) is not None}
    for name in ("wavelength", "flux", "ivar"):
        if not isinstance(arrays.get(name), list):
            return f"it came without {name}"
    n = len(arrays["flux"] or ())
    for name, values in arrays.items():
        if not isinstance(values, list) or len(values) != n:
            return f"its {name} has not the {n:,} pixels of its flux"
        if not all(value is None or isinstance(value, int | float) for value in values):
            return f"its {name} holds something else than numbers"
    return "" if n else "it came without a pixel"


def _value(name: str, value: Any) -> Any:
    if name in _ARRAYS:
        if value is None:
            return None
        return [_whole(one) for one in value] if name == "mask" else [_real(one) for one in value]
    if name in _TEXT:
        return None if value is None else str(value)
    return _real(value) if name in _NUMBERS else _whole(value)


def _real(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _whole(value: object) -> int:
    if isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    number = int(value) if isinstance(value, int | float) and value == value else -1
    return number if abs(number) < 2**63 else -1
