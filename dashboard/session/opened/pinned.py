"""A pinned second spectrum, drawn over those opened later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ...figures.words.wording import with_command
from ..session import Session
from .of_open_spectrum import THREADS

if TYPE_CHECKING:
    from ....data.collection import Collection
    from ....data.lenses import Lens, WholeSpectrum

__all__ = ["Pinned", "PinnedSpectrum"]


@dataclass(frozen=True, slots=True, eq=False)
class PinnedSpectrum:
    """A spectrum of the collection through a lens, and all that was observed of it."""

    id: str
    lens: Lens
    whole: WholeSpectrum


class Pinned:
    """Keeps ``outcome.pinned`` what ``view.pinned`` names, through the lens looked through.

    Parameters
    ----------
    session
        Whose.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._work = session.background(
            partial(setattr, session.outcome, "pinned"),
            "What is pinned cannot be drawn",
            pool=THREADS,
        )
        session.view.param.watch(self._begin, ["pinned", "lens"])
        self._begin()

    def press(self) -> None:
        """Pin the open spectrum, in place of the one pinned before."""
        spectrum, view = self._session.outcome.open_spectrum, self._session.view
        if view.pinned and (spectrum is None or spectrum.id == view.pinned):
            view.pinned = ""
        elif spectrum is None or spectrum.row < 0:
            self._session.complain("Open a spectrum of the collection first: it is what is pinned.")
        else:
            view.pinned = spectrum.id

    def _begin(self, *_: object) -> None:
        self._work.cancel()
        session, id = self._session, self._session.view.pinned
        session.outcome.pinned = None
        lens = session.lens
        if not id or lens is None:
            return
        try:
            row = session.workspace.collection.row_of(id)
        except KeyError as error:
            session.complain(str(error.args[0]))
            return
        if lens.usable(row):
            self._work.request(partial(_read, session.workspace.collection, lens, id, row))
        else:
            session.complain(
                f"{id}, which is pinned, cannot serve this lens: {with_command(lens.reason(row))}."
            )


def _read(
    collection: Collection, lens: Lens, id: str, row: int, cancelled: Callable[[], bool]
) -> Iterator[PinnedSpectrum]:
    from ....data.lenses.one_spectrum.whole_spectrum import whole_of_row

    if not cancelled():
        yield PinnedSpectrum(id, lens, whole_of_row(collection, lens, row, lens.prepared(row)))
