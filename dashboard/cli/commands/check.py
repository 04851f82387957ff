"""The command ``check``: is a collection intact?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..options.shared_options import AsJson, Demo, MaybeDirectory, named
from ..output.printing import print_json, print_lines

__all__ = ["check_command"]


def check_command(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Remove stray files, and runs that a build can make again."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read everything in a collection; list damaged files and what can be done about them."""
    from rich.markup import escape

    from ....data.collection.check import check
    from ....data.collection.check import repair as mend

    directory = named(directory, demo=demo)
    faults = [*check(directory)]
    gone = mend(directory, faults) if repair else []
    left = [fault for fault in faults if fault not in gone]
    if as_json:
        lines = [
            {"path": str(f.path), "what": f.what, "way_out": f.way_out, "removed": f in gone}
            for f in faults
        ]
        print_json({"whole": not left, "faults": lines})
    else:
        print_lines(f"removed  {escape(f'{fault.path}: {fault.what}')}" for fault in gone)
        print_lines(escape(str(fault)) for fault in left)
        print_lines([] if left else [f"{escape(str(directory))} is whole"])
    if left:
        sys.exit(1)
