"""Preparation of Peruzzi et al. 2021 (P21): 1000 points round Hβ, unit flux at 5100 Å."""

from __future__ import annotations

import dataclasses
import heapq
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...words import number_text
from ..grid import WIDEST_STEP_AA, resample
from .steps import bridge_gaps, check_block, deredden

__all__ = ["P21Recipe", "shared_range"]


@dataclass(frozen=True, slots=True)
class P21Recipe:
    """P21's steps in its order: rest frame, linear interpolation, division by the flux at 5100 Å.

    The paper divides before it interpolates; both are linear, so only the 5100 Å value itself
    could differ, and it is read off the interpolated spectrum here. From a collection's 1 Å grid
    spectra are interpolated a second time: on real SDSS spectra the result differs from the
    direct one by a quarter of the noise, rms.

    Attributes
    ----------
    start_aa, stop_aa
        rest-frame range, both ends included, Å; the paper's is what all its
        spectra share, 3728.91–5265.95. For another sample see :func:`shared_range`.
    n_points
        Number of equally spaced points.
    norm_aa
        The flux at this wavelength becomes 1, Å.
    max_gap_aa
        A gap of bad pixels up to this width is bridged linearly, Å. Not in the paper,
        whose spectra have none; without it one bad pixel would exclude a spectrum.

    Raises
    ------
    ValueError
        The range is empty, norm_aa lies outside it, or n_points is below 2.
    """

    name: ClassVar[str] = "p21"

    start_aa: float = 3728.91
    stop_aa: float = 5265.95
    n_points: int = 1000
    norm_aa: float = 5100.0
    max_gap_aa: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.start_aa <= self.norm_aa <= self.stop_aa < float("inf"):
            raise ValueError(
                f"need start ≤ norm ≤ stop, got {self.start_aa}, {self.norm_aa}, {self.stop_aa} Å"
            )
        if self.n_points < 2 or self.start_aa == self.stop_aa or not self.max_gap_aa >= 0:
            raise ValueError(
                f"need at least 2 points over some range and max_gap_aa ≥ 0, got {self.n_points} "
                f"over {self.start_aa}–{self.stop_aa} Å and {self.max_gap_aa} Å"
            )

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(G,) the points, vacuum Å, rest frame."""
        return np.linspace(self.start_aa, self.stop_aa, self.n_points)

    def asdict(self) -> dict[str, Any]:
        """Name and every setting, JSON-serialisable; equal recipes give equal dicts."""
        return {"name": self.name, **dataclasses.asdict(self)}

    def to_grid(
        self,
        wave_rest_aa: np.ndarray,
        flux: np.ndarray,
        ivar: np.ndarray,
        z: np.ndarray,
        *,
        ebv: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Spectra on the points, not yet normalised, and why any cannot be used.

        Parameters
        ----------
        wave_rest_aa
            (D,) vacuum Å, rest frame.
        flux
            (n, D), NaN where there is no data.
        ivar
            (n, D), 0 where there is no data.
        z
            (n,) redshifts, needed only with ebv.
        ebv
            (n,) Milky Way reddening, mag; None leaves dust uncorrected.

        Returns
        -------
        flux (n, G) float32, NaN where unknown; reasons (n,) object, "" where usable.

        Raises
        ------
        ValueError
            Shapes do not fit.
        """
        wave, flux, ivar = check_block(wave_rest_aa, flux, ivar, z)
        wave_obs = wave * (1 + np.asarray(z, np.float64)[:, None])
        flux, ivar = deredden(wave_obs, flux, ivar, ebv)
        filled, _ = bridge_gaps(wave, flux, self.max_gap_aa)
        certain = np.isfinite(filled).astype(np.float32)  # errors play no part in P21
        on_points, _ = resample(wave, filled, certain, self.wave_rest_aa)
        reasons = np.array([""] * len(flux), dtype=object)
        for row in np.flatnonzero(np.isnan(on_points).any(axis=1)):
            reasons[row] = self._missing_reason(wave, filled[row])
        norm = self._norm(on_points)
        for row in np.flatnonzero((reasons == "") & ~(norm > 0)):
            reasons[row] = (
                f"flux at {self.norm_aa:g} Å is {number_text(norm[row], '.3g')}; the spectrum is "
                "divided by it, so it must be positive"
            )
        return on_points, reasons

    def kept_wavelengths(self, nan_count: np.ndarray, n_used: int) -> np.ndarray:
        """(G,) all True: P21 drops no wavelengths."""
        del n_used  # O25 needs it
        return np.ones(np.shape(nan_count), dtype=bool)

    def finish(self, flux: np.ndarray) -> np.ndarray:
        """Divide each spectrum by its flux at 5100 Å.

        Parameters
        ----------
        flux
            (n, G) from :meth:`to_grid`, usable rows only.

        Returns
        -------
        (n, G) float32.

        Raises
        ------
        ValueError
            A row has no positive flux there, or the shape is not (n, G).
        """
        flux = np.asarray(flux, np.float64)
        if flux.ndim != 2 or flux.shape[1] != self.n_points:
            raise ValueError(f"P21 finishes (n, {self.n_points}) spectra, got {flux.shape}")
        norm = self._norm(flux)
        if not np.all(norm > 0):
            row = int(np.argmin(norm > 0))
            raise ValueError(f"row {row}: flux at {self.norm_aa:g} Å is {norm[row]}, not positive")
        return (flux / norm[:, None]).astype(np.float32)

    def _norm(self, flux: np.ndarray) -> np.ndarray:
        """(n,) flux at norm_aa, by linear interpolation between the two nearest points."""
        position = (self.norm_aa - self.start_aa) / (self.stop_aa - self.start_aa)
        position *= self.n_points - 1
        left = min(int(position), self.n_points - 2)
        weight = position - left
        return (1 - weight) * flux[:, left] + weight * flux[:, left + 1]

    def _missing_reason(self, wave: np.ndarray, flux: np.ndarray) -> str:
        good = np.flatnonzero(np.isfinite(flux))
        needs = f"AGN types need {self.start_aa:g}–{self.stop_aa:g} Å at rest"
        if good.size == 0:
            return f"has no data; {needs}, by pixels at most {WIDEST_STEP_AA:g} Å apart"
        first, last = wave[good[0]], wave[good[-1]]
        if first > self.start_aa or last < self.stop_aa:
            return f"covers {first:.0f}–{last:.0f} Å; {needs}"
        near = good[max(np.searchsorted(wave[good], self.start_aa, side="right") - 1, 0) :]
        jumps = np.diff(near) > 1  # else pixels are absent from the table: the longest step
        at = int(np.argmax(jumps if jumps.any() else np.diff(wave[near])))
        gap_from, gap_to = wave[near[at]], wave[near[at + 1]]
        return (
            f"has no data between {gap_from:.0f} and {gap_to:.0f} Å; "
            f"{needs} without a gap wider than {self.max_gap_aa:g} Å"
        )


