"""The filter field with completion, and a brush that writes into it."""

from __future__ import annotations

from typing import Any

import numpy as np
import param

from ....core.words import counted
from ....data.selections.conditions import (
    Kinds,
    NumberRange,
    as_written,
    kinds_in,
    kinds_of,
    range_in,
    range_of,
)
from ....data.selections.where_words import LONGEST, WhereError
from ...session.visitor import Visitor
from ...workspace.column_summary import Histogram, KindCounts, summary
from .components import Part, script

__all__ = ["FilterPart", "filter_part"]

_MOST_OFFERED = 9
_EXAMPLE = "z < 0.1 & sn_median > 20"


class FilterPart(Part):
    """Sends {apply: clause}, {typed: text, at: place}, {clear: true}, {undo: true}, {column: name},
    {range: [low, high]} with null for an open end, or {kinds: [values], missing: bool}."""

    text = param.String(default="", doc="The clause as last applied or refused.")
    held = param.Boolean(default=False, doc="What it holds of is selected.")
    words = param.String(default="", doc="What came of it.")
    error = param.Dict(default={}, doc="What is wrong: why, start, end, near; empty if nothing.")
    found = param.Dict(default={}, doc="What a word may become: text, at, start, options.")
    columns = param.List(default=[], doc="Columns to brush: pairs of a name and a heading.")
    brush = param.Dict(default={}, doc="The brushed column, its bars and what it is held to.")
    example = param.String(default=_EXAMPLE, doc="What stands in an empty entry.")
    longest = param.Integer(default=LONGEST, doc="Most characters that a clause may have.")

    _esm = script("filter")


def filter_part(session: Visitor) -> FilterPart:
    """The entry and the brush of one visitor."""
    return _Filter(session).part


class _Filter:
    def __init__(self, session: Visitor) -> None:
        self._session = session
        self._column = ""
        self._kept: tuple[str, Histogram | KindCounts] | None = None
        space = session.workspace
        names = [name for name in space.row_filter.names if name not in ("id", "file")]
        self.part = FilterPart(
            on_message=self._take,
            css_classes=["in-filter"],
            sheets=["parts.css", "filter.css"],
            columns=[[name, _heading(name, session)] for name in names],
        )
        session.filtering.param.watch(self._show, ["text", "error", "n"])
        session.selected.param.watch(self._show, "current")
        session.view.param.watch(self._show, "plane")
        self._show()

    def _take(self, message: dict[str, Any]) -> None:
        filtering = self._session.filtering
        if "apply" in message:
            filtering.apply(str(message["apply"])[: LONGEST + 1])
        elif "typed" in message:
            self._complete(str(message["typed"])[:LONGEST], int(message["at"]))
        elif "clear" in message:
            filtering.clear()
        elif "column" in message:
            name = str(message["column"])
            self._column = name if name in self._session.workspace.row_filter.names else ""
            self._show()
        elif self._column and "range" in message:
            low, high = message["range"]
            wanted = NumberRange(self._rounded(low), self._rounded(high))
            filtering.hold(self._column, range_of(self._column, wanted))
        elif self._column and "kinds" in message:
            self._hold_kinds([str(value) for value in message["kinds"]], bool(message["missing"]))

    def _complete(self, text: str, at: int) -> None:
        start, options = self._session.workspace.row_filter.complete(text, at)
        self.part.found = {
            "text": text, "at": at, "start": start, "options": options[:_MOST_OFFERED],
        }  # fmt: skip

    def _rounded(self, value: float | None) -> float | None:
        summary = self._summary
        return None if value is None else summary.rounded(float(value))  # pyright: ignore

    def _hold_kinds(self, values: list[str], missing: bool) -> None:
        summary = self._summary
        if isinstance(summary, KindCounts):  # and nothing that a browser makes up
            wanted = Kinds(tuple(value for value in summary.values if value in values), missing)
            self._session.filtering.hold(self._column, kinds_of(self._column, wanted))

    @property
    def _summary(self) -> Histogram | KindCounts:
        """Values of the brushed column; cached except for tags, which change."""
        name = self._column
        if self._kept is None or self._kept[0] != name or name == "tag":
            self._kept = (name, summary(name, self._session.workspace.row_filter.column(name)))
        return self._kept[1]

    def _show(self, *_: object) -> None:
        filtering = self._session.filtering
        self.part.param.update(
            text=filtering.text,
            held=bool(self._session.view.filter),
            words=_words(self._session),
            error=_error(filtering.error),
            brush=self._brush(),
        )

    def _brush(self) -> dict[str, Any]:
        if not self._column:
            return {}
        summary, name = self._summary, self._column
        now = self._session.selected.current
        rows = None if now is None else now.rows
        counts = summary.counts()
        about: dict[str, Any] = {
            "column": name,
            "counts": counts.tolist(),
            "kept": summary.counts(rows).tolist(),
            "missing": int(np.sum(summary.bars == -1)),
            "missing_kept": int(np.sum(summary.bars[slice(None) if rows is None else rows] == -1)),
        }
        clause = self._session.view.filter
        if isinstance(summary, Histogram):
            held = range_in(clause, name)
            more = {
                "edges": summary.edges.tolist(),
                "log": summary.logarithmic,
                "unit": summary.unit,
            }
            return about | more | {"kind": "number", "range": [held.low, held.high]}
        chosen = kinds_in(clause, name) or Kinds()
        more = {
            "names": list(summary.names),
            "values": list(summary.values),
            "more": summary.n_more,
        }
        held = {"chosen": list(chosen.values), "only_missing": chosen.missing}
        return about | more | held | {"kind": "kinds"}


def _heading(name: str, session: Visitor) -> str:
    if name == "tag":
        return "Yours"
    return "Catalogue" if name in session.workspace.catalog else "Results"


def _error(error: WhereError | None) -> dict[str, Any]:
    if error is None:
        return {}
    near = [as_written(name) for name in error.near]
    return {"why": error.why, "start": error.start, "end": error.end, "near": near}


def _words(session: Visitor) -> str:
    """Result of the clause, in one line."""
    filtering, space = session.filtering, session.workspace
    if filtering.error is not None:
        return ""
    if filtering.n is None:
        return "Not in use: something else is selected now." if filtering.text else ""
    if not filtering.n:
        none = f"None of {counted(len(space.catalog), 'spectrum', 'spectra')}"
        return "; ".join(filter(None, (none, space.row_filter.absent(filtering.text))))
    text = f"{filtering.n:,} of {counted(len(space.catalog), 'spectrum', 'spectra')}"
    plane = space.planes.get(session.view.plane)
    if plane is not None:
        away = filtering.n - int(np.isin(session.selected.rows, plane.rows).sum())
        text += f", {away:,} not on this plane" if away else ""
    return text
