"""Jobs of a fetch: a file each, with the spectra it contains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from .contents import content_fault
from .manifest import DONE, Entry
from .polite_client import NotCome, PoliteClient

__all__ = ["FileJob", "Job"]


class Job(Protocol):
    """One file to fetch, with the spectra it contains."""

    @property
    def file(self) -> str:
        """Path below the folder of spectra, in plain characters."""
        ...

    def wanted(self) -> list[Entry]:
        """The ids it should contain."""
        ...

    def bring(self, client: PoliteClient, part: Path) -> list[Entry]:
        """Write the file, checked, to ``part``; source of each wanted id, or why it is missing."""
        ...


@dataclass(frozen=True, slots=True)
class FileJob:
    """A file at one of several addresses, tried in order.

    Attributes
    ----------
    id, file
        Its id, and its path.
    addresses
        At least one.
    most_bytes
        Largest size allowed.
    size, sha256
        From the archive's list, if given.
    learn
        Called with the number of the address that had it.
    """

    id: str
    file: str
    addresses: tuple[str, ...]
    most_bytes: int
    size: int | None = None
    sha256: str | None = None
    order: Callable[[Sequence[str]], Sequence[str]] = tuple
    learn: Callable[[str], None] = lambda address: None

    def wanted(self) -> list[Entry]:
        """The one file."""
        return [Entry(self.id, "wanted", self.file, self.addresses[0])]

    def bring(self, client: PoliteClient, part: Path) -> list[Entry]:
        """Fetch and check it."""
        (entry,) = self.wanted()
        tried = self.order(self.addresses)
        for n, address in enumerate(tried):
            try:
                client.download(address, part, most_bytes=self.most_bytes)
            except NotCome as error:
                if error.state == "missing" and n + 1 < len(tried):
                    continue
                where = f", at {len(tried)} places" if error.state == "missing" and n else ""
                return [replace(entry, state=error.state, reason=f"{error}{where}",
                                address=address)]  # fmt: skip
            ending = Path(self.file).suffix
            if fault := content_fault(part, ending, size=self.size, sha256=self.sha256):
                part.unlink()
                return [replace(entry, state="refused", reason=fault, address=address)]
            self.learn(address)
            return [replace(entry, state=DONE, address=address)]
        raise AssertionError("there is an address")
