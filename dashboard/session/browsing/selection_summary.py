"""Summary of a selection: mean, spread and lines, computed in background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import param

from ....data.lenses import Lens
from ...workspace import LineSummary
from ...workspace.line_summary import line_summary
from ..session import Session

__all__ = ["SelectedLines", "SelectionSummary", "Spread", "drawn_evenly", "lines_of", "spread_of"]

_MOST_READ = 400  # spectra; the mean of more differs by less than a line's width
_MOST_MEASURED = 200  # spectra; a second or two of fits


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Mean, median, 16th and 84th percentile of spectra prepared by a lens.

    Attributes
    ----------
    wave_rest_aa, mean, median : (D,)
        Å in vacuum at rest, and flux as prepared.
    low, high : (D,)
        16th and 84th percentile.
    n, of
        Number of spectra read, sampled evenly, of those selected that the lens can take.
    """

    wave_rest_aa: np.ndarray
    mean: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int
    of: int


@dataclass(frozen=True, slots=True, eq=False)
class SelectedLines:
    """Emission lines of spectra of a selection.

    Attributes
    ----------
    table
        One row for each: ratios with error and limit, BPT class.
    summary
        Their summary.
    dust
        Source of the dust correction: ``map``, ``catalog`` or ``none``.
    n, of
        Number of spectra measured, sampled evenly, of those selected that the lens can take.
    """

    table: pd.DataFrame
    summary: LineSummary
    dust: str
    n: int
    of: int


def drawn_evenly(lens: Lens, rows: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    """At most ``most`` of the rows that a lens can take, sampled evenly; and their number."""
    usable = rows[np.isin(rows, lens.rows)]
    n = min(most, len(usable))
    at = np.linspace(0, len(usable) - 1, n).round().astype(np.intp)
    return usable[at] if n else usable, len(usable)


def spread_of(
    lens: Lens, rows: np.ndarray, cancelled: Callable[[], bool], *, most: int = _MOST_READ
) -> Iterator[Spread]:
    """Read the spectra of some rows, sampled evenly if there are many, and summarise them.

    Parameters
    ----------
    lens
        Prepares them.
    rows : (n,)
        Rows of the collection; those that the lens cannot take are left out.
    cancelled
        Called often; True ends the work without a result.
    most
        Maximum number of spectra to read.
    """
    few, of = drawn_evenly(lens, rows, most)
    if not of or cancelled():
        return
    flux = lens.prepared_rows(few)
    if cancelled():
        return
    low, median, high = np.percentile(flux, [16, 50, 84], axis=0)
    mean = flux.mean(axis=0, dtype=np.float64)
    yield Spread(lens.wave_rest_aa, mean, median, low, high, len(few), of)


def lines_of(
    collection: Any,
    lens: Lens,
    rows: np.ndarray,
    cancelled: Callable[[], bool],
) -> Iterator[SelectedLines]:
    """Measure the lines of some rows, sampled evenly; parameters as of :func:`spread_of`."""
    from ....data.lenses.measured_lines import measured_lines  # late: fits load slowly

    few, of = drawn_evenly(lens, rows, _MOST_MEASURED)
    for table, dust in measured_lines(collection, few, cancelled):
        yield SelectedLines(table, line_summary(table), dust, len(few), of)


class SelectionSummary(param.Parameterized):
    """Summarises the current selection while the tab is open.

    Parameters
    ----------
    session
        The session with selection and lens.
    """

    spread = param.Parameter(default=None, doc="Of the current selection (Spread), or None.")
    lines = param.Parameter(default=None, doc="Of the same (SelectedLines), or None.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._of: tuple[object, object] = (None, None)
        self._spread = session.background(
            self._spread_arrived, "The mean of the selection cannot be drawn", pool=session.later
        )
        self._lines = session.background(
            partial(setattr, self, "lines"), "The lines cannot be measured", pool=session.later
        )
        session.selected.param.watch(self._begin, "current")
        session.view.param.watch(self._begin, ["tab", "lens"])
        self._begin()

    def _begin(self, *_: object) -> None:
        session = self._session
        now = (session.selected.current, session.lens)
        if session.view.tab != "selected" or now == self._of:
            return
        self._of = now
        self._spread.cancel()
        self._lines.cancel()
        self.param.update(spread=None, lines=None)
        selection, lens = now
        if selection is not None and lens is not None and len(selection.rows):
            self._spread.request(partial(spread_of, lens, selection.rows))

    def _spread_arrived(self, spread: Spread) -> None:
        self.spread = spread
        selection, lens = self._session.selected.current, self._session.lens
        if selection is not None and lens is not None:  # the mean first: it is sooner there
            of = self._session.workspace.collection
            self._lines.request(partial(lines_of, of, lens, selection.rows))
