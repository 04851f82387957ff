"""Tab with the lists as tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from ....core.words import counted, probability_text, redshift_text
from ...figures.words.wording import score_text
from ...session.choices.tabs import tab_named
from ...session.visitor import Visitor
from ...workspace.listing import Listing
from ..widgets.components import TablePart

__all__ = ["show", "table_part", "value_text"]

_FORMATS: dict[str, Callable[[float], str]] = {
    "share": probability_text,
    "count": "{:,.0f}".format,
    "redshift": redshift_text,
    "ratio": "{:.1f}".format,
    "number": score_text,
}
# What heading and distance say: where there is little room, the rest is what can be read.
_SAID_BY_ALL = re.compile(
    "unlike anything the model learned on: | the model learned on|not like [^:;]*: it (?=looks)"
)
_PAGE = 200  # rows in the browser at a time


def show(session: Visitor) -> TablePart:
    """The list of the open tab, whichever of those with a list it is."""
    return table_part(session, ".lists")


def table_part(session: Visitor, module: str) -> TablePart:
    """The table of the open tab's list, filled while a tab of this module is open."""
    return _Table(session, module).part


class _Table:
    def __init__(self, session: Visitor, module: str) -> None:
        self._session, self._module = session, module
        self._start = 0
        self.part = TablePart(
            css_classes=["in-list"], sizing_mode="stretch_both", on_message=self._take
        )
        session.view.param.watch(self._fill, ["tab", "sort", "tagged", "lens"])
        session.outcome.param.watch(self._fill, "relisted")
        session.outcome.param.watch(self._follow, "open_spectrum")
        self._fill()

    @property
    def _seen(self) -> bool:
        return tab_named(self._session.view.tab).module == self._module

    def _fill(self, *_: object) -> None:
        if self._seen:
            self._start = 0
            self._follow(force=True)

    def _follow(self, *_: object, force: bool = False) -> None:
        """Show the page of the list that holds the open spectrum."""
        if not self._seen:
            return
        listing, spectrum = self._session.listing, self._session.outcome.open_spectrum
        at = None if spectrum is None else listing.position(spectrum.row)
        start = self._start if at is None else at - at % _PAGE
        row = -1 if spectrum is None else spectrum.row
        if start == self._start and not force:
            self.part.selected = row
            return
        self._start = start
        view = self._session.view
        page = {
            "list": view.tab,
            "columns": [
                {"key": c.key, "title": c.title, "kind": c.kind, "about": c.about}
                for c in listing.columns
            ],
            "note": _note(listing, start),
            "sort": view.sort,
            "choices": _choices(self._session),
            "tagged": view.tagged,
            "rows": cells(listing, start, start + _PAGE),
        }
        self.part.param.update(page=page, selected=row)

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("of", self._session.view.tab) != self._session.view.tab:
            return  # a click that was on its way while another list opened
        if "open" in message:
            self._session.open(int(message["open"]))
        elif "sort" in message:
            self._session.steps.sort_by(str(message["sort"]))
        elif "tagged" in message:
            self._session.view.tagged = str(message["tagged"])
        elif "export" in message:
            view = self._session.view
            name = f"{self._session.workspace.collection.path.name}-{view.tab}.csv"
            self.part.tell({"name": name, "text": self._session.listing.csv()})


def cells(listing: Listing, start: int, stop: int) -> list[list[Any]]:
    """A stretch of a list as text, each line led by its row of the collection."""
    part = listing.table.iloc[start:stop]
    shown = ([value_text(value, c.kind) for value in part[c.key]] for c in listing.columns)
    return [list(line) for line in zip(map(int, part["row"]), *shown, strict=True)]


def value_text(value: Any, kind: str) -> str:
    """A value of a list's column of this kind, as its table has it."""
    if kind == "words":  # what they all say stands in the heading
        return _SAID_BY_ALL.sub("", str(value)) or "–"
    if kind in ("text", "type"):
        return str(value) or "–"
    if value is None or not np.isfinite(value):
        return "–"
    return _FORMATS[kind](value).replace("-", "−")


def _choices(session: Visitor) -> list[list[str]]:
    """Filters of a list: sides of the domain and tags in use, with their counts."""
    table, lens = session.steps.whole.table, session.lens
    if table.empty:
        return []
    known = session.tagging.tags
    tags = _tags([known[id] for id in table["id"] if id in known] if known else [])
    domain = None if lens is None else lens.domain
    sides = []
    if domain is not None:
        outside = domain.table["outside"].reindex(table["row"]).dropna().to_numpy(bool)
        n, n_outside = len(outside), int(outside.sum())
        sides.append(["inside", f"inside the domain ({n - n_outside:,})"])
        sides.append(["outside", f"outside the domain ({n_outside:,})"])
    choices = [*sides, *tags]
    if (held := session.view.tagged) not in ("", *(value for value, _ in choices)):
        choices.append([held, f"{'tagged' if held == 'any' else f'tag {held}'} (0)"])
    return [["", "all spectra"], *choices] if choices else []


def _tags(tags: list[int]) -> list[list[str]]:
    """Each tag of the list's spectra, and how many have it."""
    if not tags:
        return []
    each = [[str(tag), f"tag {tag} ({n:,})"] for tag, n in sorted(Counter(tags).items())]
    return [["any", f"tagged ({len(tags):,})"], *each]


def _note(listing: Listing, start: int) -> str:
    n = len(listing.table)
    if not n:
        return listing.empty
    if n <= _PAGE:
        return f"{counted(n, 'spectrum', 'spectra')}{_unseen(listing)}"
    whole = f"{n:,} spectra" if listing.of <= n else f"the first {n:,} of {listing.of:,} spectra"
    stretch = f"{start + 1:,}–{min(start + _PAGE, n):,} of {whole}"
    return f"{stretch}{_unseen(listing)}; the arrow keys go on"


def _unseen(listing: Listing) -> str:
    """How many of the list the classifier had not seen, where some it had."""
    if "split" not in listing.table:
        return ""
    tested = int(np.sum(listing.table["split"].to_numpy(str) == "test"))
    return f", {tested:,} of them of the test set, not seen in training"
