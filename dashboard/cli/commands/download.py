"""The command ``download``: data fetched once from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["download_app"]

download_app = typer.Typer(
    no_args_is_help=True, help="Fetch data that are not part of the package."
)


@download_app.callback()
def about() -> None:
    """Fetch data that are not part of the package."""


@download_app.command(epilog="Example: [bold]spexplain download dust[/bold]")
def dust(
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder, instead of the usual one.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of a copy of the two files.")
    ] = None,
) -> None:
    """Fetch the SFD map of Milky Way dust (two files of 64 MB); resumes where it stopped."""
    from ....data.build.dust.dust_maps import MAPS_SOURCE, download_dust_maps
    from ..output.progress import TerminalProgress

    with TerminalProgress() as progress:
        folder = download_dust_maps(
            to,
            source=source or MAPS_SOURCE,
            progress=lambda done, total: progress("dust maps", done, total),
        )
    typer.echo(f"the SFD dust map is in {folder}; “spexplain build” uses it from now on")
