"""What is drawn over the spectrum keeps clear of the names of lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bokeh.models import Range1d
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.spectrum.flux_figure import FluxFigure
from spexplain.dashboard.views.spectrum.spectrum_sources import SpectrumSources

MARK_PX, ROW_PX = 21, 15


@pytest.mark.parametrize("height_px", [90, 400])
def test_no_mark_lies_on_the_name_of_a_line(session: Visitor, height_px: int) -> None:
    session.open(0)
    sources = SpectrumSources()
    flux = FluxFigure(session, sources, Range1d(start=3700, end=5300))
    fitted: list[bool] = []
    flux.when_fitted = lambda: fitted.append(True)
    flux.resized("inner_width", None, 400)
    flux.resized("inner_height", None, height_px)
    assert len(fitted) == 2
    names: Any = {key: np.asarray(column) for key, column in sources.names.data.items()}
    assert "Hβ" in names["text"]
    y_range: Any = flux.figure.y_range
    top = np.full(len(names["x"]), y_range.end)
    placed = flux.clear_of_names(names["x"], top)
    down_px = (y_range.end - placed) / (y_range.end - y_range.start) * height_px
    assert (down_px >= names["down"] + ROW_PX + MARK_PX - 1e-6).all()
    # Where there is no name, and below them all, marks stand on the flux itself.
    bare, low = np.array([4500.0]), np.full(len(top), y_range.start)
    np.testing.assert_array_equal(flux.clear_of_names(bare, top[:1]), top[:1])
    np.testing.assert_array_equal(flux.clear_of_names(names["x"], low), low)
