"""Resolution of a collection argument, a folder or address, to a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

__all__ = ["folder_of", "only_a_folder", "travelling"]


def folder_of(typed: str) -> Path:
    """The folder that was named, or the working copy of an address, brought up to date.

    Raises
    ------
    AddressError
        No collection can be had from the address.
    """
    from ....data.objects.remote_folder import is_address

    if not is_address(typed):
        return Path(typed)
    from ....data.objects.working_copies import working_copy

    with travelling("fetch") as report:
        return working_copy(typed, report)


def only_a_folder(typed: str) -> Path:
    """The folder that was named, for what cannot be done at an address.

    Raises
    ------
    CollectionError
        An address was named.
    """
    from ....data.objects.remote_folder import AddressError, is_address

    if is_address(typed):
        raise AddressError(
            f"{typed} is an address: spectra are added and removed in a folder, and then "
            f"spexplain copy FOLDER {typed} puts them there"
        )
    return Path(typed)


@contextmanager
def travelling(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of files that travel, drawn once one does."""
    from ..output.progress import TerminalProgress

    with ExitStack() as drawn:
        bars: list[TerminalProgress] = []

        def report(done: int, total: int) -> None:
            if not bars:
                bars.append(drawn.enter_context(TerminalProgress()))
            bars[0](what, done, total)

        yield report
