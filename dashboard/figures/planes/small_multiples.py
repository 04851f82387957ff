"""Several planes side by side (P21's figures A.2–A.5), in HoloViews."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Literal

import datashader as ds
import holoviews as hv
import numpy as np
import pandas as pd
from holoviews.operation.datashader import rasterize, shade

from ....data.lenses import Plane
from ..theme import THEMES, Theme, ThemeName, category_colours

__all__ = ["planes_layout"]

_TITLE_PX = 34

Backend = Literal["bokeh", "matplotlib"]

# More points than this in all are aggregated into images before they are drawn.
_SHADED_FROM = 60_000
_MODULES: dict[Backend, str] = {
    "bokeh": "holoviews.plotting.bokeh",
    "matplotlib": "holoviews.plotting.mpl",
}


def planes_layout(
    planes: Sequence[Plane],
    labels: np.ndarray,
    *,
    backend: Backend = "bokeh",
    theme: ThemeName = "light",
    columns: int = 3,
    side_px: int = 230,
    on_figure: Callable[[str, Any], None] | None = None,
) -> hv.Layout:
    """Planes by type: the same in a notebook, on the page and in print.

    Parameters
    ----------
    planes
        To be shown, in order.
    labels : (N,) str
        Type of every row of the collection.
    backend
        Of HoloViews; it is loaded if it was not.
    theme
        Whose colours the types have.
    columns
        Of the layout.
    side_px
        Of each plane, in pixels (bokeh).
    on_figure
        Called with the name of each plane and its figure once that is drawn (bokeh).

    Returns
    -------
    layout
        An ``hv.Points`` for each plane (images by Datashader where points are many), titled with
        its perplexity and how far it may be believed: trustworthiness and the recall of the ten
        nearest neighbours.

    Raises
    ------
    ValueError
        If there is no plane.
    """
    if not planes:
        raise ValueError("no planes to lay out: spexplain build DIR --planes makes them")
    import_module(_MODULES[backend])
    shaded = sum(len(plane.rows) for plane in planes) > _SHADED_FROM
    parts = []
    for plane in planes:
        points, key = _points(plane, labels, theme)
        drawn: Any = _shade(points, key) if shaded else points.opts(**_style(key, backend))
        title = _title(plane)
        parts.append(
            drawn.opts(**_for_print(title))
            if backend == "matplotlib"
            else drawn.opts(**_for_page(plane.name, title, THEMES[theme], side_px, on_figure))
        )
    # Each plane has units of its own.
    apart: dict[str, Any] = {"shared_axes": False, "backend": backend}
    if backend == "matplotlib":
        apart |= {"sublabel_format": "", "fig_inches": 2.6}
    else:
        apart |= {"toolbar": None}
    layout: Any = hv.Layout(parts).cols(columns)
    return layout.opts(**apart)


def _points(plane: Plane, labels: np.ndarray, theme: ThemeName) -> tuple[hv.Points, dict[str, str]]:
    kinds = np.where(labels[plane.rows] == "", "unlabelled", labels[plane.rows])
    names = tuple(sorted(set(kinds.tolist())))
    table = pd.DataFrame({"x": plane.xy[:, 0], "y": plane.xy[:, 1], "type": kinds})
    colours = category_colours(names, theme)
    return hv.Points(table, ["x", "y"], "type"), dict(zip(names, colours, strict=True))


def _shade(points: hv.Points, key: dict[str, str]) -> Any:
    table = points.data.astype({"type": "category"})
    image = rasterize(
        points.clone(table), aggregator=ds.count_cat("type"), width=260, height=260, dynamic=False
    )
    return shade(image, color_key=key, dynamic=False)


def _style(key: dict[str, str], backend: Backend) -> dict[str, Any]:
    size = {"size": 2} if backend == "bokeh" else {"s": 3}
    return {"color": "type", "cmap": key, "backend": backend, "show_legend": False, **size}


def _for_print(title: str) -> dict[str, Any]:
    bare: dict[str, Any] = {"title": title, "xaxis": None, "yaxis": None, "aspect": 1}
    return bare | {"fontsize": {"title": 7}, "backend": "matplotlib"}


def _for_page(
    name: str,
    title: str,
    theme: Theme,
    side_px: int,
    on_figure: Callable[[str, Any], None] | None,
) -> dict[str, Any]:
    def dress(plot: Any, _element: Any) -> None:
        plot.state.update(
            border_fill_color=theme.surface, outline_line_color=theme.edge, min_border=2
        )
        plot.state.title.update(text_color=theme.text, text_font_style="normal")
        if on_figure is not None:
            on_figure(name, plot.state)

    # Two short lines: a plane is narrow.
    sizes = {"width": side_px, "height": side_px + _TITLE_PX, "fontsize": {"title": "8pt"}}
    lines = title.replace(": ", "\n", 1).replace("trustworthiness", "trust")
    bare = {"title": lines, "xaxis": None, "yaxis": None}
    quiet = {"toolbar": None, "default_tools": [], "bgcolor": theme.surface, "hooks": [dress]}
    return bare | sizes | quiet | {"backend": "bokeh"}


def _title(plane: Plane) -> str:
    return (
        f"perplexity {plane.settings['perplexity']:g}: trustworthiness "
        f"{plane.metrics['trustworthiness']:.2f}, recall {plane.metrics['knn_recall']:.2f}"
    )
