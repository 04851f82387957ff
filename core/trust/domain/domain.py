"""Domain of a model: whether a spectrum is similar to those it learned on.

*Of the kind* (:mod:`.kind`) knows the sample from the rest of its survey and is blind to
rubbish; *like anything seen* (:mod:`.distance`) knows rubbish, and takes other galaxies for
the sample's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...planes import Components
from ...targets.linear import LinearTarget
from .distance import STATISTICS, Distance
from .pattern import Pattern

__all__ = ["Domain", "DomainValues", "statistic_words"]

_SCALES = sum(name.startswith("rms") for name in STATISTICS)


@dataclass(frozen=True, slots=True, eq=False)
class DomainValues:
    """Domain measures of spectra.

    Attributes
    ----------
    of_kind : (n,)
        Log-odds above the threshold: negative is outside; NaN where it is not known.
    distance : (n,)
        1 is the border, more is outside.
    statistic : (n,) str
        Which of :data:`~spexplain.core.trust.domain.distance.STATISTICS` is the largest.
    where_px : (n,)
        Pixel of the largest residual at its scale, −1 for those of the whole spectrum.
    sky : (n,) bool
        Whether only what the night sky left is beyond the border; it is not judged.
    """

    of_kind: NDArray[np.float64]
    distance: NDArray[np.float64]
    statistic: NDArray[np.str_]
    where_px: NDArray[np.int64]
    sky: NDArray[np.bool_]

    @property
    def outside(self) -> NDArray[np.bool_]:
        """(n,) True where either measure puts a spectrum outside."""
        return (self.of_kind < 0) | (self.distance > 1)


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """Both measures of one model.

    Attributes
    ----------
    distance
        From what it learned on.
    kind
        The sample against the rest of its survey; None where there is no such rest.
    """

    distance: Distance
    kind: LinearTarget | None

    def __call__(
        self, spectra: NDArray[np.floating], without_sky: NDArray[np.floating] | None = None
    ) -> DomainValues:
        """Both measures of spectra.

        Parameters
        ----------
        spectra : (n, D)
            Prepared as the model's.
        without_sky : (n, D)
            The same without what the night sky left (``over_night_sky``), which is no distance;
            by default as they are.
        """
        judged = spectra if without_sky is None else without_sky
        far = self.distance(judged)
        sky = np.zeros(len(spectra), bool)
        drawn_over = np.flatnonzero((judged != spectra).any(axis=1) & (far.value <= 1))
        if len(drawn_over):
            sky[drawn_over] = self.distance(spectra[drawn_over]).value > 1
        unknown = np.full(len(spectra), np.nan)
        of_kind = unknown if self.kind is None else self.kind(spectra)
        return DomainValues(of_kind, far.value, far.statistic, far.where_px, sky)

    def to_arrays(self) -> tuple[dict[str, NDArray], dict[str, Any]]:
        """Arrays and JSON-serialisable facts, for a file."""
        d = self.distance
        arrays = {
            "centre": d.components.centre,
            "scale": d.components.scale,
            "axes": d.components.axes,
            "spread": d.spread,
            "limits": d.limits,
            **{f"tolerance_{at}": values for at, values in enumerate(d.tolerance)},
        }
        facts: dict[str, Any] = {"step_aa": d.step_aa, "noise": [d.noise_low, d.noise_high]}
        if d.pattern is not None:
            arrays["pattern"] = d.pattern.axes
            facts["pattern_strong"] = d.pattern.strong
        if self.kind is not None:
            arrays["kind"] = self.kind.weights
            facts |= {"kind_offset": self.kind.offset, "kind_name": self.kind.name}
        return arrays, facts

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], facts: Mapping[str, Any]) -> Domain:
        """Inverse of :meth:`to_arrays`, also for files from before there were patterns.

        Raises
        ------
        ValueError
            Something is missing, or of another version.
        """
        try:
            tolerance = tuple(arrays[f"tolerance_{at}"] for at in range(_SCALES))
            components = Components(arrays["centre"], arrays["scale"], arrays["axes"])
            ends = (float(facts["noise"][0]), float(facts["noise"][1]))
            step_aa, pattern = facts["step_aa"], None
            if "pattern" in arrays:
                pattern = Pattern(arrays["pattern"], float(facts["pattern_strong"]), step_aa)
            limits = arrays["limits"]
            distance = Distance(
                components, arrays["spread"], tolerance, *ends, step_aa, limits, pattern
            )
            kind = None
            if "kind" in arrays:
                kind = LinearTarget(arrays["kind"], facts["kind_offset"], facts["kind_name"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a domain of this version: {error}") from error
        if limits.shape != (len(STATISTICS) - (pattern is None),):
            raise ValueError(f"not a domain of this version: {limits.shape} limits")
        return cls(distance, kind)


def statistic_words(statistic: str, wave_aa: float) -> str:
    """Reason why a spectrum is outside, as text.

    Parameters
    ----------
    statistic
        One of :data:`~spexplain.core.trust.domain.distance.STATISTICS`.
    wave_aa
        Rest wavelength of the largest residual, Å; NaN where it is the whole spectrum.

    Raises
    ------
    KeyError
        There is no such statistic.
    """
    if statistic == "noise":
        return "its noise is not like theirs"
    if statistic == "level":
        return "its flux level or slope is far beyond theirs"
    if statistic == "pattern":
        return "its lines and bands are not where theirs are, as with a wrong redshift"
    kind, _, scale = statistic.partition(" ")
    if kind == "rms":
        what = {"1.5": "pixel to pixel", "5": "in its lines", "12": "in its broad features"}
        return f"it differs from them all along, {(what | {'30': 'in its continuum'})[scale]}"
    what = {
        "1.5": "a spike or edge",
        "5": "a line",
        "12": "a broad feature",
        "30": "a bump or step",
    }
    return f"{what[scale]} near {wave_aa:.0f} Å that none of them has"
