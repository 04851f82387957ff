"""The secret that signs a server's cookies, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import stat
import uuid
from contextlib import suppress
from pathlib import Path

__all__ = ["server_secret"]

_BYTES = 32


def server_secret(path: Path) -> str:
    """The secret of a file; where there is none it is made, with mode 600.

    All servers of one user share it, so that several processes know one another's visitors; to
    end all sessions, remove the file and start anew.

    Raises
    ------
    OSError
        It cannot be read or made, others than its owner may read it, or it holds no secret.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Whole or not at all, and never over another file: of two that begin at once one fails."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path) -> str:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise PermissionError(
            f"{path} is open to others (mode {mode:o}): remove it, and a new one is made"
        )
    secret = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(secret) < 2 * _BYTES:
        raise OSError(f"{path} holds no whole secret: remove it, and a new one is made")
    return secret
