"""A pool of threads that evaluates the blocks of an explanation."""

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
    """Applies functions to items: on worker threads, or on the calling thread alone."""

    def call(self, function: Callable[[_Item], _Result], item: _Item) -> _Result:
        """The result for one item."""
        ...

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Results in the order of the items."""
        ...

    def run(self, tasks: Iterable[Callable[[], object]]) -> None:
        """Run all tasks, started in order."""
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
        """Run all tasks, one after the other."""
        for task in tasks:
            task()


class Once(Generic[_Result]):
    """A value computed by the first thread that asks; others wait for it meanwhile.

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
    """torch's number of threads, also if this thread first asks while workers are being set up."""
    threads = [torch.get_num_threads()]
    if threads[0] == 1:
        fresh = Thread(target=lambda: threads.append(torch.get_num_threads()))
        fresh.start()
        fresh.join()
    return threads[-1]


class Workers:
    """A pool of threads, each of which runs single-threaded BLAS and torch.

    A block that fits one core's cache is computed faster by one thread than by two, and its result
    does not depend on the number of threads. Keep one instance for many explanations, or let each
    explanation make its own (about a millisecond).

    Calls from a thread of the pool run on that thread, so that no thread waits for another.

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
        """The pool, with torch held to one thread in each of its threads."""
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
        """The result for one item, computed by one of the threads."""
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
        """Run all tasks, started in order; after an exception no more are started.

        A caller that is a thread of the pool takes part; any other sleeps until all are done.
        However it ends, no task is left running.
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
    """The given workers, or new ones for the duration of the context.

    Results computed on worker threads have the same bytes whatever thread asks for them; products
    on other threads depend on torch's number of threads.
    """
    return Workers() if workers is None else nullcontext(workers)
