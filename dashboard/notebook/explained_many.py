"""Explanations of many spectra: one table, one picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...core.words import counted
from .explained import Explained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ExplainedMany", "NotExplained"]

_ROWS = 10  # of the table in a notebook


@dataclass(frozen=True, slots=True)
class NotExplained:
    """A spectrum among many that could not be explained: which, and why."""

    number: int
    reason: str


class ExplainedMany(list[Any]):
    """Explanations of many spectra, in order; :class:`NotExplained` where one failed."""

    @property
    def failed(self) -> list[NotExplained]:
        """Spectra that could not be explained, with the reasons."""
        return [one for one in self if isinstance(one, NotExplained)]

    def table(self) -> pd.DataFrame:
        """One row a spectrum: target, value, R² and the segment of the largest weight.

        Columns ``number``, ``id``, ``target``, ``value``, ``r2`` (NaN of methods that fit
        nothing), of that segment those of :meth:`Explained.table`, and ``reason`` where a
        spectrum could not be explained.
        """
        rows = []
        for number, one in enumerate(self):
            if isinstance(one, NotExplained):
                rows.append({"number": number, "reason": one.reason})
                continue
            made = one.explanation
            rows.append({
                "number": number, "id": one.name, "target": made.target, "value": one.value,
                "r2": made.r2 if made.method == "lime" and not made.nothing else float("nan"),
                **one.table().iloc[0].to_dict(), "reason": made.nothing,
            })  # fmt: skip
        return pd.DataFrame(rows).fillna({"id": "", "target": "", "lines": "", "change": ""})

    def plot(self, **options: Any) -> Figure:
        """All weights, a row each; options of ``weights_of_many_figure``.

        Raises
        ------
        ValueError
            No spectrum could be explained.
        """
        from ..figures.printed.weights_of_many import weights_of_many_figure

        good = [one for one in self if isinstance(one, Explained)]
        if not good:
            raise ValueError("no spectrum could be explained: see .failed for the reasons")
        made = [one.explanation if isinstance(one, Explained) else None for one in self]
        names = [getattr(one, "name", "") or str(number) for number, one in enumerate(self)]
        mirrored = [getattr(one, "mirrored", None) for one in self]
        wave_rest_aa = good[0].wave_rest_aa
        return weights_of_many_figure(wave_rest_aa, made, names, mirrored=mirrored, **options)

    def __repr__(self) -> str:
        failed = self.failed
        first = f"; the first: {failed[0].number}: {failed[0].reason}" if failed else ""
        return f"<{len(self) - len(failed):,} explanations, {len(failed)} failed{first}>"

    def _repr_html_(self) -> str:
        from ..figures.printed.saved_figure import inline_svg

        explained = len(self) - len(self.failed)
        if not explained:
            return f"<p>{escape(repr(self)[1:-1])}</p>"
        warned = Counter(
            text
            for one in self
            if isinstance(one, Explained)
            for text in (one.doubted, one.outside)
            if text
        )
        words = [f"<b>{escape(text)}</b>: {n:,} of them" for text, n in warned.most_common(3)]
        words += [escape(repr(self)[1:-1])]
        first = ExplainedMany(self[:_ROWS]).table()
        table = first.to_html(index=False, border=0, float_format="%.4g")
        more = f"<p>… {counted(len(self), 'row')}: .table()</p>" if len(self) > _ROWS else ""
        return f"{inline_svg(self.plot())}<p>{'<br>'.join(words)}</p>{table}{more}"
