"""Search for a spectrum by id or sky position: suggestions and errors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from ....core.words import number_text
from ....data.collection.lookup.sky_search import Cone, angle_text, read_cone
from ...workspace.workspace import Workspace

__all__ = ["Found", "find"]

_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a text.

    Attributes
    ----------
    text
        What was looked for.
    rows
        Of the collection, the best first; where ``n`` is 0, those that are near.
    n
        How many were found; counting ids that hold a text stops at a thousand.
    words
        What is said of it, for the reader; empty where the rows say it all.
    near
        What rows are where ``n`` is 0: those of similar ids, or the nearest on the sky.
    notes
        What is said of each row; its redshift where nothing is.
    around : (n,)
        All rows within the radius that was asked for; empty where none was.
    """

    text: str
    rows: list[int]
    n: int
    words: str
    near: str = "Similar"
    notes: tuple[str, ...] = ()
    around: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def offer(self, space: Workspace) -> dict[str, Any]:
        """As the page's entry shows it: ids, each with its redshift, and a line of words."""
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
        """The same in words alone."""
        near = [] if self.n else space.catalog["id"].iloc[self.rows].tolist()
        return f"{self.words} {self.near}: {', '.join(near)}." if near else self.words


def find(space: Workspace, text: str) -> Found:
    """Spectra whose id holds a text, or that lie where it says.

    Parameters
    ----------
    space
        The collection.
    text
        Typed or pasted; blanks at its ends, and capitals, do not count. A place on the sky, with a
        radius or without, as
        :func:`~spexplain.data.collection.lookup.sky_search.read_cone` reads it.
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
        rows.sort(key=lambda row: space.catalog["id"].iat[row] != text)  # of its very capitals
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
    """Why an input whose id, or file's name, holds the text was not taken; empty if none does."""
    rejected, n = space.rejected_ids.containing(text, limit=1)
    if not rejected:
        return ""
    refused = space.collection.rejects.iloc[rejected[0]]
    name = refused["id"] or PurePath(refused["file"]).name
    why = " – ".join(part for part in (refused["reason"], refused["detail"]) if part)
    more = f" And {n - 1} more that were not." if n > 1 else ""
    return f"{name} was not taken into this collection: {why}.{more}"
