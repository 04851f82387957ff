"""fsync of files and folders, so that completed writes survive a power cut."""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["sync", "sync_tree"]

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


def sync_tree(path: Path, since_s: float = 0.0) -> None:
    """All files of a folder that changed since then, and its folders, from the innermost out.

    Parameters
    ----------
    path
        The folder.
    since_s
        In the time of the files (seconds since 1970); what is older has been synced before.

    Raises
    ------
    OSError
        Something cannot be written.
    """
    for folder, _, files in os.walk(path, topdown=False):
        for name in files:
            file = Path(folder) / name
            if not file.is_symlink() and file.stat().st_mtime >= since_s:
                sync(file)
        if os.stat(folder).st_mtime >= since_s:
            sync(Path(folder))
