"""fsync of files and folders, so that completed writes survive a power cut."""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["Stamp", "sync", "sync_tree"]

Stamp = tuple[int, int, int]
"""When a file was changed (ns), its size and its number."""

# Of folders, where a file system or Windows knows no such thing.
_NOT_KNOWN = {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF}


def sync(path: Path) -> None:
    """Have the system write a file's bytes, or a folder's names, to the disk.

    Raises
    ------
    OSError
        They cannot be written.
    """
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NOT_KNOWN or not path.is_dir():
            raise
    finally:
        os.close(handle)


def sync_tree(path: Path, synced: dict[Path, Stamp] | None = None) -> None:
    """All files of a folder, and its folders, from the innermost out.

    Parameters
    ----------
    path
        The folder.
    synced
        What has been synced before, and as what: it is passed over where it is the same, whatever
        the clock did meanwhile. Added to.

    Raises
    ------
    OSError
        Something cannot be written.
    """
    known: dict[Path, Stamp] = {} if synced is None else synced

    def unless_known(one: Path) -> None:
        now = one.stat()
        stamp = (now.st_mtime_ns, now.st_size, now.st_ino)
        if known.get(one) != stamp:
            sync(one)
            known[one] = stamp

    for folder, _, files in os.walk(path, topdown=False):
        for name in files:
            file = Path(folder) / name
            if not file.is_symlink():
                unless_known(file)
        unless_known(Path(folder))
