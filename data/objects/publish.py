"""Upload of a collection or run: files first, the manifest last."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..collection import Collection
from ..collection.collection import read_meta
from ..collection.earlier_sizes import EARLIER
from ..collection.format import CATALOG_NAME, META_NAME, REJECTS_NAME, SPECTRA_NAME
from ..files import home
from .in_step import InStep, Report
from .one_writer import only_writer
from .remote_folder import AddressError, RemoteFolder
from .working_copies import CURRENT, MANIFEST, address_of, bring_up_to_date, copy_name, in_step

__all__ = ["Published", "copy_to", "published"]

_DRAFT = re.compile(r"\.(?P<run>.+)\.partial")


class Published:
    """The address of a collection while this process holds its lock.

    Parameters
    ----------
    remote
        The address.
    folder
        The local collection.
    step
        What is already at the address.
    still_ours
        Raises if another writer has taken over.
    """

    def __init__(
        self, remote: RemoteFolder, folder: Path, step: InStep, still_ours: Callable[[], None]
    ) -> None:
        self._remote, self._folder = remote, folder
        self._step, self._still_ours = step, still_ours

    def put_spectra(self, report: Report | None = None) -> int:
        """Upload the spectra and their catalogue, then the facts that make them valid."""
        names = (CATALOG_NAME, REJECTS_NAME)
        files = {name: self._folder / name for name in names}
        files |= _files(self._folder / SPECTRA_NAME, SPECTRA_NAME)
        n = self._step.put("", files, report) + self._count("", self._folder / META_NAME)
        self._remote.remove(self._remote.files(SPECTRA_NAME).keys() - files.keys())
        return n

    def put_run(self, run: Path, report: Report | None = None) -> int:
        """Upload a finished run, replacing what an interrupted attempt left there."""
        below = f"runs/{run.name}"
        files, there = _files(run, below), self._remote.files(below)
        if there.keys() == files.keys() and self._step.has(there, files.__getitem__):
            return 0
        manifest = f"{below}/{MANIFEST}"
        # From here on the run is invalid, until it is complete.
        self._still_ours()
        self._remote.remove({manifest} | (there.keys() - files.keys()))
        del files[manifest]
        return self._step.put(below, files, report) + self._count(below, run / MANIFEST)

    def put_finished_runs(self, report: Report | None = None) -> int:
        """Upload the runs that are missing there."""
        there = self._remote.files("runs")
        lacking = [
            path.parent
            for path in sorted((self._folder / "runs").glob(f"[!.]*/{MANIFEST}"))
            if f"runs/{path.parent.name}/{MANIFEST}" not in there
        ]
        return sum(self.put_run(run, report) for run in lacking)

    def put_current(self, *, if_ours: bool = False) -> int:
        """Upload which runs are current, optionally without overriding a build made there."""
        current = self._folder / CURRENT
        version = self._remote.files("runs").get(CURRENT) if if_ours else None
        if not current.is_file() or (version and not self._step.knows(CURRENT, version)):
            return 0
        return self._count("runs", current)

    def put_draft(self, draft: Path) -> None:
        """Upload a stage's files so far to the place of its run, where workers read them."""
        below = f"runs/{_run_of(draft)}"
        kept = {n: p for n, p in _files(draft, below).items() if "/chunks-" not in n}
        self._step.put(below, kept)

    def fetch_rows(self, draft: Path) -> None:
        """Fetch what workers have written into the arrays that a stage created."""
        below = f"runs/{_run_of(draft)}"
        rooms = tuple(f"{below}/{room.parent.name}/c/" for room in draft.glob("*.zarr/zarr.json"))
        if rooms:
            there = self._remote.files(below)
            written = {n: version for n, version in there.items() if n.startswith(rooms)}
            self._step.fetch(written, lambda name: draft / name.removeprefix(f"{below}/"))

    def address(self, path: str) -> str:
        """The address of a local path, for a worker; any other text unchanged.

        Unfinished runs are already at their final place there, and become valid later.
        """
        path_here = Path(path)
        if not path_here.is_relative_to(self._folder):
            return path
        parts = [_run_of(Path(part)) for part in path_here.relative_to(self._folder).parts]
        return "/".join([self._remote.address, *parts])

    def _count(self, below: str, path: Path) -> int:
        """Upload the file that makes the others valid, if the lock is still ours."""
        self._still_ours()
        return self._step.put(below, {f"{below}/{path.name}".removeprefix("/"): path})


@contextmanager
def published(collection: Collection) -> Iterator[Published | None]:
    """Lock the address of a working copy for a build; None for a collection in any other folder.

    Finished local runs that are missing there are uploaded first.

    Raises
    ------
    AddressError
        Another build is running there, the collection has changed, or the address does not answer.
    """
    folder = collection.path
    address = address_of(folder)
    if address is None:
        yield None
        return
    remote = RemoteFolder(address)
    with only_writer(remote, copy_name(folder)) as still_ours:
        bring_up_to_date(remote, folder)
        if read_meta(folder)["key"] != collection.key:
            raise AddressError(f"the collection at {address} has changed: start the build again")
        publication = Published(remote, folder, in_step(remote, folder), still_ours)
        publication.put_finished_runs()
        publication.put_current()
        try:
            yield publication
        finally:
            publication.put_current()


def copy_to(folder: str | Path, address: str, report: Report | None = None) -> int:
    """Upload a collection to an address, or what was added to it since the last upload.

    Returns the number of transferred files. An interrupted upload is resumed. Tags, notes and names
    of clusters stay here. If a build at the address has changed the current runs, these stay.

    Parameters
    ----------
    folder
        The collection.
    address
        Such as s3://bucket/survey: empty, or with an earlier state of this collection.
    report
        Called with (files uploaded, files in all).

    Raises
    ------
    CollectionError
        There is none in the folder, another is at the address, or the address does not answer.
    """
    folder, remote = Path(folder), RemoteFolder(address)
    collection = Collection.open(folder)
    lies_there = remote.read(META_NAME)
    if lies_there is not None and not _was(lies_there, read_meta(folder)):
        raise AddressError(f"there is another collection at {remote.address}: use another address")
    both = f"{folder.resolve()} {remote.address}"
    notes = hashlib.sha256(both.encode()).hexdigest()[:16]
    step = InStep(remote, home() / "objects" / f"copied-{notes}.json")
    with only_writer(remote) as still_ours:
        publication = Published(remote, collection.path, step, still_ours)
        n = publication.put_spectra(report) + publication.put_finished_runs(report)
        return n + publication.put_current(if_ours=True)


def _was(facts: bytes, now: Mapping[str, Any]) -> bool:
    """Whether these are facts of the collection, now or before additions."""

    def stored(of: Mapping[str, Any]) -> Any:
        return of.get("stored_key", of.get("key"))

    try:
        then = json.loads(facts)
        return stored(then) in {stored(now), *(one["stored_key"] for one in now.get(EARLIER, []))}
    except (ValueError, AttributeError, TypeError):
        return False


def _files(folder: Path, below: str) -> dict[str, Path]:
    """Remote name → local path of all files of a folder except hidden ones."""
    files = {path.relative_to(folder): path for path in sorted(folder.rglob("*"))}
    return {
        f"{below}/{inner.as_posix()}": path
        for inner, path in files.items()
        if path.is_file() and not any(part.startswith(".") for part in inner.parts)
    }


def _run_of(path: Path) -> str:
    """Name of a run from that of its folder, finished or not."""
    draft = _DRAFT.fullmatch(path.name)
    return path.name if draft is None else draft["run"]
