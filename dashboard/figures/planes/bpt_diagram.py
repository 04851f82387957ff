"""The BPT diagram of explained anomalies, by cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ....core.spectra.lines import kauffmann_2003, kewley_2001
from ..theme import THEMES, ThemeName, category_colours

if TYPE_CHECKING:
    import holoviews as hv

__all__ = ["bpt_figure", "bpt_points"]

_X, _Y = (-2.0, 0.8), (-1.3, 1.5)
_MARGIN_DEX = 0.08


def bpt_points(lines: pd.DataFrame, numbers: np.ndarray) -> pd.DataFrame:
    """Where spectra lie that have all four lines measured: row, x, y (dex) and cluster number."""
    good = np.ones(len(lines), bool)
    for name in ("nii_ha", "oiii_hb"):
        value = lines[name].to_numpy(np.float64)
        good &= (lines[f"{name}_limit"].to_numpy() == 0) & np.isfinite(value) & (value > 0)
    return pd.DataFrame(
        {
            "x": np.log10(lines["nii_ha"].to_numpy(np.float64)[good]),
            "y": np.log10(lines["oiii_hb"].to_numpy(np.float64)[good]),
            "row": lines["row"].to_numpy()[good],
            "cluster": numbers[good],
        }
    )


def bpt_figure(
    points: pd.DataFrame, names: Sequence[str], *, theme: ThemeName = "light"
) -> hv.Overlay:
    """log [O III]/Hβ over log [N II]/Hα with the curves of Kauffmann and Kewley.

    Parameters
    ----------
    points
        From :func:`bpt_points`.
    names
        Of the clusters, by number.
    theme
        Whose colours to use.
    """
    import holoviews as hv
    import holoviews.plotting.bokeh

    colours = category_colours(tuple(names), theme)
    table = points.assign(name=[names[n] for n in points["cluster"]])
    table["colour"] = [colours[n] for n in points["cluster"]]
    dots = hv.Points(table, ["x", "y"], ["name", "colour"])
    chosen = THEMES[theme]
    styled: list[Any] = [
        _curve(hv, kauffmann_2003, 0.0, "Kauffmann+ 2003", chosen.muted, "dashed"),
        _curve(hv, kewley_2001, 0.4, "Kewley+ 2001", chosen.muted, "solid"),
        dots.opts(color="colour", size=6, line_color=chosen.surface, line_width=0.5,
                  tools=["hover"], backend="bokeh"),
    ]  # fmt: skip
    whole: Any = hv.Overlay(styled)
    return whole.opts(
        xlim=_reach(_X, table["x"].to_numpy()), ylim=_reach(_Y, table["y"].to_numpy()),
        xlabel="log [N II] 6583 / Hα", ylabel="log [O III] 5007 / Hβ",
        title="dashed Kauffmann+ 2003, solid Kewley+ 2001",
        responsive=True, min_height=150, show_legend=False, toolbar=None,
        hooks=[_dresser(theme)], backend="bokeh",
    )  # fmt: skip


def _reach(usual: tuple[float, float], values: np.ndarray) -> tuple[float, float]:
    """The usual range, and further where a point would be cut or not be seen."""
    if not values.size:
        return usual
    low, high = float(values.min()) - _MARGIN_DEX, float(values.max()) + _MARGIN_DEX
    return min(usual[0], low), max(usual[1], high)


def _curve(hv: Any, of: Any, last: float, name: str, colour: str, dash: str) -> Any:
    x = np.linspace(_X[0], last, 120)
    y = of(x)
    drawn = y > _Y[0]
    return hv.Curve((x[drawn], y[drawn]), label=name).opts(
        color=colour, line_dash=dash, line_width=1.2, backend="bokeh"
    )


def _dresser(theme: ThemeName) -> Any:
    def hook(plot: Any, _: object) -> None:
        from ..bokeh_style import FONT, dress, letter

        fig = plot.state
        fig.update(background_fill_color=None, border_fill_color=None, outline_line_color=None)
        fig.toolbar.autohide = True
        fig.title.update(
            text_font=FONT, text_font_size="10px", text_font_style="normal",
            text_color=THEMES[theme].muted, align="right",
        )  # fmt: skip
        letter(fig, label_px=11, tick_px=10)
        dress(fig, THEMES[theme])

    return hook
