"""Options shared by several commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from .collection_at import folder_of, only_a_folder

__all__ = [
    "CORES",
    "Address",
    "AsJson",
    "Demo",
    "Directory",
    "Jobs",
    "MaybeDirectory",
    "NoBrowser",
    "OwnDirectory",
    "Port",
    "Version",
    "named",
]


CORES = os.cpu_count() or 1

_WHERE = "A collection: a folder, or an address such as s3://bucket/survey."
Directory = Annotated[Path, typer.Argument(metavar="DIR", help=_WHERE, parser=folder_of)]
MaybeDirectory = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help=_WHERE, parser=folder_of)
]
OwnDirectory = Annotated[
    Path, typer.Argument(metavar="DIR", help="A collection on disk.", parser=only_a_folder)
]
Demo = Annotated[bool, typer.Option("--demo", help="The demo collection.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Address = Annotated[str, typer.Option(help="Address to listen on.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser window.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Jobs = Annotated[int, typer.Option(min=1, help="Processor cores to use.")]


def named(directory: Path | None, *, demo: bool) -> Path:
    """The one collection that was given.

    Raises
    ------
    ValueError
        None was given, or two.
    """
    from ....data.files.folders import demo_path

    if (directory is None) != demo:
        raise ValueError("give one collection: a folder, or --demo")
    return demo_path() if directory is None else directory


def _tell(asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import version

    typer.echo(f"spexplain {version('spexplain')}")
    raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_tell, is_eager=True, help="Show the version and exit."),
]
