"""The few threads that share out an explanation's blocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from threading import Barrier, Lock, Thread, get_ident
from types import TracebackType
from typing import Generic, Protocol, TypeVar

import torch

from .blas import hold_one_blas_thread

__all__ = ["InTurn", "Once", "Sharing", "Workers", "or_own"]

# Held while torch's count for threads yet to come is not the user's.
_SETTING_UP = Lock()

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Sharing(Protocol):
    """What can apply a function to many items: threads, or the calling one alone."""

    def call(self, function: Callable[[_Item], _Result], item: _Item) -> _Result:
        """The result for one item, computed where all others are."""
        ...

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Results in the order of the items."""
        ...

    def run(self, tasks: Iterable[Callable[[], object]]) -> None:
        """Do all of them, begun in order."""
        ...


class InTurn:
    """The calling thread alone."""

    def call(self, function: Callable[[_Item], _Result], item: _Item) -> _Result:
        """The result for one item."""
        return function(item)

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Results in the order of the items, each computed when it is asked for."""
        return map(function, items)

    def run(self, tasks: Iterable[Callable[[], object]]) -> None:
        """Do all of them, one after the other."""
        for task in tasks:
            task()


class Once(Generic[_Result]):
    """A value that the first thread to ask computes; others that ask meanwhile wait for it.

    Parameters
    ----------
    compute
        Called at most once, unless it raises.
    """

    def __init__(self, compute: Callable[[], _Result]) -> None:
        self._compute = compute
        self._lock = Lock()
        self._found: list[_Result] = []

    def __call__(self) -> _Result:
        """The value."""
        with self._lock:
            if not self._found:
                self._found.append(self._compute())
        return self._found[0]


def _first(waiting: deque[Callable[[], object]]) -> Callable[[], object] | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _usual_threads() -> int:
    """How many torch uses, unless this thread first asked it while others were being set up."""
    threads = [torch.get_num_threads()]
    if threads[0] == 1:
        fresh = Thread(target=lambda: threads.append(torch.get_num_threads()))
        fresh.start()
        fresh.join()
    return threads[-1]


class Workers:
    """Threads that each compute on their own, so that n of them keep n cores busy.

    A block that stays in one core's cache is faster done whole by one thread than split between
    two, and its result does not depend on how many there are. Keep one instance for many
    explanations, or let each explanation make its own (about a millisecond).

    What one of the threads itself asks for, it does: it waits for no other that may be waiting too.

    Parameters
    ----------
    threads
        At least 1; by default what torch uses, which follows OMP_NUM_THREADS.

    Raises
    ------
    ValueError
        If threads is less than 1.
    """

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, got {threads}")
        self._own: set[int] = set()
        with _SETTING_UP:
            usual = _usual_threads()
            self.threads = usual if threads is None else threads
            self._pool = self._started(self.threads)
            # torch keeps a thread's count to itself, but also as the default of threads yet to
            # come: put that one back.
            torch.set_num_threads(usual)
        self._free_blas = hold_one_blas_thread(self)

    def _started(self, threads: int) -> ThreadPoolExecutor:
        """The pool, each of its threads at work on its own."""
        started = Barrier(threads + 1)

        def compute_alone() -> None:
            self._own.add(get_ident())
            # Asking first makes torch set this thread up now, not over our count later.
            torch.get_num_threads()
            torch.set_num_threads(1)
            started.wait()

        pool = ThreadPoolExecutor(threads, thread_name_prefix="explain", initializer=compute_alone)
        for _ in range(threads):
            pool.submit(int)
        started.wait()
        return pool

    def call(self, function: Callable[[_Item], _Result], item: _Item) -> _Result:
        """The result for one item, computed by one of the threads, which shares no product."""
        if get_ident() in self._own:
            return function(item)
        computed = self._pool.submit(function, item)
        try:
            return computed.result()
        finally:
            computed.cancel()

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Results in the order of the items, only a few computed ahead of the one asked for."""
        if get_ident() in self._own:
            yield from map(function, items)
            return
        ahead: deque[Future[_Result]] = deque()
        try:
            for item in items:
                ahead.append(self._pool.submit(function, item))
                if len(ahead) > 2 * self.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()

    def run(self, tasks: Iterable[Callable[[], object]]) -> None:
        """Do all of them, begun in order; once one raises, no more are begun.

        A caller who is one of the threads takes part; any other sleeps until they are done, rather
        than wake for each task. Whatever ends that, no task runs on afterwards.
        """
        waiting = deque(tasks)

        def take_turns() -> None:
            try:
                while (task := _first(waiting)) is not None:
                    task()
            finally:
                waiting.clear()

        leads = get_ident() in self._own
        busy = [self._pool.submit(take_turns) for _ in range(self.threads - leads)]
        try:
            if leads:
                take_turns()
                # The others may have had no time to come, for what leads elsewhere.
                busy = [future for future in busy if not future.cancel()]
            # One that raises leaves the others nothing to begin.
            for future in busy:
                future.result()
        finally:
            waiting.clear()
            under_way = [future for future in busy if not (future.done() or future.cancel())]
            if under_way:
                wait(under_way)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._free_blas()


def or_own(workers: Sharing | None) -> AbstractContextManager[Sharing]:
    """Those given, or threads of one's own while within.

    What a thread of ours computes has the same bytes whatever thread asks for it: products that
    torch shares out depend on how many threads it has.
    """
    return Workers() if workers is None else nullcontext(workers)
