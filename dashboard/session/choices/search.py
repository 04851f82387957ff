"""Search for a spectrum by id or sky position: suggestions and errors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from ....core.words import number_text
from ....data.collection.lookup.sky_search import Cone, angle_text, read_cone
from ...workspace import Workspace

__all__ = ["Found", "find"]

_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Found:
    """Result of a search.

    Attributes
    ----------
    text
        The text searched for.
    rows
        Rows of the collection, the best first; if ``n`` is 0, similar or nearby ones.
    n
        Number found; counting ids that contain a text stops at a thousand.
    words
        A message about the result; empty if the rows suffice.
    near
        What the rows are if ``n`` is 0: those with similar ids, or the nearest on the sky.
    notes
        A note for each row; by default its redshift.
    around : (n,)
        All rows within the given radius; empty without one.
    """

    text: str
    rows: list[int]
    n: int
    words: str
    near: str = "Similar"
    notes: tuple[str, ...] = ()
    around: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def offer(self, space: Workspace) -> dict[str, Any]:
        """For the search field of the page: ids, each with its redshift, and a message."""
        catalog = space.catalog.iloc[self.rows]
        options = [
            {"id": str(id), "note": f"z {number_text(z, '.3f')}" if z == z else ""}
            for id, z in zip(catalog["id"], catalog["z"], strict=True)
        ]
        if self.notes:
            for option, note in zip(options, self.notes, strict=True):
                option["note"] = note
        if len(self.around) > 1:  # the text itself chooses them all
            options.append({"id": self.text, "note": "", "label": f"Select all {self.n:,}"})
        words = self.words if self.n or not self.rows else f"{self.words} {self.near}:"
        return {"text": self.text, "options": options, "any": self.n > 0, "words": words}

    def sentence(self, space: Workspace) -> str:
        """The same as a sentence."""
        near = [] if self.n else space.catalog["id"].iloc[self.rows].tolist()
        return f"{self.words} {self.near}: {', '.join(near)}." if near else self.words


def find(space: Workspace, text: str) -> Found:
    """Spectra whose id contains a text, or at the position it gives.

    Parameters
    ----------
    space
        The collection.
    text
        Typed or pasted; case, and blanks at its ends, do not matter. A position, with or without a
        radius, in the forms of
        :func:`~spexplain.data.collection.lookup.sky_search.read_cone`.
    """
    text = text.strip()
    if not text:
        return Found(text, [], 0, "")
    try:
        cone = read_cone(text)
    except ValueError as error:
        return Found(text, [], 0, str(error))
    if cone is not None and cone.sure:
        return _around(space, text, cone)
    rows, n = space.ids.containing(text, limit=_LIMIT)
    if n:
        rows.sort(key=lambda row: space.catalog["id"].iat[row] != text)  # with the same case
        return Found(text, rows, n, _count(n) if n > len(rows) else "")
    if cone is not None:
        return _around(space, text, cone)
    refused = _refused(space, text)
    if refused:
        return Found(text, [], 0, refused)
    words = f"No id of these {len(space.catalog):,} spectra holds “{text}”."
    return Found(text, space.ids.near(text), 0, words)


def _around(space: Workspace, text: str, cone: Cone) -> Found:
    if not space.sky.n_known:
        return Found(text, [], 0, "No spectrum here has a place on the sky.")
    rows, away = space.sky.around(cone, limit=_LIMIT)
    n = len(rows)
    if n:
        words = "the nearest; a radius may follow, such as 2'"
        if cone.radius_deg is not None:
            words = f"{n:,} within {angle_text(cone.radius_deg)}, the nearest first"
        first = [*map(int, rows[:_LIMIT])]
        notes = tuple(map(angle_text, away[:_LIMIT].tolist()))
        around = rows if cone.radius_deg is not None else rows[:0]
        return Found(text, first, n, words, notes=notes, around=around)
    rows, away = space.sky.around(replace(cone, radius_deg=None), limit=3)
    words = f"No spectrum lies within {angle_text(cone.radius_deg or 0.0)} of this place."
    notes = tuple(map(angle_text, away.tolist()))
    return Found(text, [*map(int, rows)], 0, words, near="Nearest", notes=notes)


def _count(n: int) -> str:
    return f"the first {_LIMIT} of {n if n < 1000 else '1000 or more'}; type on to narrow it"


def _refused(space: Workspace, text: str) -> str:
    """Why an input was rejected whose id or file name contains the text; empty if none does."""
    rejected, n = space.rejected_ids.containing(text, limit=1)
    if not rejected:
        return ""
    refused = space.collection.rejects.iloc[rejected[0]]
    name = refused["id"] or PurePath(refused["file"]).name
    why = " – ".join(part for part in (refused["reason"], refused["detail"]) if part)
    more = f" And {n - 1} more that were not." if n > 1 else ""
    return f"{name} was not taken into this collection: {why}.{more}"
