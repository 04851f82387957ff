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
    from ...server.terms import Terms

__all__ = ["lasting", "password", "serve", "serve_page"]


def serve(
    directory: Directory,
    port: Port = 5006,
    address: Address = "127.0.0.1",
    auth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Let in those of a file that `password` has made."),
    ] = None,
    oauth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Let in by an OAuth provider: TOML (docs/deploy.md)."),
    ] = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Let in whoever reaches the address.")
    ] = False,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="By which it is known too, such as a proxy's; repeat."),
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="/PATH", help="Below which the page lies there.")
    ] = "",
    proxy: Annotated[
        bool, typer.Option("--proxy", help="A proxy in front says who asks (X-Forwarded-For).")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Nobody may do more than look.")
    ] = False,
    sessions: Annotated[int, typer.Option(min=1, help="Pages that may be open at once.")] = 200,
    log: Annotated[
        str, typer.Option(metavar="FILE", help="Write down what visitors do; - for the terminal.")
    ] = "",
    no_browser: NoBrowser = False,
) -> None:
    """Open the page on a collection. Listens on this machine only, unless told otherwise."""
    from ...server.terms import Terms

    _say_whose_tags(directory)
    terms = Terms(
        port, address, auth, oauth, no_auth, tuple(origin or ()), prefix, read_only, proxy, sessions
    )
    # What is open to others is written down, unless to a file.
    serve_page(directory, terms, no_browser=no_browser, log=log or ("-" if terms.exposed else ""))


def _say_whose_tags(directory: Path) -> None:
    """Of an address: what is shown is a copy, and what visitors note stays in it."""
    from ....data.objects.working_copies import address_of

    if known := address_of(directory):
        typer.echo(
            f"{known} is shown from its copy of now in {directory}; tags, notes and names of "
            "clusters stay there, on this machine",
            err=True,
        )


def serve_page(path: Path, terms: Terms, *, no_browser: bool, log: str = "") -> None:
    """Serve the page of a collection until told to stop."""
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
    """Let a person in with a password, or change theirs. It is asked for, or read from a pipe."""
    from ....data.files.password_file import set_password

    if sys.stdin.isatty():
        password_typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password_typed = sys.stdin.readline().rstrip("\n")
    known = set_password(file, name, password_typed, role)
    typer.echo(f"{name} ({role}) has {'another' if known else 'a'} password in {file}")


@contextmanager
def lasting() -> Iterator[None]:
    """Import without looking for garbage: what modules hold stays, and looking takes an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
