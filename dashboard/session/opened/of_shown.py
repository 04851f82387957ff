"""Something about the spectrum shown that takes too long for a click: found behind the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..background.latest_wins import Answer, Background
from ..choices.open_spectrum import OpenSpectrum
from ..session import Session

__all__ = ["THREADS", "OfShown"]

# Of all visitors: what was observed must not wait for a model that is being read.
THREADS = ThreadPoolExecutor(2, thread_name_prefix="explain-whole")


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """A result, and the spectrum it is of."""

    shown: OpenSpectrum
    value: Any
    complete: bool = True


class OfShown:
    """Keeps one part of a session's outcome that of the spectrum shown; None until it is known.

    Parameters
    ----------
    session
        Whose spectra.
    name
        Of the outcome's parameter.
    find
        Gives its value for a spectrum, on a thread; None for one it has nothing of.
    failed
        What the visitor is told, before the cause, where ``find`` raises.
    pool
        The threads.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        find: Callable[[OpenSpectrum], Any],
        failed: str,
        pool: Executor = THREADS,
    ) -> None:
        self._session, self._name, self._find, self._failed = session, name, find, failed
        self._work: Background[_Result] = Background(session, self._arrived, pool=pool)
        session.outcome.param.watch(self._opened, "shown")
        self._opened()

    def _opened(self, *_: object) -> None:
        self._work.cancel()
        outcome = self._session.outcome
        outcome.param.update(**{self._name: None})
        shown: OpenSpectrum | None = outcome.shown
        if shown is not None and not shown.reason:
            self._work.request(partial(_result, self._find, shown))

    def _arrived(self, answer: Answer[_Result]) -> None:
        result, outcome = answer.result, self._session.outcome
        if answer.error is not None:
            self._session.complain(f"{self._failed}: {answer.error}")
        elif result is not None and result.shown is outcome.shown:
            outcome.param.update(**{self._name: result.value})


def _result(
    find: Callable[[OpenSpectrum], Any], shown: OpenSpectrum, cancelled: Callable[[], bool]
) -> Iterator[_Result]:
    if not cancelled():
        yield _Result(shown, find(shown))
