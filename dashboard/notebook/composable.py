"""Planes and painted spectra as HoloViews elements."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd

from ...core.explain import effects
from ...core.explain.explanation import Explanation
from ...data.lenses import Plane
from ..figures import THEMES, ThemeName, category_colours, diverging, meaning, sequential
from ..figures.colour_limit import colour_limit
from ..workspace import Categories
from ..workspace.colouring import Colouring

__all__ = ["painted_spectrum", "plane_points"]

# More points than this are counted into an image, anew at each zoom, before they are drawn.
_SHADED_FROM = 60_000


def plane_points(
    plane: Plane, catalog: pd.DataFrame, colouring: Colouring, *, theme: ThemeName = "light"
) -> Any:
    """A plane as ``hv.Points`` with the columns id, row and that of the colours.

    Parameters
    ----------
    plane
        Where the spectra lie, (n, 2) in units of its own.
    catalog
        Of the collection: a row a spectrum.
    colouring
        A value for each of its rows.
    theme
        Whose colours categories have.

    Returns
    -------
    points
        Of more than 60,000, an ``hv.DynamicMap`` of how many lie where, which composes alike. On a
        lender's plane an ``hv.Overlay`` of its points, grey, and the others.
    """
    import_module("holoviews.plotting.bokeh")
    rows = plane.rows
    kinds = isinstance(colouring, Categories)
    value: Any = (
        np.array(colouring.names, object)[colouring.codes[rows]]
        if kinds
        else np.asarray(colouring.values)[rows]
    )
    name = _column(colouring)
    table = pd.DataFrame({"x": plane.xy[:, 0], "y": plane.xy[:, 1],
                          "id": catalog["id"].to_numpy(str)[rows], "row": rows,
                          name: value})  # fmt: skip
    # Axes of one label are linked: those of a plane only with the same plane's.
    axes: Any = [("x", f"x, {plane.title}"), ("y", f"y, {plane.title}")]
    points = hv.Points(table, axes, [name, "id", "row"], label=plane.title)
    bare: dict[str, Any] = {"xaxis": None, "yaxis": None, "aspect": "equal", "backend": "bokeh"}
    if len(rows) > _SHADED_FROM:
        from holoviews.operation.datashader import rasterize, spread  # loads datashader

        counted: Any = spread(rasterize(points), px=1)
        return counted.opts(cmap="viridis", cnorm="eq_hist", tools=["hover"], **bare)
    if kinds:
        own = category_colours(colouring.names, theme, colouring.own)
        cmap = dict(zip(colouring.names, own, strict=True))
        paint: dict[str, Any] = {"cmap": cmap, "legend_position": "right"}
    else:
        paint = {"cmap": list(sequential(theme)), "colorbar": True}
    lent = {"size": 6, "line_color": THEMES[theme].line, "line_width": 0.5} if plane.lender else {}
    tools = ["hover", "tap", "box_select"]
    painted = points.opts(**{"color": name, "size": 3, "tools": tools} | lent, **paint, **bare)
    if not len(plane.behind):
        return painted
    theirs: Any = hv.Points(plane.behind, axes, label=plane.lender)
    return theirs.opts(color=THEMES[theme].quiet, size=2, **bare) * painted


def painted_spectrum(
    wave_rest_aa: np.ndarray,
    flux: np.ndarray,
    explanation: Explanation,
    *,
    label: str = "",
    theme: ThemeName = "light",
    mirrored: np.ndarray | None = None,
) -> Any:
    """A spectrum painted by its explanation, as an ``hv.Overlay`` of a ribbon and a line.

    Parameters
    ----------
    wave_rest_aa, flux : (D,)
        Vacuum Å, and what was explained.
    explanation
        Of that flux.
    label
        Of the line.
    theme
        ``light`` or ``dark``.
    mirrored : (S,)
        Raw weights with the factor on the other side of 1. Where any change does the same the
        ribbon is violet, its weight NaN: no direction of the flux has it.
    """
    import_module("holoviews.plotting.bokeh")
    seen = effects(explanation, mirrored=mirrored)
    directed = np.where(seen.either, np.nan, seen.values)
    wave = hv.Dimension("wave_rest", label="Rest wavelength, vacuum", unit="Å")
    most = colour_limit(seen.values)
    ends = np.flatnonzero(np.diff(explanation.labels)) + 1
    pieces = []
    for start, stop in zip([0, *ends], [*ends, len(flux)], strict=True):
        reach = slice(start, min(stop + 1, len(flux)))  # to where the next begins
        pieces.append({"wave_rest": wave_rest_aa[reach], "flux": flux[reach],
                       "weight": float(directed[explanation.labels[start]])})  # fmt: skip
    says = meaning(explanation, seen).axis
    flux_axis = hv.Dimension("flux", label="Flux as prepared")
    ribbon = hv.Contours(pieces, [wave, flux_axis], hv.Dimension("weight", label=says))
    line = hv.Curve((wave_rest_aa, flux), wave, flux_axis, label=label)
    ribbon.opts(
        color="weight", cmap=list(diverging(theme)), clim=(-most, most), line_width=6,
        colorbar=True, clipping_colors={"NaN": THEMES[theme].either}, backend="bokeh",
    )  # fmt: skip
    line.opts(color=THEMES[theme].line, line_width=1, backend="bokeh")
    overlay: Any = ribbon * line
    return overlay.opts(width=760, height=300, backend="bokeh")


def _column(colouring: Colouring) -> str:
    """Name of the column of colours, which no other column may have."""
    return f"{colouring.name}_" if colouring.name in ("x", "y", "id", "row") else colouring.name
