"""The option ``--version``: what is installed, as its metadata say."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["Version"]


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
