"""Warm-up: compile and load before the first visitor needs it."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...core.settings import ExplainSettings
from ...data.collection.lookup.sky_search import read_cone
from ..figures import THEMES
from ..views.plane.picture import STORED_PX, draw_plane, framed, store_picture
from ..workspace import Workspace

__all__ = ["warm"]

# Steps after the first plot compete with it for the interpreter; without a visitor they start after
# so many seconds.
_PATIENCE_S = 20.0
# Time between drawing the plane on the server and its display in a browser.
_BREATH_S = 1.5


def warm(workspace: Workspace, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Shade each standard colouring of every plane once, load every model, compute every list.

    Datashader takes 1 s to load and compiles each aggregation for 1–2 s on first use; torch and
    scikit-learn take 3 s to load; models are read from disk on first use. What a visitor sees first
    is done first, and the rest once it has been seen. ``stopping`` is checked between steps.
    """
    try:
        for plane in [*workspace.planes][:1]:
            for name in [*workspace.colours][:1]:
                _shade(workspace, plane, name)
    finally:
        workspace.compiled.set()
    if workspace.drawn.wait(_PATIENCE_S) and not stopping():
        time.sleep(_BREATH_S)
    if stopping():
        return
    _keep(workspace)
    for plane in [*workspace.planes]:
        for name in workspace.usual_colours:
            if stopping():
                return
            _shade(workspace, plane, name)
    from ...core.explain.entry import explain

    for lens in workspace.lenses.values():
        if stopping():
            return
        if len(lens.rows):
            row = int(lens.rows[0])
            target = lens.target(lens.targets[0], row)
            workspace.loaded.add(lens.name)
            explain(lens.prepared(row), target, ExplainSettings(n_samples=64, n_segments=8))
    for tab in ("misclassified", "unsure", "anomalous"):
        workspace.listing(tab)
    if not stopping():
        read_cone("00:00:00 +00:00:00")  # astropy's coordinates take a second to load


def _shade(workspace: Workspace, plane: str, name: str) -> None:
    from ..figures.planes.shade import Window

    window = Window(*workspace.on_plane(plane).extent(), width=8, height=8)
    draw_plane(workspace, plane, name, window, theme="light")


def _keep(workspace: Workspace) -> None:
    """Cache the picture that the next start shows while datashader compiles."""
    from ..figures.planes.shade import Window

    for plane in [*workspace.planes][:1]:
        for name in [*workspace.colours][:1]:
            x, y = framed(*workspace.on_plane(plane).extent(), STORED_PX, STORED_PX)
            for theme in THEMES:
                window = Window(x, y, STORED_PX, STORED_PX)
                picture = draw_plane(workspace, plane, name, window, theme=theme)
                store_picture(workspace, plane, name, theme, picture)
