"""Lines that nearly all spectra of its type show, and the open one does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ....data.lenses.lenses import AgnLens
from ..background.latest_wins import Answer, Background
from ..choices.open_spectrum import OpenSpectrum
from ..session import Session
from .whole_range import THREADS

__all__ = ["LinesLacking", "lacking_of"]


@dataclass(frozen=True, slots=True)
class _Checked:
    shown: OpenSpectrum
    lacking: tuple[str, ...]
    complete: bool = True


class LinesLacking:
    """Keeps ``outcome.lacking`` that of the spectrum shown; None until its lines are measured.

    They are fitted to what was observed, which takes as long as all else that a click does: the
    verdict stands on the page before.

    Parameters
    ----------
    session
        Whose spectra.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._work: Background[_Checked] = Background(session, self._arrived, pool=THREADS)
        session.outcome.param.watch(self._opened, "shown")
        self._opened()

    def _opened(self, *_: object) -> None:
        self._work.cancel()
        shown: OpenSpectrum | None = self._session.outcome.shown
        self._session.outcome.lacking = None
        if shown is not None:
            self._work.request(partial(_check, shown))

    def _arrived(self, answer: Answer[_Checked]) -> None:
        checked, outcome = answer.result, self._session.outcome
        if answer.error is not None:
            self._session.complain(f"Its lines cannot be measured: {answer.error}")
        elif checked is not None and checked.shown is outcome.shown:
            outcome.lacking = checked.lacking


def lacking_of(shown: OpenSpectrum) -> tuple[str, ...]:
    """In words, one of each line; of a row that a classifier was asked about, else none."""
    of_row = shown.outside is None and shown.row >= 0 and not shown.reason
    if not of_row or not isinstance(shown.lens, AgnLens):
        return ()
    return shown.lens.lines_lacking(shown.row)


def _check(shown: OpenSpectrum, cancelled: Callable[[], bool]) -> Iterator[_Checked]:
    if not cancelled():
        yield _Checked(shown, lacking_of(shown))
