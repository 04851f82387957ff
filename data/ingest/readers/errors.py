"""Errors of the readers: no spectrum in a file, or some that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeVar

__all__ = ["NoPixelsError", "ReadError", "ReadReason", "SomeUnreadError", "Unread"]

T = TypeVar("T")

ReadReason = Literal[
    "unreadable",
    "unknown format",
    "no errors",
    "no spectrum",
    "several spectra",
    "impossible values",
    "too large",
    "too slow",
]
# Reasons that concern a whole table rather than a row: they hold for all spectra of the file.
_OF_ALL = ("no errors", "unknown format")


class ReadError(Exception):
    """A file yields no spectrum; `reason` is a short code, the text says more."""

    def __init__(self, reason: ReadReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: ReadReason = reason


class NoPixelsError(ReadError):
    """There are no pixels, or all are masked; another arm may have some."""


class SomeUnreadError(ReadError):
    """Some spectra of a file could not be read; the others have been yielded before.

    Attributes
    ----------
    each
        Pairs of spectrum id and error.
    """

    def __init__(self, each: list[tuple[str, ReadError]]) -> None:
        _, first = each[0]
        super().__init__(first.reason, f"{len(each)} of its spectra; the first: {first}")
        self.each = each


class Unread:
    """Collects the errors of single spectra of a file while the others are read."""

    def __init__(self) -> None:
        self._each: list[tuple[str, ReadError]] = []
        self._n_read = 0

    def attempt(self, id: str, read: Callable[[], T], told: str = "") -> T | None:
        """Result of ``read()``; None on a `ReadError`, which is collected with a prefix.

        Raises
        ------
        ReadError
            The error concerns all spectra of the file.
        """
        try:
            found = read()
        except ReadError as error:
            if error.reason in _OF_ALL:
                raise ReadError(error.reason, f"{told}{error}") from error
            self._each.append((id, type(error)(error.reason, f"{told}{error}")))
            return None
        self._n_read += 1
        return found

    def note(self, id: str, error: ReadError) -> None:
        """Collect an error."""
        self._each.append((id, error))

    def through(self, id: str, spectra: Iterable[T]) -> Iterator[T]:
        """Spectra of one part of the file, as they are read."""
        try:
            for one in spectra:
                self._n_read += 1
                yield one
        except SomeUnreadError as error:
            self._each += error.each
        except ReadError as error:
            self._each.append((id, error))

    def tell(self) -> None:
        """Raise the collected errors: the first one if nothing was read, else all together."""
        if self._each and not self._n_read and len({str(one) for _, one in self._each}) == 1:
            raise self._each[0][1]
        if self._each:
            raise SomeUnreadError(self._each)
