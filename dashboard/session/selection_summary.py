"""What the selected spectra have in common: mean, median and spread, found behind the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import param

from ...data.lenses.lenses import Lens
from .latest_wins import Answer, Background
from .session import Session

__all__ = ["SelectionSummary", "Spread", "spread_of"]

_MOST_READ = 400  # spectra; the mean of more differs by less than a line's width


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Mean, median, 16th and 84th percentile of spectra as a lens prepares them.

    Attributes
    ----------
    wave_rest_aa, mean, median : (D,)
        Å in vacuum at rest, and flux as prepared.
    low, high : (D,)
        16th and 84th percentile.
    n, of
        So many were read, evenly, of so many selected that the lens can take.
    complete
        No better will follow.
    """

    wave_rest_aa: np.ndarray
    mean: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int
    of: int
    complete: bool = True


def spread_of(
    lens: Lens, rows: np.ndarray, cancelled: Callable[[], bool], *, most: int = _MOST_READ
) -> Iterator[Spread]:
    """Read the spectra of some rows, evenly if there are many, and sum them up.

    Parameters
    ----------
    lens
        Prepares them.
    rows : (n,)
        Of the collection; those that the lens cannot take are left out.
    cancelled
        Asked often; true ends the work without an answer.
    most
        Spectra to read.
    """
    usable = rows[np.isin(rows, lens.rows)]
    if not len(usable):
        return
    n = min(most, len(usable))
    few = usable[np.linspace(0, len(usable) - 1, n).round().astype(np.intp)]
    flux = np.empty((n, len(lens.wave_rest_aa)), np.float32)
    for at, row in enumerate(few):
        if cancelled():
            return
        flux[at] = lens.prepared(int(row))
    low, median, high = np.percentile(flux, [16, 50, 84], axis=0)
    mean = flux.mean(axis=0, dtype=np.float64)
    yield Spread(lens.wave_rest_aa, mean, median, low, high, n, len(usable))


class SelectionSummary(param.Parameterized):
    """Sums up the current selection, while somebody looks.

    Parameters
    ----------
    session
        Whose selection, through whose lens.
    """

    spread = param.Parameter(default=None, doc="Of the current selection (Spread), or None.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._of: tuple[object, object] = (None, None)
        self._work: Background[Spread] = Background(session, self._arrived)
        session.selected.param.watch(self._begin, "current")
        session.view.param.watch(self._begin, ["tab", "lens"])
        self._begin()

    def _begin(self, *_: object) -> None:
        session = self._session
        now = (session.selected.current, session.lens)
        if session.view.tab != "selected" or now == self._of:
            return
        self._of = now
        self._work.cancel()
        self.spread = None
        selection, lens = now
        if selection is not None and lens is not None and len(selection.rows):
            self._work.request(partial(spread_of, lens, selection.rows))

    def _arrived(self, answer: Answer[Spread]) -> None:
        if answer.error is not None:
            self._session.complain(f"The mean of the selection cannot be drawn: {answer.error}")
        else:
            self.spread = answer.result
