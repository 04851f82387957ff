"""The writer lock of a remote collection, by an object only one can create."""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from .remote_folder import AddressError, RemoteFolder

__all__ = ["HELD", "let_go", "only_writer"]

HELD = ".writer.json"


@contextmanager
def only_writer(remote: RemoteFolder, whose: str = "") -> Iterator[Callable[[], None]]:
    """Lock an address for the duration of the context.

    Parameters
    ----------
    remote
        The address.
    whose
        Name of a holder that is one process at a time anyway: a lock that a killed process left
        under this name is taken over.

    Yields
    ------
    A function to call before a manifest is written; AddressError if the lock was lost.

    Raises
    ------
    AddressError
        Another holds the lock; the text says who, since when, and what to do.
    """
    claim = {"token": uuid.uuid4().hex, "whose": whose, "by": _by(), "since": _now()}
    content = json.dumps(claim).encode()
    if not remote.create(HELD, content):
        held = _holder(remote)
        if whose and held.get("whose") == whose:
            remote.remove([HELD])
        if not (whose and held.get("whose") == whose and remote.create(HELD, content)):
            raise AddressError(_refusal(remote, held))

    def still_ours() -> None:
        held = _holder(remote)
        if held.get("token") != claim["token"]:
            raise AddressError(f"stopped: {_refusal(remote, held)}")

    try:
        yield still_ours
    finally:
        if _holder(remote).get("token") == claim["token"]:
            remote.remove([HELD])


def let_go(remote: RemoteFolder) -> None:
    """Release the lock of a killed writer; one that still runs stops at its next result."""
    remote.remove([HELD])


def _holder(remote: RemoteFolder) -> dict[str, Any]:
    try:
        return dict(json.loads(remote.read(HELD) or b"{}"))
    except (ValueError, TypeError):
        return {}


def _refusal(remote: RemoteFolder, held: dict[str, Any]) -> str:
    if not held:
        return f"{remote.address} is no longer locked, not even by us; another build may be running"
    return (
        f"another build is running at {remote.address}, since {held.get('since')}, by "
        f"{held.get('by')}; if it no longer runs, add --unlock"
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _by() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        name = "?"
    return f"{name} on {socket.gethostname()}, process {os.getpid()}"
