"""A window says where nothing was observed."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from spexplain.core.spectra.units.wave_axis import WaveAxis
from spexplain.dashboard.views.spectrum.overlays.zooms import ZOOMS, _Window
from spexplain.dashboard.views.spectrum.spectrum_sources import SpectrumSources


def seen(first_aa: float, last_aa: float, unit: Any) -> Any:
    wave = np.linspace(first_aa, last_aa, 900)
    whole = SimpleNamespace(wave_rest_aa=wave, flux=1 + wave / 1e4, sigma=np.full(900, 0.1))
    outcome = SimpleNamespace(whole=whole, open_spectrum=None)
    return SimpleNamespace(outcome=outcome, axis=WaveAxis(unit, "rest", "vacuum", 0.0))


@pytest.mark.parametrize("unit", ["Å", "nm"])
def test_a_window_on_nothing_says_so_beside_no_numbers(unit: str) -> None:
    window = _Window(*ZOOMS[1], SpectrumSources())
    (title,), (said,) = (window.figure.above, window.figure.center[-1:])
    window.draw(seen(3800, 5300, unit))
    assert (title.text, said.text, said.visible) == ("Hα + [N II]", "not observed", True)
    assert window.figure.x_range.start < said.x < window.figure.x_range.end
    assert not window.figure.yaxis[0].visible
    window.draw(seen(3800, 7300, unit))
    assert not said.visible
    assert window.figure.yaxis[0].visible
