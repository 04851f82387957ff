"""Checks that a downloaded file is what was requested."""

from __future__ import annotations

import re
from pathlib import Path

from ..files import sha256_of
from .fits_structure import fits_fault

__all__ = ["content_fault"]

_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|\?xml)", re.I | re.S)
_SIGNATURES = {".parquet": b"PAR1", ".hdf5": b"\x89HDF\r\n\x1a\n", ".h5": b"\x89HDF\r\n\x1a\n"}
_LOOKED_AT = 2000


def content_fault(
    path: Path, ending: str, *, size: int | None = None, sha256: str | None = None
) -> str:
    """Fault of a downloaded file, as text; "" if there is none.

    Parameters
    ----------
    path
        The file.
    ending
        Suffix of its final name, which gives its kind: ``.fits``, ``.parquet``, ``.hdf5``.
    size, sha256
        From the archive's list.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    n = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        file.seek(max(n - 4, 0))
        tail = file.read(4)
    if not n:
        return "nothing came"
    if _PAGE.match(head):
        return "a web page came, not a file of spectra"
    if size is not None and n != size:
        return f"{n:,} bytes came, the archive's list says {size:,}"
    if sha256 is not None and sha256_of(path) != sha256:
        return "its SHA-256 is not the one of the archive's list"
    if ending == ".fits":
        return fits_fault(path)
    signature = _SIGNATURES.get(ending, b"")
    whole = head.startswith(signature) and (ending != ".parquet" or tail == signature)
    return "" if whole else f"it is no whole {ending.removeprefix('.')} file"
