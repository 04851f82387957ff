"""All that was observed of the open spectrum, read behind the page once it is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..background.latest_wins import Answer, Background
from ..choices.open_spectrum import OpenSpectrum
from ..session import Session

if TYPE_CHECKING:
    from ....data.collection.collection import Collection
    from ....data.lenses.whole_spectrum import WholeSpectrum

__all__ = ["THREADS", "WholeRange"]

# Of all visitors: what was observed must not wait for a model that is being read.
THREADS = ThreadPoolExecutor(2, thread_name_prefix="explain-whole")


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What was read, and for which spectrum."""

    shown: OpenSpectrum
    whole: WholeSpectrum
    complete: bool = True


class WholeRange:
    """Keeps ``outcome.whole`` that of the spectrum shown; None until it is read.

    Parameters
    ----------
    session
        Whose spectra.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._work: Background[_Read] = Background(session, self._arrived, pool=THREADS)
        session.outcome.param.watch(self._opened, "shown")
        self._opened()

    def _opened(self, *_: object) -> None:
        self._work.cancel()
        outcome = self._session.outcome
        outcome.whole = None
        shown: OpenSpectrum | None = outcome.shown
        if shown is not None and not shown.reason:
            self._work.request(partial(_read, self._session.workspace.collection, shown))

    def _arrived(self, answer: Answer[_Read]) -> None:
        read, outcome = answer.result, self._session.outcome
        if answer.error is not None:
            self._session.complain(f"All that was observed cannot be shown: {answer.error}")
        elif read is not None and read.shown is outcome.shown:
            outcome.whole = read.whole


def _read(
    collection: Collection, shown: OpenSpectrum, cancelled: Callable[[], bool]
) -> Iterator[_Read]:
    from ....data.lenses.whole_spectrum import whole_of_file, whole_of_row

    if cancelled():
        return
    if shown.exposures is not None:
        unit = shown.flux_unit
        yield _Read(shown, whole_of_file(shown.exposures, shown.flux, flux_unit=unit))
    elif shown.outside is None:
        yield _Read(shown, whole_of_row(collection, shown.lens, shown.row, shown.flux))
