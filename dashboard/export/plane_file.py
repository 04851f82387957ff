"""The plane as it is on the page, as a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from ..session import Visitor
from ..views.plane.marks import labels_beside, marks_on
from ..views.plane.picture import draw_plane, ringed_places
from ..views.widgets.controls import legend_of
from .save import SavedFile

if TYPE_CHECKING:
    from ..figures import Window

__all__ = ["plane_file"]

_SHARPER = 2.0  # pixels of the figure to one of the page
_KINDS = ("png", "svg", "pdf")


def plane_file(
    session: Visitor, window: Window, kind: str
) -> Callable[[Callable[[], bool]], Iterator[SavedFile]]:
    """A task that writes the visible part of the plane, in its colours, with a legend.

    It uses the choices at the time of this call, not later ones.

    Parameters
    ----------
    session
        The session with the plane.
    window
        The visible part, and its size in pixels.
    kind
        ``png``, ``svg`` or ``pdf``.

    Raises
    ------
    ValueError
        The kind is unknown, or there is no plane.
    """
    view, space, spectrum = session.view, session.workspace, session.outcome.open_spectrum
    if kind not in _KINDS:
        raise ValueError(f"a plane is saved as one of {_KINDS}, got {kind!r}")
    name, colour, hidden = view.plane, view.colour, [*view.hidden]
    if name is None or colour is None:
        raise ValueError("no plane has been built")
    key, selected = legend_of(session, "light"), session.selected.current
    rows = None if selected is None else selected.rows
    title = f"{space.collection.path.name} · {space.planes[name].title}"
    if rows is not None:
        title += f" · {len(rows):,} selected"
    place = (
        None if spectrum is None or spectrum.row < 0 else space.on_plane(name).place(spectrum.row)
    )

    marks = _marks_within(session, window)

    def work(cancelled: Callable[[], bool]) -> Iterator[SavedFile]:
        from ..figures.printed.plane_figure import plane_figure  # loads matplotlib
        from ..figures.printed.saved_figure import save_figure

        width, height = (round(side * _SHARPER) for side in (window.width, window.height))
        sharp = replace(window, width=width, height=height)
        picture = draw_plane(
            space, name, colour, sharp, theme="light", hidden=hidden, rows=rows,
            pixel_ratio=_SHARPER,
        )  # fmt: skip
        if cancelled():
            return
        fig = plane_figure(
            picture,
            title=title,
            note=space.planes[name].placed,
            key=[(f"{e['name']}  {e['count']}", e["colour"]) for e in key["entries"] if e["on"]],
            bar=key["bar"],
            ends=key["ends"],
            named=str(space.colours[colour]),
            ring=None if place is None else _shares(np.array(place), window),
            ringed=_shares(ringed_places(space, name, rows), window),
            **marks,
        )
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"plane.{kind}"
            save_figure(fig, path)
            yield SavedFile(
                f"{space.collection.path.name}-{name}-{colour.replace(':', '-')}.{kind}",
                path.read_bytes(),
            )

    return work


def _marks_within(session: Visitor, window: Window) -> dict[str, Any]:
    """Marks of the open tab on the plane, in fractions of the picture."""
    marks = marks_on(session)
    beside = labels_beside(marks.numbered, window.x, window.y, (window.width, window.height))
    numbered, labels = _shares(marks.numbered, window), _shares(beside, window)
    return {
        "cell": _shares(marks.ringed, window),
        "numbered": [*zip(numbered, labels, marks.numbers, marks.colours, strict=True)],
        "placed": _shares(marks.placed, window),
    }


def _shares(xy: np.ndarray, window: Window) -> np.ndarray:
    """Positions on the plane (n, 2) as fractions of the picture's width and height."""
    low, high = np.array([window.x, window.y]).T
    return (xy - low) / (high - low)
