"""Requests resolved to files of SDSS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ...collection.lookup.sky_search import Cone
from ..addresses import is_plain_path
from ..jobs import FileJob
from ..manifest import Entry
from ..polite_client import NotCome
from ..wanted import Wanted, wanted_of_row
from .sdss_layout import fiber_paths, field_paths
from .skyserver import SkyServer

__all__ = ["SdssPlan"]

_SAS = "/sas/"


@dataclass
class SdssPlan:
    """Collects jobs, and entries of requests that cannot become jobs.

    Attributes
    ----------
    base
        Address of the archive, ending in ``/sas`` or equivalent.
    release
        Number of the data release.
    lite
        Files without single exposures.
    most_bytes
        Largest size of a file.
    radius_deg
        Search radius around positions of a list.
    ask
        Opens the query service, only when needed.
    """

    base: str
    release: int
    lite: bool
    most_bytes: int
    radius_deg: float
    ask: Callable[[], SkyServer]
    jobs: dict[str, FileJob] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reduction: dict[str, str] = {}

    def add(self, wanted: Sequence[Wanted]) -> None:
        """Add a request from a list."""
        for one in wanted:
            self._add_named(one)
        places = [one for one in wanted if one.kind == "position"]
        if places:
            self._around(
                [Cone(one.ra_deg, one.dec_deg, self.radius_deg) for one in places],
                [one.said for one in places],
            )
        ids = {one.numbers[0]: one for one in wanted if one.kind in ("sdss_id", "number")}
        if ids:
            self._of_ids(ids)

    def add_cone(self, cone: Cone, said: str) -> None:
        """Add all spectra within a cone."""
        self._around([cone], [said])

    def add_query(self, sql: str) -> None:
        """Add all spectra that a query selects.

        Raises
        ------
        NotCome
            The query failed.
        """
        rows = self.ask().rows(sql)
        self.add([wanted_of_row(row) for row in rows if not self._of_url(row)])
        if not rows:
            self._other(" ".join(sql.split())[:80], "missing", "the query gives no rows")

    def _add_named(self, one: Wanted) -> None:
        if one.kind in ("position", "sdss_id", "number"):
            return
        try:
            if one.kind == "fiber":
                plate, mjd, fiber = one.numbers[:3]
                name, folder = f"{plate:04}-{mjd}-{fiber:04}", f"{plate:04}"
                paths = fiber_paths(
                    plate, mjd, fiber, self.release, lite=self.lite, run2d=one.run2d
                )
            elif one.kind == "field":
                target, mjd, catalogid = one.numbers
                name, folder = f"{target}-{mjd}-{catalogid}", str(target)
                paths = field_paths(
                    target, mjd, catalogid, self.release, lite=self.lite, run2d=one.run2d
                )
            else:
                why = one.why or "an id of SPARCL: spexplain fetch sparcl"
                self._other(one.said, "not understood", why)
                return
        except ValueError as error:
            self._other(one.said, "missing", str(error))
            return
        self._job(name, f"{folder}/{paths[0].rpartition('/')[2]}", paths, folder)

    def _job(self, name: str, file: str, paths: Sequence[str], folder: str) -> None:
        self.jobs.setdefault(
            file,
            FileJob(
                name, file, tuple(f"{self.base}/{path}" for path in paths), self.most_bytes,
                order=lambda addresses: self._likeliest(folder, addresses),
                learn=lambda address: self._reduction.__setitem__(folder, _folder_of(address)),
            ),
        )  # fmt: skip

    def _likeliest(self, folder: str, addresses: Sequence[str]) -> Sequence[str]:
        """Paths with the one first at which another fiber of the plate was found."""
        reduction = self._reduction.get(folder)
        return sorted(addresses, key=lambda address: _folder_of(address) != reduction)

    def _around(self, cones: list[Cone], said: list[str]) -> None:
        answered: set[int] = set()
        try:
            for number, row in self.ask().around(cones):
                answered.add(number)
                if not self._of_url(row):
                    self._add_named(wanted_of_row({k: v for k, v in row.items() if v is not None}))
        except NotCome as error:
            for one in said:
                self._other(one, error.state, str(error))
            return
        for number, one in enumerate(said):
            if number not in answered:
                within = f"within {cones[number].radius_deg or 0:.3g}° there is no spectrum"
                self._other(one, "missing", within)

    def _of_ids(self, ids: Mapping[int, Wanted]) -> None:
        left = dict(ids)
        try:
            for row in self.ask().of_sdss_ids(list(ids)):
                if self._of_url(row):
                    left.pop(int(str(row.get("sdss_id"))), None)
        except (NotCome, ValueError) as error:
            state = error.state if isinstance(error, NotCome) else "refused"
            for one in ids.values():
                self._other(one.said, state, str(error))
            return
        for one in left.values():
            self._other(one.said, "missing", "no SDSS_ID with an optical spectrum in this release")

    def _of_url(self, row: Mapping[str, Any]) -> bool:
        """Add a spectrum by the address in a row: only its path, below our own base."""
        url = next((str(v) for k, v in row.items() if k.lower() == "sas_url" and v), "")
        path = urlsplit(url).path
        path = (path.partition(_SAS)[2] if _SAS in path else path).strip("/")
        folder, _, name = path.rpartition("/")
        if not path:
            return False
        if not is_plain_path(path):
            self._other(url[:80], "refused", "no plain address of a file")
            return True
        if not (name.startswith("spec-") and name.endswith(".fits")):
            return True  # of APOGEE, or not a spectrum
        wanted = folder.replace("/full/", "/lite/") if self.lite else folder
        below = name.removeprefix("spec-").partition("-")[0]
        paths = [f"{wanted}/{name}"]
        self._job(name.removeprefix("spec-").removesuffix(".fits"), f"{below}/{name}", paths, below)
        return True

    def _other(self, said: str, state: str, why: str) -> None:
        self.others.append(Entry(said, state, reason=why))


def _folder_of(address: str) -> str:
    return address.rpartition("/")[0]
