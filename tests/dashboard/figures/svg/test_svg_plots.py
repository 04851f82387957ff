"""Small plots: points where their values say, words escaped."""

from __future__ import annotations

import re

import numpy as np
import pytest
from spexplain.dashboard.figures.svg.svg_plots import Curve, line_plot


def points(svg: str, css: str) -> np.ndarray:
    (found,) = re.findall(rf'<polyline class="{css}" points="([^"]*)"', svg)
    return np.array([pair.split(",") for pair in found.split()], float)


def plot(y: list[float], **options: object) -> str:
    x = np.linspace(1.0, 100.0, len(y))
    defaults = {"x_label": "samples", "y_label": "p", "x_ticks": {1.0: "1"}}
    return line_plot([Curve(x, np.array(y), "line-0")], **defaults | options)


def test_a_rising_curve_goes_up_and_right() -> None:
    at = points(plot([0.0, 0.2, 0.9]), "line-0")
    assert (np.diff(at[:, 0]) > 0).all()
    assert (np.diff(at[:, 1]) < 0).all()  # down is up in SVG


def test_equal_factors_are_equal_steps_on_a_logarithmic_axis() -> None:
    curve = Curve(np.array([1.0, 10.0, 100.0]), np.array([0.0, 0.5, 1.0]), "line-0")
    at = points(line_plot([curve], x_label="n", y_label="p", x_ticks={}, log=True), "line-0")
    assert np.ptp(np.diff(at[:, 0])) == pytest.approx(0, abs=0.11)


def test_a_level_lies_among_the_values_it_divides() -> None:
    svg = plot([0.0, 1.0], level=0.5, y_range=(0.0, 1.0))
    (level,) = re.findall(r'class="mark" d="M\d+ ([\d.]+)H', svg)
    at = points(svg, "line-0")
    assert at[1, 1] < float(level) < at[0, 1]


def test_a_flat_curve_and_odd_words_are_drawn() -> None:
    svg = plot([2.0, 2.0], x_label="a < b")
    assert "a &lt; b" in svg
    assert np.isfinite(points(svg, "line-0")).all()
