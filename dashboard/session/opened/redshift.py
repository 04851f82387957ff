"""Trial redshifts of the open spectrum: slider, number, or click on a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import param

from ....core.spectra.lines import LINES_BY_KIND

if TYPE_CHECKING:
    from ..session import Session

__all__ = ["OWN_LINES", "Redshift"]

_REACH = 0.01  # of the slider, on both sides of the spectrum's own redshift
_LEAST = 1e-4
OWN_LINES = {
    line.name: line
    for kind in ("emission", "absorption", "agn")
    for line in LINES_BY_KIND[kind]  # type: ignore[index]
}
"""Name → line of a source: what its redshift can be read from."""


class Redshift(param.Parameterized):
    """The redshift at which the open spectrum is seen; ``view.z`` holds it while it is tried.

    Parameters
    ----------
    session
        Whose spectrum.
    """

    z = param.Number(
        default=None,
        bounds=(0.0, 20.0),
        inclusive_bounds=(False, True),
        softbounds=(_LEAST, 1.0),
        step=1e-4,
        allow_None=True,
        label="Redshift",
        doc="Try another redshift: spectrum, verdict and explanation follow. The key z takes the "
        "spectrum's own again. Nothing is written.",
    )
    line = param.Selector(
        default="",
        objects=["", *OWN_LINES],
        label="By a line",
        doc="Choose a line, then click where it is in the spectrum: the redshift follows.",
    )

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._following = False
        session.outcome.param.watch(self._follow, "open_spectrum")
        self.param.watch(self._try, "z")
        self._follow()

    @property
    def _own(self) -> float | None:
        spectrum = self._session.outcome.open_spectrum
        if spectrum is None or spectrum.row < 0:
            return None
        return float(self._session.workspace.catalog["z"].iat[spectrum.row])

    def choose(self, name: str) -> None:
        """Wait for a click where this line is."""
        self.line = name

    def place(self, wave_rest_aa: float) -> None:
        """The chosen line is at what is now this wavelength at rest, vacuum Å."""
        spectrum = self._session.outcome.open_spectrum
        if not self.line or spectrum is None:
            return
        line, self.line = OWN_LINES[self.line], ""
        z = wave_rest_aa * (1 + spectrum.z) / line.wave_vac_aa - 1
        if z > 0:
            self.z = float(np.round(z, 6))
        else:
            self._session.complain(f"{line.label} there would be at a redshift of {z:.4f}.")

    def _follow(self, *_: object) -> None:
        spectrum, own = self._session.outcome.open_spectrum, self._own
        self._following = True
        try:
            if own is not None and np.isfinite(own):
                around = max(own - _REACH, _LEAST), max(own, _LEAST) + _REACH
                if self.param["z"].softbounds != around:
                    self.param["z"].softbounds = around
            self.z = None if spectrum is None or not spectrum.z > 0 else float(spectrum.z)
        finally:
            self._following = False

    def _try(self, *_: object) -> None:
        if self._following or self.z is None:
            return
        own = self._own
        if own is None:
            self._session.complain("Another redshift is tried on spectra of the collection only.")
            return
        self._session.view.z = None if np.isclose(self.z, own, rtol=0, atol=1e-9) else self.z
