"""Synchronisation with an address: only changed files are transferred."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from ..collection import write_json
from .remote_folder import AddressError, RemoteFolder, Version

__all__ = ["Here", "InStep", "Report"]

Here = Callable[[str], Path]
"""Where the file of an object's name is, or is to be, on this machine."""

Report = Callable[[int, int], None]
"""Told how many files of how many have travelled."""

# For small objects most of the time is spent waiting.
_AT_ONCE = 8

_Known = dict[str, list[str | int]]


class InStep:
    """An address, and which of its objects are here.

    For each transferred file the version of the object and the file's size and time are recorded:
    while both are unchanged, it is not transferred again.

    Parameters
    ----------
    remote
        The address.
    memory
        File of these records; without it everything is transferred again.
    """

    def __init__(self, remote: RemoteFolder, memory: Path) -> None:
        self._remote, self._memory = remote, memory

    def has(self, there: Mapping[str, Version], here: Here) -> bool:
        """Whether all of these objects are here in their present version."""
        with self._known() as known:
            return all(_same(known, n, version, here(n)) for n, version in there.items())

    def knows(self, name: str, there: Version) -> bool:
        """Whether this version of an object was the last one transferred, in either direction."""
        with self._known() as known:
            return known.get(name, [""])[0] == there.mark

    def fetch(self, there: Mapping[str, Version], here: Here, report: Report | None = None) -> int:
        """Fetch those of these objects that are missing or outdated here; returns their number.

        Raises
        ------
        AddressError
            One cannot be fetched, or its size differs from the listing.
        """

        def one(name: str) -> list[str | int]:
            self._remote.fetch(name, here(name))
            if here(name).stat().st_size != there[name].size:
                raise AddressError(f"{self._remote.address}/{name} changed while it was fetched")
            return [there[name].mark, there[name].size, here(name).stat().st_mtime_ns]

        with self._known() as known:
            lacking = [n for n, version in there.items() if not _same(known, n, version, here(n))]
            _travel(one, lacking, known, report)
        return len(lacking)

    def put(self, below: str, here: Mapping[str, Path], report: Report | None = None) -> int:
        """Upload those of these files that are missing or outdated there; returns their number.

        Parameters
        ----------
        below
            Folder at the address that contains them all; "" for the address itself.
        here
            Remote name → local file.
        report
            Called with the progress.

        Raises
        ------
        AddressError
            One cannot be uploaded, or is not there afterwards.
        """

        def one(name: str) -> list[str | int]:
            size = here[name].stat().st_size
            self._remote.put(here[name], name)
            return ["", size, here[name].stat().st_mtime_ns]

        with self._known() as known:
            there = self._remote.files(below)
            changed = [
                name
                for name, path in here.items()
                if name not in there or not _same(known, name, there[name], path)
            ]
            sent: _Known = {}
            _travel(one, changed, sent, report)
            there = self._remote.files(below) if changed else there
            for name, (_, size, time) in sent.items():
                if name not in there or there[name].size != size:
                    raise AddressError(
                        f"{self._remote.address}/{name} was uploaded but is not there"
                    )
                known[name] = [there[name].mark, size, time]
        return len(changed)

    @contextmanager
    def _known(self) -> Iterator[_Known]:
        """The records, for one process and thread at a time; saved even if interrupted."""
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._memory.with_suffix(".lock")):
            try:
                known = json.loads(self._memory.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                known = {}
            try:
                yield known
            finally:
                write_json(self._memory, known)


def _travel(
    one: Callable[[str], list[str | int]], names: list[str], known: _Known, report: Report | None
) -> None:
    """Have all of them travel, a few at once, and note those that did."""
    with ThreadPoolExecutor(_AT_ONCE, "travel") as pool:
        try:
            for done, (name, noted) in enumerate(zip(names, pool.map(one, names), strict=True), 1):
                known[name] = noted
                if report is not None:
                    report(done, len(names))
        except BaseException:  # even Ctrl-C: start none that waits, then raise again
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _same(known: _Known, name: str, version: Version, path: Path) -> bool:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    now = [version.mark, version.size, stat.st_mtime_ns]
    return known.get(name) == now and stat.st_size == version.size
