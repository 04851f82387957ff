"""The command ``copy``, and the option that releases a remote lock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ....core.words import counted
from ..options.collection_at import travelling
from ..options.shared_options import AsJson, OwnDirectory
from ..output.printing import print_answer

__all__ = ["Unlock", "copy_command", "free_if_asked"]

Unlock = Annotated[
    bool,
    typer.Option("--unlock", help="Unlock the address after a build there was killed."),
]


def copy_command(
    directory: OwnDirectory,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Such as s3://bucket/survey.")],
    unlock: Unlock = False,
    as_json: AsJson = False,
) -> None:
    """Copy a collection with its builds to an address; later, only what is new.

    Tags, notes and the names of clusters stay in the folder.
    """
    from ....data.objects.publish import copy_to

    free_if_asked(unlock, address)
    with travelling("copy") as report:
        n = copy_to(directory, address, report)
    lines = [f"{counted(n, 'file')} put at {address}", f"next: spexplain build {address}"]
    document = {"path": str(directory), "address": address, "n_files": n}
    print_answer(document, lines, as_json=as_json)


def free_if_asked(unlock: bool, where: str | Path) -> None:
    """Release the lock of a killed build.

    Parameters
    ----------
    unlock
        Whether ``--unlock`` was given.
    where
        The address, or a folder, which may be a working copy.

    Raises
    ------
    ValueError
        It was given for a folder, whose lock the system releases.
    """
    if not unlock:
        return
    from ....data.objects.one_writer import let_go
    from ....data.objects.remote_folder import RemoteFolder
    from ....data.objects.working_copies import address_of

    address = address_of(where) if isinstance(where, Path) else where
    if address is None:
        raise ValueError("--unlock is for addresses; a folder is unlocked when its build ends")
    let_go(RemoteFolder(address))
