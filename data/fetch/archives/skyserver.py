"""SkyServer queries: spectra by position, id or user-written SQL.

Positions are queried by a box and filtered here, so that no function of the server is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...collection.lookup.sky_search import Cone
from ..polite_client import NotCome, PoliteClient

__all__ = ["SkyServer", "box", "distance_deg"]

_MOST_BYTES = 256_000_000
_LONGEST_QUERY = 1200  # characters: an address of IIS has 2,048 at most, after encoding
_PAUSE_S = 1.0  # between queries: SkyServer refuses more than one a second
_FROM_ALLSPEC = 19  # the first release whose table allspec has the address of every spectrum


class SkyServer:
    """The query service of one data release.

    Parameters
    ----------
    client
        HTTP client.
    base
        Its address.
    release
        Number of the data release.
    """

    def __init__(self, client: PoliteClient, base: str, release: int) -> None:
        self._client, self._release = client, release
        self._address = f"{base}/dr{release}/SkyServerWS/SearchTools/SqlSearch"
        self._asked = 0

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query.

        Raises
        ------
        NotCome
            It was refused, or the answer contains no rows.
        """
        if self._asked:
            self._client.sleep(_PAUSE_S)
        self._asked += 1
        query = {"cmd": " ".join(sql.split()), "format": "json"}
        content, _ = self._client.ask(self._address, query=query, most_bytes=_MOST_BYTES)
        tables = content if isinstance(content, list) else [content]
        rows: list[dict[str, Any]] = []
        for table in tables:
            if not isinstance(table, dict) or "Rows" not in table:
                raise NotCome("refused", f"the query was refused: {str(content)[:300]}")
            rows += [row for row in table["Rows"] if isinstance(row, dict)]
        return rows

    def around(self, cones: Sequence[Cone]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Spectra within each cone: number of the cone, and a row that identifies the spectrum."""
        what, table = "plate, mjd, fiberID, run2d, ra, dec", "SpecObjAll"
        if self._release >= _FROM_ALLSPEC:
            what, table = "sdss_id, sas_url, ra, dec", "allspec"
        for batch in _batches([_within(cone) for cone in cones]):
            clauses = " or ".join(clause for _, clause in batch)
            for row in self.rows(f"select {what} from {table} where {clauses}"):
                position = _number(row.get("ra")), _number(row.get("dec"))
                for number, _ in batch:
                    cone = cones[number]
                    if distance_deg(cone, *position) <= (cone.radius_deg or 0.0):
                        yield number, row

    def of_sdss_ids(self, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Rows of SDSS_IDs with the addresses of their spectra.

        Raises
        ------
        NotCome
            The release has no such table, or the query failed.
        """
        if self._release < _FROM_ALLSPEC:
            raise NotCome(
                "refused", f"dr{self._release} has no SDSS_ID: --release dr{_FROM_ALLSPEC}"
            )
        for batch in _batches([str(one) for one in ids]):
            listed = ",".join(text for _, text in batch)
            yield from self.rows(
                f"select sdss_id, sas_url from allspec where sdss_id in ({listed})"
            )


def box(cone: Cone) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """Ranges of right ascension, and of declination, that contain a cone; degrees."""
    radius = cone.radius_deg or 0.0
    low, high = max(cone.dec_deg - radius, -90.0), min(cone.dec_deg + radius, 90.0)
    if low <= -90 or high >= 90:  # around a pole
        return [(0.0, 360.0)], (low, high)
    ratio = math.sin(math.radians(radius)) / math.cos(math.radians(cone.dec_deg))
    half = 180.0 if ratio >= 1 or radius >= 90 else math.degrees(math.asin(ratio))
    if half >= 180:
        return [(0.0, 360.0)], (low, high)
    first, last = cone.ra_deg - half, cone.ra_deg + half
    if first < 0:
        return [(0.0, last), (first + 360, 360.0)], (low, high)
    if last > 360:
        return [(first, 360.0), (0.0, last - 360)], (low, high)
    return [(first, last)], (low, high)


def distance_deg(cone: Cone, ra_deg: float, dec_deg: float) -> float:
    """Distance from the centre of a cone on the great circle (haversine); NaN if unknown."""
    dec, there = math.radians(cone.dec_deg), math.radians(dec_deg)
    half_ra = math.radians(ra_deg - cone.ra_deg) / 2
    chord = math.sin((there - dec) / 2) ** 2
    chord += math.cos(dec) * math.cos(there) * math.sin(half_ra) ** 2
    return math.degrees(2 * math.asin(min(math.sqrt(chord), 1.0))) if chord == chord else math.nan


def _within(cone: Cone) -> str:
    stretches, (low, high) = box(cone)
    ra = " or ".join(f"ra between {first:.6f} and {last:.6f}" for first, last in stretches)
    return f"(dec between {low:.6f} and {high:.6f} and ({ra}))"


def _batches(texts: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """Numbered texts in batches that fit into one query."""
    batch: list[tuple[int, str]] = []
    length = 0
    for numbered in enumerate(texts):
        if batch and length + len(numbered[1]) > _LONGEST_QUERY:
            yield batch
            batch, length = [], 0
        batch.append(numbered)
        length += len(numbered[1]) + 4
    if batch:
        yield batch


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan
