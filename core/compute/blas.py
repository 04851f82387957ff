"""BLAS held to one thread while compiled code multiplies matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import RLock
from weakref import finalize

from threadpoolctl import LibController, ThreadpoolController

__all__ = ["hold_one_blas_thread", "one_blas_thread"]


class _Limit:
    """Holds BLAS to one thread as long as anyone asks for that.

    What BLAS allows is the process's: the first who asks sets it and the last puts it back. To
    put it back wakes the other threads for a while, so code that asks often should hold on to it.
    """

    def __init__(self) -> None:
        # Entered anew where the collection of garbage lets a holder go while another begins.
        self._lock = RLock()
        self._holders = 0
        self._libraries: list[LibController] | None = None
        self._usual: list[int | None] = []

    def hold(self) -> None:
        with self._lock:
            if self._libraries is None:
                # What numba calls; it is not yet loaded, perhaps.
                import_module("scipy.linalg.cython_blas")
                every = ThreadpoolController().lib_controllers
                self._libraries = [each for each in every if each.user_api == "blas"]
            if not self._holders:
                self._usual = [library.get_num_threads() for library in self._libraries]
                for library in self._libraries:
                    library.set_num_threads(1)
            self._holders += 1

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders:
                for library, usual in zip(self._libraries or (), self._usual, strict=True):
                    library.set_num_threads(usual)


_LIMIT = _Limit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """While within, products that numba hands to BLAS are not shared out.

    Threads that each compute on their own keep all cores busy; and the bytes of a product may
    depend on how many threads share it.
    """
    _LIMIT.hold()
    try:
        yield
    finally:
        _LIMIT.release()


def hold_one_blas_thread(holder: object) -> Callable[[], object]:
    """The same until the holder is gone, or the function returned is called; more often is safe."""
    _LIMIT.hold()
    return finalize(holder, _LIMIT.release)
