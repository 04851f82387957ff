"""Packed files (gzip, bzip2, xz, zip), unpacked in memory up to a limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import IO

from ..errors import ReadError

__all__ = [
    "BROKEN", "LARGEST_UNPACKED", "beginning", "files_in", "opened", "unpacked", "unpacked_name",
]  # fmt: skip

# A DESI coadd of a healpix has some hundred MB; larger files are refused.
LARGEST_UNPACKED = 2_000_000_000
_PIECE = 2**20
_MAGIC = {
    **{b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"},
    **{b"PK\3\4": "zip", b"PK\5\6": "zip"},
}
_LONGEST_MAGIC = max(map(len, _MAGIC))
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
"""Errors of a damaged packed file."""
_STREAMS = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
_BEGINNING = 512


def opened(path: Path) -> IO[bytes]:
    """Open a file, unpacked if it is packed; the caller closes it.

    Raises
    ------
    OSError
        The file cannot be opened.
    ReadError
        The file is truncated or damaged, unpacks to more than :data:`LARGEST_UNPACKED` bytes, is a
        zip of several files, or holds what is packed once more.
    """
    file = path.open("rb")
    packing = _packing(file.peek(_LONGEST_MAGIC))
    if packing is None:
        return file
    with file:
        try:
            return _unpacked(file, packing)
        except BROKEN as error:
            raise ReadError("unreadable", f"a damaged {packing} file: {error}") from error


def unpacked(content: bytes) -> bytes:
    """Unpacked content of a file; unchanged if it is not packed.

    Raises
    ------
    ReadError
        As :func:`opened`.
    """
    packing = _packing(content)
    if packing is None:
        return content
    try:
        return _unpacked(io.BytesIO(content), packing).read()
    except BROKEN as error:
        raise ReadError("unreadable", f"a damaged {packing} file: {error}") from error


def unpacked_name(path: Path) -> str:
    """Name of the file inside a packed one; the file's own name if it is not packed."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                inside = files_in(archive)
        except (OSError, zipfile.BadZipFile):
            return path.name  # reported when it is opened
        return inside[0].filename if len(inside) == 1 else path.name
    return path.stem if suffix in (".gz", ".bz2", ".xz") else path.name


def beginning(path: Path) -> tuple[str, bytes]:
    """How a file is packed, "" for not, and its first 512 bytes unpacked, except of a zip."""
    with path.open("rb") as file:
        start = file.read(_BEGINNING)
        packing = _packing(start) or ""
        if packing not in _STREAMS:
            return packing, start
        file.seek(0)
        try:
            with _STREAMS[packing](file) as stream:
                return packing, stream.read(_BEGINNING)
        except BROKEN:  # reported when it is opened
            return packing, b""


def _packing(start: bytes) -> str | None:
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), None)


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Files of an archive, without folders and the resource files of macOS."""
    inside = (info for info in archive.infolist() if not info.is_dir())
    return [info for info in inside if not info.filename.startswith("__MACOSX/")]


def _unpacked(file: IO[bytes], packing: str) -> IO[bytes]:
    if packing == "zip":
        with zipfile.ZipFile(file) as archive:
            inside = files_in(archive)
            if any(info.filename.startswith("xl/") for info in inside):
                raise ReadError("unknown format", "a spreadsheet of Excel: save it as CSV")
            if len(inside) != 1:
                many = f"a zip of {len(inside)} files within another file: unpack it first"
                raise ReadError("unreadable", many if inside else "a zip without files")
            if inside[0].file_size > LARGEST_UNPACKED:  # by its directory entry
                raise _too_large()
            with archive.open(inside[0]) as member:
                return _bounded(member)
    with _STREAMS[packing](file) as stream:
        return _bounded(stream)


def _bounded(stream: IO[bytes]) -> IO[bytes]:
    """Unpack in pieces, so that never more than the limit is unpacked."""
    content = io.BytesIO()
    while piece := stream.read(_PIECE):
        if content.tell() + len(piece) > LARGEST_UNPACKED:
            raise _too_large()
        content.write(piece)
    content.seek(0)
    if within := _packing(content.read(_LONGEST_MAGIC)):
        raise ReadError("unreadable", f"packed twice, within by {within}: unpack it")
    content.seek(0)
    return content


def _too_large() -> ReadError:
    return ReadError("too large", f"it unpacks to more than {LARGEST_UNPACKED:,} bytes")
