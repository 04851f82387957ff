"""Small SVG plots with axes, in the page's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from ....core.words import number_text

__all__ = ["Curve", "line_plot"]

_WIDTH, _HEIGHT = 250, 128
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 8, 8, 30


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line: its points, (n,) each, and the CSS class that colours it."""

    x: NDArray[np.floating]
    y: NDArray[np.floating]
    css: str


def line_plot(
    curves: Sequence[Curve],
    *,
    x_label: str,
    y_label: str,
    x_ticks: dict[float, str],
    y_range: tuple[float, float] | None = None,
    marks: Sequence[float] = (),
    level: float | None = None,
    log: bool = False,
) -> str:
    """Draw curves in one frame.

    Parameters
    ----------
    curves
        At least one, the one on top last.
    x_label, y_label
        With units.
    x_ticks
        Where along x something is written, and what.
    y_range
        Lowest and highest value; default what the curves span.
    marks
        Values of x with a vertical line.
    level
        Value of y with a horizontal line.
    log
        x on a logarithmic scale.
    """
    along = np.concatenate([curve.x for curve in curves])
    up = np.concatenate([curve.y for curve in curves])
    low, high = (float(up.min()), float(up.max())) if y_range is None else y_range
    x = _Scale(float(along.min()), float(along.max()), _LEFT, _WIDTH - _RIGHT, log=log)
    y = _Scale(low, high, _HEIGHT - _BOTTOM, _TOP)
    bottom, middle = _HEIGHT - _BOTTOM, (_TOP + _HEIGHT - _BOTTOM) / 2
    parts = [
        f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>',
        *(f'<path class="mark" d="M{x(at):.1f} {_TOP}V{bottom}"/>' for at in marks),
    ]
    if level is not None:
        parts.append(f'<path class="mark" d="M{_LEFT} {y(level):.1f}H{_WIDTH - _RIGHT}"/>')
    for curve in curves:
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(curve.x, curve.y, strict=True))
        parts.append(f'<polyline class="{curve.css}" points="{points}"/>')
    edge = _WIDTH - _RIGHT - 16  # what is written there leans inwards
    parts += [
        _text(x(at), bottom + 12, text, "middle" if x(at) < edge else "end")
        for at, text in x_ticks.items()
    ]
    ends = ((at, number_text(at, ".2g")) for at in (low, high))
    parts += [_text(_LEFT - 4, y(at) + 4, text, "end") for at, text in ends]
    parts.append(_text((_LEFT + _WIDTH) / 2, _HEIGHT - 4, x_label, "middle"))
    turn = f'transform="rotate(-90 10 {middle:.0f})"'
    parts.append(_text(10, middle + 3, y_label, "middle", turn))
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(y_label, quote=True)} against {escape(x_label, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


class _Scale:
    """From values to pixels."""

    def __init__(
        self, low: float, high: float, start: float, stop: float, *, log: bool = False
    ) -> None:
        self._log = log
        self._low, self._high = (np.log(low), np.log(high)) if log else (low, high)
        self._start, self._stop = start, stop

    def __call__(self, value: float) -> float:
        at = np.log(value) if self._log else value
        share = (at - self._low) / ((self._high - self._low) or 1.0)
        return float(self._start + np.clip(share, -0.02, 1.02) * (self._stop - self._start))


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(text)}</text>'
