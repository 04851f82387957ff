"""The command ``remove``."""

from __future__ import annotations

from typing import Annotated

import typer

from ....core.words import counted
from ..options.shared_options import AsJson, OwnDirectory
from ..output.printing import print_answer

__all__ = ["remove_command"]


def remove_command(
    directory: OwnDirectory,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of spectra.")],
    undo: Annotated[bool, typer.Option("--undo", help="Put removed spectra back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove spectra from a collection: all those named, or none.

    Their pixels stay on disk, so that --undo can put them back. Builds are no longer valid,
    since it numbers the spectra; tags and notes stay.
    """
    from ....data.collection.collection import Collection
    from ....data.collection.writing.removed_rows import remove_spectra, restore_spectra

    n = (restore_spectra if undo else remove_spectra)(directory, ids)
    left = Collection.open(directory).n_spectra
    done = "put back into" if undo else "removed from"
    has = counted(left, "spectrum", "spectra")
    lines = [f"{n} {done} {directory}, which has {has} now", f"next: spexplain build {directory}"]
    document = {"path": str(directory), "restored" if undo else "removed": n, "n_spectra": left}
    print_answer(document, lines, as_json=as_json)
