"""Archives of several files, zip or tar: each is read as if it lay in a folder."""

from __future__ import annotations

import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import IO, Literal

from ....core.spectra.spectrum import Spectrum
from .errors import ReadError, Unread
from .fits_files import packed
from .vocabulary.file_names import name_of, readable

__all__ = ["archive_kind", "read_each"]

Kind = Literal["zip", "tar", ""]
_Member = tuple[str, int, Callable[[], IO[bytes] | None]]

_MOST_FILES = 20_000
_BROKEN = (*packed.BROKEN, tarfile.TarError)


def archive_kind(path: Path) -> Kind:
    """Kind of an archive by its first bytes; "" for other files, and a zip of a single one."""
    if not path.is_file():
        return ""  # reported when it is opened
    kind, start = packed.beginning(path)
    if kind != "zip":
        return "tar" if start[257:262] == b"ustar" else ""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in packed.files_in(archive)]
    except _BROKEN:
        return ""
    arrays = all(name.endswith(".npy") for name in names)  # NPZ
    excel = any(name.startswith("xl/") for name in names)
    return "zip" if len(names) > 1 and not arrays and not excel else ""


def read_each(
    path: Path, kind: Kind, read: Callable[[Path], Iterator[Spectrum]]
) -> Iterator[Spectrum]:
    """Read the spectra of all files in an archive; ids are from the names within.

    Parameters
    ----------
    path, kind
        The archive.
    read
        Reads a file.

    Raises
    ------
    ReadError
        The archive is damaged, unpacks to more than :data:`~.packed.LARGEST_UNPACKED` bytes, or
        some of its files could not be read.
    """
    unread = Unread()
    with TemporaryDirectory(prefix="spexplain-") as folder:
        # All of them at first: some are read with the file beside them.
        files = _unpacked(path, kind, Path(folder), unread)
        twice = Counter(name_of(file) for file in files)
        for file, inside in files.items():
            stem = own = name_of(file)
            if twice[stem] > 1:
                own = "-".join((*file.relative_to(folder).parts[:-1], stem))
            for one in unread.through(inside, read(file)):
                id = own + one.id[len(stem) :] if one.id.startswith(stem) else one.id
                yield one.with_facts(id=readable(id), file=str(path))
    unread.tell()


def _unpacked(path: Path, kind: Kind, folder: Path, unread: Unread) -> dict[Path, str]:
    """The files of an archive written to a folder, with their names within."""
    files: dict[Path, str] = {}
    left = packed.LARGEST_UNPACKED
    try:
        for name, size, opened in (_of_zip if kind == "zip" else _of_tar)(path):
            parts = [part for part in name.replace("\\", "/").split("/") if part.strip(". :")]
            if not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
                continue
            if size > left or len(files) == _MOST_FILES:
                raise _too_large()
            file = folder.joinpath(*parts)
            try:
                _write(opened, file)
                files[file], left = readable(name), left - size
            except ReadError as error:
                unread.note(readable(name), error)
    except _BROKEN as error:
        raise ReadError("unreadable", f"a damaged {kind} archive: {error}") from error
    return files


def _of_zip(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in packed.files_in(archive):
            yield info.filename, info.file_size, lambda info=info: archive.open(info)


def _of_tar(path: Path) -> Iterator[_Member]:
    with tarfile.open(path, "r:*") as archive:
        for info in archive:
            if not info.isdir():
                size = info.size if info.isreg() else 0
                yield info.name, size, lambda i=info: archive.extractfile(i) if i.isreg() else None


def _write(opened: Callable[[], IO[bytes] | None], file: Path) -> None:
    """Write one file of an archive, of which no more is unpacked than its size in the archive."""
    try:
        source = opened()
        if source is None:
            raise ReadError("unreadable", "a link or a device within an archive, not followed")
        file.parent.mkdir(parents=True, exist_ok=True)
        with source, file.open("wb") as target:
            copyfileobj(source, target)
    except _BROKEN as error:
        raise ReadError("unreadable", f"cannot be unpacked: {error}") from error


def _too_large() -> ReadError:
    return ReadError(
        "too large",
        f"it unpacks to more than {packed.LARGEST_UNPACKED:,} bytes or {_MOST_FILES:,} files: "
        "unpack it, and give the folder",
    )
