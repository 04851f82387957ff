"""Looking for a spectrum by a part of its id: what is offered, and what is said of none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ..workspace.workspace import Workspace

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
        Of the collection, the best first; where ``n`` is 0, those with a similar id.
    n
        How many ids hold the text; counting stops at a thousand.
    words
        What is said of it, for the reader; empty where the rows say it all.
    """

    text: str
    rows: list[int]
    n: int
    words: str

    def offer(self, space: Workspace) -> dict[str, Any]:
        """As the page's entry shows it: ids, each with its redshift, and a line of words."""
        catalog = space.catalog.iloc[self.rows]
        options = [
            {"id": str(id), "note": f"z {z:.3f}" if z == z else ""}
            for id, z in zip(catalog["id"], catalog["z"], strict=True)
        ]
        words = self.words if self.n or not self.rows else f"{self.words} Similar:"
        return {"text": self.text, "options": options, "any": self.n > 0, "words": words}

    def sentence(self, space: Workspace) -> str:
        """The same in words alone."""
        near = [] if self.n else space.catalog["id"].iloc[self.rows].tolist()
        return f"{self.words} Similar: {', '.join(near)}." if near else self.words


def find(space: Workspace, text: str) -> Found:
    """Spectra whose id holds a text.

    Parameters
    ----------
    space
        The collection.
    text
        Typed or pasted; blanks at its ends, and capitals, do not count.
    """
    text = text.strip()
    if not text:
        return Found(text, [], 0, "")
    rows, n = space.ids.containing(text, limit=_LIMIT)
    if n:
        rows.sort(key=lambda row: space.catalog["id"].iat[row] != text)  # of its very capitals
        return Found(text, rows, n, _count(n) if n > len(rows) else "")
    refused = _refused(space, text)
    if refused:
        return Found(text, [], 0, refused)
    words = f"No id of these {len(space.catalog):,} spectra holds “{text}”."
    return Found(text, space.ids.near(text), 0, words)


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
