"""The local working copy of a remote collection, updated when it is opened."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock

from ..collection import write_json
from ..collection.format import CATALOG_NAME, META_NAME, REJECTS_NAME, SPECTRA_NAME
from ..files import home
from .in_step import InStep, Report
from .remote_folder import AddressError, RemoteFolder, Version

__all__ = [
    "CURRENT",
    "MANIFEST",
    "address_of",
    "bring_up_to_date",
    "copy_name",
    "in_step",
    "working_copy",
]

MANIFEST = "run.json"
_COPIES = "objects"  # below SPEXPLAIN_HOME
_ADDRESS = ".address.json"
_MEMORY = ".in-step.json"
CURRENT = "runs/current.json"


def working_copy(address: str, report: Report | None = None) -> Path:
    """The working copy of an address, brought up to date: only changes are transferred.

    A run is valid if its ``run.json`` is there. Local data stay: tags, notes, names of clusters,
    and runs that are not at the address.

    Parameters
    ----------
    address
        Such as s3://bucket/survey.
    report
        Called with (files fetched, files in all).

    Raises
    ------
    AddressError
        The address does not answer, or has no collection.
    """
    remote = RemoteFolder(address)
    folder = _folder(remote.address)
    bring_up_to_date(remote, folder, report)
    return folder


def address_of(folder: Path) -> str | None:
    """The address of a working copy; None for any other folder.

    Only a folder at the place used by :func:`working_copy` is one, so that data from others cannot
    name an address to write to.
    """
    if folder.parent.parent.name != _COPIES or not (folder / _ADDRESS).is_file():
        return None
    address = str(json.loads((folder / _ADDRESS).read_text(encoding="utf-8"))["address"])
    return address if _folder(address).resolve() == folder.resolve() else None


def copy_name(folder: Path) -> str:
    """A unique name of this working copy."""
    return str(json.loads((folder / _ADDRESS).read_text(encoding="utf-8"))["copy"])


def in_step(remote: RemoteFolder, folder: Path) -> InStep:
    """Which objects of an address are in its working copy."""
    return InStep(remote, folder / _MEMORY)


def bring_up_to_date(remote: RemoteFolder, folder: Path, report: Report | None = None) -> None:
    """Fetch what is missing or changed: the collection, its facts last, then complete runs."""
    if META_NAME not in remote.files():
        raise AddressError(f"there is no collection at {remote.address}: it has no {META_NAME}")
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".coming.lock"):
        if not (folder / _ADDRESS).is_file():
            write_json(folder / _ADDRESS, {"address": remote.address, "copy": uuid.uuid4().hex})
        _bring(remote, folder, report)


def _bring(remote: RemoteFolder, folder: Path, report: Report | None) -> None:
    there = remote.files()  # again: another process may have fetched a newer one meanwhile
    step, facts = in_step(remote, folder), folder / META_NAME
    # What facts say of other spectra is true no more until these have come.
    if facts.is_file() and facts.read_bytes() != remote.read(META_NAME):
        facts.unlink()
    step.fetch({n: v for n, v in there.items() if _of_spectra(n)}, folder.joinpath, report)
    for stray in (folder / SPECTRA_NAME).rglob("*"):
        if stray.is_file() and stray.relative_to(folder).as_posix() not in there:
            stray.unlink()
    step.fetch({META_NAME: there[META_NAME]}, folder.joinpath)
    for run, files in _finished_runs(there):
        _bring_run(step, folder / "runs" / run, files, report)
    if CURRENT in there:
        step.fetch({CURRENT: there[CURRENT]}, folder.joinpath)


def _bring_run(
    step: InStep, place: Path, files: Mapping[str, Version], report: Report | None
) -> None:
    """Fetch a missing run beside its place, and move it there once complete."""
    below = f"runs/{place.name}/"
    beside = place.with_name(f".{place.name}.coming.partial")
    if step.has(files, lambda name: place / name.removeprefix(below)):
        return
    step.fetch(files, lambda name: beside / name.removeprefix(below), report)
    shutil.rmtree(place, ignore_errors=True)
    os.replace(beside, place)


def _of_spectra(name: str) -> bool:
    return name in (CATALOG_NAME, REJECTS_NAME) or name.startswith(f"{SPECTRA_NAME}/")


def _finished_runs(there: Mapping[str, Version]) -> Iterator[tuple[str, dict[str, Version]]]:
    """Name of each run whose manifest is there, and its objects."""
    runs: dict[str, dict[str, Version]] = {}
    for name, version in there.items():
        parts = name.split("/")
        if parts[0] == "runs" and len(parts) > 2:
            runs.setdefault(parts[1], {})[name] = version
    for run, files in runs.items():
        if f"runs/{run}/{MANIFEST}" in files:
            yield run, files


def _folder(address: str) -> Path:
    """Folder of its copy: with a readable name, inside a folder unique to this address."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", address.rpartition("/")[2]) or "collection"
    return home() / _COPIES / hashlib.sha256(address.encode()).hexdigest()[:16] / name
