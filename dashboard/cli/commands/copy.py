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
    typer.Option(
        "--unlock", help="Of an address: take it from a build that was killed and is not at work."
    ),
]


def copy_command(
    directory: OwnDirectory,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="As s3://bucket/survey.")],
    unlock: Unlock = False,
    as_json: AsJson = False,
) -> None:
    """Put a collection at an address, with all that is built; later, what has come since.

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
    """End the hold of a killed build.

    Parameters
    ----------
    unlock
        Whether it was asked.
    where
        The address, or a folder, which may be the working copy of one.

    Raises
    ------
    ValueError
        It was asked of a folder, whose lock the system lets go of.
    """
    if not unlock:
        return
    from ....data.objects.one_writer import let_go
    from ....data.objects.remote_folder import RemoteFolder
    from ....data.objects.working_copies import address_of

    address = address_of(where) if isinstance(where, Path) else where
    if address is None:
        raise ValueError("--unlock is for an address; a folder is free once its build has ended")
    let_go(RemoteFolder(address))
