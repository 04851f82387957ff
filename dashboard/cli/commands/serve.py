"""The commands ``serve`` and ``password``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options.shared_options import Address, Directory, NoBrowser, Port

if TYPE_CHECKING:
    from ...server.access.terms import Terms

__all__ = ["lasting", "password", "serve", "serve_page"]


def serve(
    directory: Directory,
    port: Port = 5006,
    address: Address = "127.0.0.1",
    auth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Let in people of a file made by `password`."),
    ] = None,
    oauth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Log in with an OAuth provider: TOML (docs/deploy.md)."),
    ] = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Let in anyone who reaches the address.")
    ] = False,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Another name of it, such as a proxy's; repeatable."),
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="/PATH", help="Path of the page at that name.")
    ] = "",
    proxy: Annotated[
        bool, typer.Option("--proxy", help="A proxy in front names the client (X-Forwarded-For).")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Read-only for everybody.")
    ] = False,
    sessions: Annotated[int, typer.Option(min=1, help="Maximum number of open pages.")] = 200,
    log: Annotated[
        str, typer.Option(metavar="FILE", help="Log what visitors do; - for the terminal.")
    ] = "",
    no_browser: NoBrowser = False,
) -> None:
    """Open the page on a collection. By default it listens on this machine only."""
    from ...server.access.terms import Terms

    _say_whose_tags(directory)
    terms = Terms(
        port, address, auth, oauth, no_auth, tuple(origin or ()), prefix, read_only, proxy, sessions
    )
    # What is open to others is written down, unless to a file.
    serve_page(directory, terms, no_browser=no_browser, log=log or ("-" if terms.exposed else ""))


def _say_whose_tags(directory: Path) -> None:
    """For an address, say that the page shows a copy, which also keeps what visitors note."""
    from ....data.objects.working_copies import address_of

    if known := address_of(directory):
        typer.echo(
            f"{known} is shown from its present copy in {directory}; tags, notes and names of "
            "clusters stay there, on this machine",
            err=True,
        )


def serve_page(path: Path, terms: Terms, *, no_browser: bool, log: str = "") -> None:
    """Serve the page of a collection until it is stopped."""
    with lasting():
        from ...server.server import serve as serve_collection

    serve_collection(path, terms, open_browser=not no_browser, log=log)


def password(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="For `serve --auth`.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom to let in.")],
    role: Annotated[
        str, typer.Option(help="look; tag (and name clusters); build (and see /metrics).")
    ] = "tag",
) -> None:
    """Add a person with a password, or change it. It is asked for, or read from a pipe."""
    from ....data.files.password_file import set_password

    if sys.stdin.isatty():
        password_typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password_typed = sys.stdin.readline().rstrip("\n")
    known = set_password(file, name, password_typed, role)
    typer.echo(f"{name} ({role}) has {'another' if known else 'a'} password in {file}")


@contextmanager
def lasting() -> Iterator[None]:
    """Import without garbage collection: modules stay, and collecting costs an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
