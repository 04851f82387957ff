"""Resolution of a collection argument, a folder or address, to a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

__all__ = ["folder_of", "only_a_folder", "travelling"]


def folder_of(typed: str) -> Path:
    """The given folder, or the working copy of an address, brought up to date.

    Raises
    ------
    AddressError
        No collection can be fetched from the address.
    """
    from ....data.objects.remote_folder import is_address

    if not is_address(typed):
        return Path(typed)
    from ....data.objects.working_copies import working_copy

    with travelling("fetch") as report:
        return working_copy(typed, report)


def only_a_folder(typed: str) -> Path:
    """The given folder, for commands that do not work on an address.

    Raises
    ------
    CollectionError
        An address was given.
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
    """A progress bar of transferred files, shown from the first one."""
    from ..output.progress import TerminalProgress

    with ExitStack() as drawn:
        bars: list[TerminalProgress] = []

        def report(done: int, total: int) -> None:
            if not bars:
                bars.append(drawn.enter_context(TerminalProgress()))
            bars[0](what, done, total)

        yield report
