"""The mean of a selection as an overlay of the open spectrum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ....core.words import shortened
from ....data.selections import Selection
from ..session import Session
from .selection_summary import Spread, spread_of

if TYPE_CHECKING:
    from ....data.lenses import Lens

__all__ = ["LaidMean", "MeanOver"]

_LONGEST_NAME = 24  # at the foot of the plot


@dataclass(frozen=True, slots=True, eq=False)
class MeanOver:
    """Mean and spread of a selection, as prepared by a lens.

    Attributes
    ----------
    name
        Name of the selection.
    lens
        The lens that prepared the spectra.
    spread
        Mean, 16th and 84th percentile, and number of spectra.
    """

    name: str
    lens: Lens
    spread: Spread

    @property
    def counted(self) -> str:
        """The number of spectra in words."""
        n, of = self.spread.n, self.spread.of
        return f"{n:,}" if n == of else f"{n:,} drawn evenly of {of:,}"

    def words(self) -> str:
        """The meaning of line and band, for the foot of the plot and of a figure."""
        short = shortened(self.name, _LONGEST_NAME)
        n, of = self.spread.n, self.spread.of
        counted = f"{n:,}" if n == of else f"{n:,} of {of:,}"
        return f"magenta: mean of {counted} (“{short}”), 16–84 %"

    def sentence(self) -> str:
        """The same in full, with the grid."""
        wave = self.spread.wave_rest_aa
        return (
            f"Over the spectrum, in magenta: mean of {self.counted} spectra of “{self.name}”, each "
            f"prepared for the lens {self.lens.title!r} on its {len(wave):,} wavelengths, "
            f"{wave[0]:.0f}–{wave[-1]:.0f} Å at rest in vacuum; shaded: 16–84 % of them."
        )


class LaidMean:
    """Keeps ``outcome.mean`` at the mean of the overlaid selection, through the current lens.

    Parameters
    ----------
    session
        The visitor's session.

    Attributes
    ----------
    selection
        The overlaid selection, or None. It stays when another is selected.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.selection: Selection | None = None
        self._work = session.background(
            partial(setattr, session.outcome, "mean"), "The mean cannot be laid over the spectrum"
        )
        session.view.param.watch(self._begin, "lens")

    def lay(self, selection: Selection) -> None:
        """Overlay the mean of this selection, in place of any other."""
        self.selection = selection
        self._begin()

    def remove(self) -> None:
        """Remove the overlay."""
        self.selection = None
        self._begin()

    def _begin(self, *_: object) -> None:
        self._work.cancel()
        self._session.outcome.mean = None
        selection, lens = self.selection, self._session.lens
        if selection is None or lens is None:
            return
        if np.isin(selection.rows, lens.rows).any():
            self._work.request(partial(_mean_of, selection, lens))
        else:
            self._session.complain(f"The lens can take none of “{selection.name}”: it has no mean.")


def _mean_of(selection: Selection, lens: Lens, cancelled: Callable[[], bool]) -> Iterator[MeanOver]:
    for spread in spread_of(lens, selection.rows, cancelled):
        yield MeanOver(selection.name, lens, spread)
