"""Background results about the open spectrum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from functools import partial
from typing import Any

from ....core.compute import thread_pool
from ....data.lenses import OpenSpectrum
from ..session import Session

__all__ = ["THREADS", "OfOpenSpectrum"]

# Of all visitors: what was observed must not wait for a model that is being read.
THREADS = thread_pool(2, "explain-whole")


class OfOpenSpectrum:
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
        self._outcome, self._name, self._find = session.outcome, name, find
        self._work = session.background(self._update, failed, pool=pool)
        session.outcome.param.watch(self._opened, "open_spectrum")
        self._opened()

    def _opened(self, *_: object) -> None:
        self._work.cancel()
        self._update(None)
        spectrum: OpenSpectrum | None = self._outcome.open_spectrum
        if spectrum is not None and not spectrum.reason:
            self._work.request(partial(_found, self._find, spectrum))

    def _update(self, value: Any) -> None:
        setattr(self._outcome, self._name, value)


def _found(
    find: Callable[[OpenSpectrum], Any], spectrum: OpenSpectrum, cancelled: Callable[[], bool]
) -> Iterator[Any]:
    if not cancelled():
        yield find(spectrum)
