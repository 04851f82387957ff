"""Display options of a painted spectrum: axis, range, lines, overlays.

The page and a figure for a paper are drawn from the same sight, so that a figure shows what was
on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...core.spectra import WaveAxis
from ...core.spectra.lines import PAGE_LINES, Line

if TYPE_CHECKING:
    from ...data.lenses import WholeSpectrum

__all__ = ["LineOver", "Sight"]


@dataclass(frozen=True, slots=True, eq=False)
class LineOver:
    """A line drawn over the spectrum.

    Attributes
    ----------
    kind
        ``"smooth"``, ``"survey"``, ``"pinned"``, ``"rebuilt"`` or ``"mean"``: its colour.
    words
        What it is.
    wave_rest_aa, flux : (P,)
        NaN leaves a gap.
    band
        (2, P): low and high ends of a band shaded round it; None for none.
    """

    kind: str
    words: str
    wave_rest_aa: np.ndarray
    flux: np.ndarray
    band: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """How a painted spectrum is looked at.

    Attributes
    ----------
    axis
        What its wavelengths are shown as.
    lines
        Those that are marked, by their wavelengths at rest in vacuum.
    x, y
        The stretch in view, (low, high) on the axes; None for all.
    whole
        All that was observed, drawn with what the model saw; None for that alone.
    errors
        Shade 1 σ on both sides.
    over
        Lines drawn over it.
    filled : (D,) bool
        Without ``whole``: pixels that were filled in rather than measured; None if not known.
    """

    axis: WaveAxis = WaveAxis()  # noqa: RUF009 (frozen)
    lines: tuple[Line, ...] = PAGE_LINES
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None
    whole: WholeSpectrum | None = None
    errors: bool = True
    over: tuple[LineOver, ...] = ()
    filled: np.ndarray | None = None

    @property
    def unmeasured(self) -> np.ndarray | None:
        """(D,) bool: what of the model's pixels was filled in; None if that is not known."""
        return self.filled if self.whole is None else self.whole.filled

    def marked(self, low: float, high: float) -> list[tuple[float, str]]:
        """Place on the axis and name of each line between two places, ascending."""
        places = self.axis.of_rest(np.array([line.wave_vac_aa for line in self.lines]))
        pairs = zip(places.tolist(), [line.label for line in self.lines], strict=True)
        return sorted((at, name) for at, name in pairs if low <= at <= high)
