"""Download of one large file: resumable, atomic, checksummed."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

__all__ = ["FetchError", "fetch_file", "matches_checksum", "sha256_of"]

_TIMEOUT_S = 60
_PARTIAL_CONTENT = 206


class FetchError(Exception):
    """A file could not be fetched, or is not what it should be; the text says which."""


def fetch_file(address: str, path: Path, *, is_right: Callable[[Path], bool]) -> None:
    """Fetch a file to a place, from where an earlier attempt broke off if the server allows it.

    What has come is kept beside the place until it is whole; a file that came whole but is not
    right is dropped. Its SHA-256 is left beside it, for :func:`matches_checksum`.

    Parameters
    ----------
    address
        URL.
    path
        Where to; its folder exists.
    is_right
        Whether what came is what was wanted.

    Raises
    ------
    FetchError
        If there is no answer, it breaks off again, or what came is not right.
    """
    beside = path.with_name(f".{path.name}.part")
    have = beside.stat().st_size if beside.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            goes_on = answer.status == _PARTIAL_CONTENT
            with beside.open("ab" if goes_on else "wb") as out:
                shutil.copyfileobj(answer, out)
            if answer.length:  # a connection that closes early ends a copy without an error
                short = f"broke off {answer.length:,} bytes before its end"
                raise FetchError(f"cannot fetch {address} ({short})")
    except urllib.error.HTTPError as error:
        error.close()
        beside.unlink(missing_ok=True)  # 416, or gone: what is there cannot be gone on with
        raise FetchError(f"cannot fetch {address} ({error})") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchError(f"cannot fetch {address} ({error})") from error
    if not is_right(beside):
        beside.unlink()
        raise FetchError(f"what {address} sent is not what was asked for; nothing was kept")
    _checksum_path(path).write_text(f"{sha256_of(beside)}  {path.name}\n", encoding="utf-8")
    os.replace(beside, path)


def matches_checksum(path: Path) -> bool:
    """Whether a file is as it was fetched; true for one that was put there by hand."""
    try:
        noted = _checksum_path(path).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        return True
    return noted == sha256_of(path)


def _checksum_path(path: Path) -> Path:
    """In the form that ``sha256sum -c`` takes."""
    return path.with_name(f"{path.name}.sha256")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
