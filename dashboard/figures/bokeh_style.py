"""Style shared by all Bokeh figures of the page."""

from __future__ import annotations

from typing import Any, cast

from bokeh.models import Range1d
from bokeh.plotting import figure

from .theme import Theme

__all__ = [
    "FONT",
    "GUESS_PX",
    "dress",
    "letter",
    "letter_name",
    "plain_figure",
    "span",
    "spectral_figure",
]

FONT = "Inter, 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif"
GUESS_PX = 560
"""A side of a frame, until the browser tells."""

_LEFT_PX, _RIGHT_PX = 84, 12  # so much room beside all frames over wavelengths: they line up
_SETTLE_MS = 40
_NAME_PX, _LEAST_NAME_PX = 12, 8
_READ_PX = 9  # what is smaller, a shorter name replaces
_LETTER_EM = 0.57  # mean width of a letter in these names
_BEYOND_PX = 2  # so far a name may reach beyond the frame, at both ends together


def plain_figure(**options: Any) -> figure:
    """A figure that fills its cell, without toolbar; ``options`` are Bokeh's."""
    fig = figure(
        sizing_mode="stretch_both",
        toolbar_location=None,
        min_border=0,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        **options,
    )
    letter(fig, label_px=_NAME_PX, tick_px=11)
    for axis in fig.axis:
        axis.update(major_tick_in=0, major_tick_out=4, axis_line_width=1)
    return fig


def spectral_figure(name: str, x_range: Range1d, y_range: Range1d, **options: Any) -> figure:
    """A figure over wavelengths that a drag moves along them; ``options`` are Bokeh's."""
    return plain_figure(
        name=name, x_range=x_range, y_range=y_range, tools="xpan", lod_timeout=_SETTLE_MS,
        min_border_left=_LEFT_PX, min_border_right=_RIGHT_PX, **options,
    )  # fmt: skip


def letter(fig: figure, *, label_px: int, tick_px: int) -> None:
    """Give axes the page's letters, in these sizes, and no minor ticks."""
    for axis in fig.axis:
        axis.update(
            axis_label_text_font=FONT,
            axis_label_text_font_size=f"{label_px}px",
            axis_label_text_font_style="normal",
            major_label_text_font=FONT,
            major_label_text_font_size=f"{tick_px}px",
            minor_tick_line_color=None,
        )


def letter_name(fig: figure, height_px: float, *names: str) -> None:
    """Make the name of the y axis as small as a frame of this height asks for, or of usual size.

    Parameters
    ----------
    fig
        Whose axis.
    height_px
        Of its frame.
    names
        From the longest to the shortest: the first that can be read there is taken. None keeps
        the name that the axis has.
    """
    for axis in fig.yaxis:
        if names:
            room = (height_px + _BEYOND_PX) / (_LETTER_EM * _READ_PX)
            axis.axis_label = next((name for name in names if len(name) <= room), names[-1])
        letters = max(len(str(axis.axis_label or "")), 1)
        fits = (height_px + _BEYOND_PX) / (_LETTER_EM * letters)
        size = min(max(fits, _LEAST_NAME_PX), _NAME_PX)
        axis.axis_label_text_font_size = f"{size:.1f}px"


def dress(fig: figure, theme: Theme) -> None:
    """Give axes and grid the colours of a theme."""
    for axis in fig.axis:
        axis.update(
            axis_line_color=theme.edge,
            major_tick_line_color=theme.edge,
            axis_label_text_color=theme.muted,
            major_label_text_color=theme.muted,
        )
    for grid in fig.grid:
        grid.update(grid_line_color=theme.edge, grid_line_alpha=0.55)


def span(axis: Range1d) -> tuple[float, float]:
    """Start and end of a range of numbers."""
    return cast("tuple[float, float]", (axis.start, axis.end))