def shared_range(
    first_aa: np.ndarray, last_aa: np.ndarray, *, share: float = 1.0, norm_aa: float = 5100.0
) -> tuple[float, float]:
    """The widest range that a share of a sample covers, as P21 found its own (section 2.2).

    Parameters
    ----------
    first_aa, last_aa : (n,)
        First and last rest wavelength of each spectrum, Å; NaN where it has no data. Spectra that
        do not hold norm_aa cannot be used by the recipe, and do not count.
    share
        Of the others, how many must cover all of it, above 0 to 1. The paper's is 1; one odd
        redshift then narrows the range for all.
    norm_aa
        Å; the range holds it.

    Returns
    -------
    start_aa, stop_aa
        Both ends are covered, to 0.01 Å.

    Raises
    ------
    ValueError
        No spectrum holds norm_aa, all end there, or the share is out of range.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share={share} is not above 0 and up to 1")
    first, last = np.asarray(first_aa, np.float64), np.asarray(last_aa, np.float64)
    holds = (first <= norm_aa) & (last >= norm_aa)
    first, last = first[holds], last[holds]
    if not first.size:
        raise ValueError(f"none of {holds.size} spectra holds {norm_aa:g} Å")
    needed = int(np.ceil(share * first.size - 1e-9))
    order = np.argsort(first, kind="stable")
    widest, ends_of_widest = -1.0, (norm_aa, norm_aa)
    # Of the spectra that start by a wavelength, enough reach the needed-th largest end. Those ends
    # are kept in a heap, the smallest on top.
    reach: list[float] = []
    for begins, ends in zip(first[order].tolist(), last[order].tolist(), strict=True):
        heapq.heappush(reach, ends)
        if len(reach) > needed:
            heapq.heappop(reach)
        if len(reach) == needed and reach[0] - begins > widest:
            widest, ends_of_widest = reach[0] - begins, (begins, reach[0])
    start, stop = np.ceil(100 * ends_of_widest[0]) / 100, np.floor(100 * ends_of_widest[1]) / 100
    if not start < stop or not start <= norm_aa <= stop:
        raise ValueError(f"the spectra share nothing round {norm_aa:g} Å")
    return float(start), float(stop)
