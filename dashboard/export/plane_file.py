"""The plane as it is on the page, as a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..session.session import Session
from ..views.plane.picture import draw_plane
from ..views.widgets.controls import legend_of
from .save import SavedFile

if TYPE_CHECKING:
    from ..figures.shade import Window

__all__ = ["plane_file"]

_SHARPER = 2.0  # pixels of the figure to one of the page
_KINDS = ("png", "svg", "pdf")


def plane_file(
    session: Session, window: Window, kind: str
) -> Callable[[Callable[[], bool]], Iterator[SavedFile]]:
    """Work that writes what is in view of the plane, in its colours, with the key to them.

    All choices are taken as they are now: what is chosen meanwhile does not get into the file.

    Parameters
    ----------
    session
        Whose plane.
    window
        What part of it, on how many pixels.
    kind
        ``png``, ``svg`` or ``pdf``.

    Raises
    ------
    ValueError
        The kind is unknown, or there is no plane.
    """
    view, space, shown = session.view, session.workspace, session.outcome.shown
    if kind not in _KINDS:
        raise ValueError(f"a plane is kept as one of {_KINDS}, got {kind!r}")
    name, colour, hidden = view.plane, view.colour, [*view.hidden]
    if name is None or colour is None:
        raise ValueError("no plane has been built")
    key = legend_of(session, "light")
    place = None if shown is None or shown.row < 0 else space.place(name, shown.row)

    def work(cancelled: Callable[[], bool]) -> Iterator[SavedFile]:
        from ..figures.explained_spectrum import save_figure  # loads matplotlib
        from ..figures.plane_figure import plane_figure

        width, height = (round(side * _SHARPER) for side in (window.width, window.height))
        sharp = replace(window, width=width, height=height)
        picture = draw_plane(
            space, name, colour, sharp, theme="light", hidden=hidden, pixel_ratio=_SHARPER
        )
        if cancelled():
            return
        ring = None
        if place is not None:
            (left, right), (low, high) = window.x, window.y
            ring = (place[0] - left) / (right - left), (place[1] - low) / (high - low)
        fig = plane_figure(
            picture,
            title=space.planes[name].title,
            key=[(f"{e['name']}  {e['count']}", e["colour"]) for e in key["entries"] if e["on"]],
            bar=key["bar"],
            ends=key["ends"],
            named=str(space.colours[colour]),
            ring=ring,
        )
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"plane.{kind}"
            save_figure(fig, path)
            yield SavedFile(f"{name}-{colour.replace(':', '-')}.{kind}", path.read_bytes())

    return work
