"""Preparation of Ortiz & Boquien 2025 (O25): 3500–7500 Å, sky line and noise masked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from ...words import percent
from ..grid import WaveGrid, resample
from ..night_sky import NIGHT_SKY_OBS_AA
from .steps import check_block, deredden

__all__ = ["O25Recipe", "Variant", "mask_low_sn", "mask_sky_line"]

Variant = Literal["text", "code"]


@dataclass(frozen=True, slots=True)
class O25Recipe:
    """O25's steps in its order, each also available where paper and released code differ.

    Sky line masked → flux with S/N < 1 dropped → Milky Way dust → rest frame → 3500–7500 Å by
    1 Å → spectra with > 10 % missing dropped → wavelengths missing in > 10 % of spectra dropped →
    the rest filled → divided by the median flux. The collection's spectra are in the rest frame
    already, so the first two steps act on its 1 Å pixels at their observed wavelengths.

    Attributes
    ----------
    start_aa, stop_aa, step_aa
        rest-frame grid, stop left out, Å: 4000 pixels.
    sky
        ``"text"`` drops 5565–5590 Å observed; ``"code"`` replaces it by the mean of the two
        neighbouring windows of the same length.
    sn_min
        Flux of lower signal to noise is dropped; 0 or less keeps all.
    max_missing
        Largest usable fraction of missing pixels in a spectrum, and largest
        fraction of spectra that may lack a wavelength that is kept.
    fill
        What replaces missing flux: ``"text"`` the spectrum's own median; ``"code"`` the
        sample's median at that wavelength, given to :meth:`finish`.

    Raises
    ------
    ValueError
        An unknown variant, or max_missing outside 0…1.
    """

    name: ClassVar[str] = "o25"

    start_aa: float = 3500.0
    stop_aa: float = 7500.0
    step_aa: float = 1.0
    sky: Variant = "text"
    sn_min: float = 1.0
    max_missing: float = 0.1
    fill: Variant = "text"

    def __post_init__(self) -> None:
        WaveGrid(self.start_aa, self.stop_aa, self.step_aa)
        for field, value in (("sky", self.sky), ("fill", self.fill)):
            if value not in get_args(Variant):
                raise ValueError(f"{field} must be one of {get_args(Variant)}, got {value!r}")
        if not 0 <= self.max_missing < 1:
            raise ValueError(f"max_missing must be in [0, 1), got {self.max_missing}")

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(G,) the grid before wavelengths are dropped, vacuum Å, rest frame."""
        return WaveGrid(self.start_aa, self.stop_aa, self.step_aa).wave_rest_aa

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
        """Spectra on the grid, not yet filled or normalised, and why any cannot be used.

        Parameters
        ----------
        wave_rest_aa
            (D,) vacuum Å, rest frame.
        flux
            (n, D), NaN where there is no data.
        ivar
            (n, D), 0 where there is no data.
        z
            (n,) redshifts: the sky line is at observed wavelengths.
        ebv
            (n,) Milky Way reddening, mag; None leaves dust uncorrected.

        Returns
        -------
        flux (n, G) float32, NaN where missing; reasons (n,) object, "" where usable.

        Raises
        ------
        ValueError
            Shapes do not fit.
        """
        wave, flux, ivar = check_block(wave_rest_aa, flux, ivar, z)
        wave_obs = wave * (1 + np.asarray(z, np.float64)[:, None])
        observed = flux, ivar
        flux, ivar = mask_sky_line(wave_obs, flux, ivar, self.sky)
        flux, ivar = mask_low_sn(flux, ivar, self.sn_min)
        flux, ivar = deredden(wave_obs, flux, ivar, ebv)
        on_grid, _ = resample(wave, flux, ivar, self.wave_rest_aa)

        missing = np.isnan(on_grid).mean(axis=1)
        reasons = np.array([""] * len(flux), dtype=object)
        for row in np.flatnonzero(missing > self.max_missing):
            _, there = resample(wave, observed[0][row], observed[1][row], self.wave_rest_aa)
            reasons[row] = self._missing_reason(missing[row], (there == 0).mean())
        # Where most pixels are above zero so is the median, and need not be found.
        mostly = 2 * (on_grid > 0).sum(axis=1) > np.isfinite(on_grid).sum(axis=1)
        for row in np.flatnonzero((reasons == "") & ~mostly):
            (median,) = _row_median(on_grid[row : row + 1])
            if not median > 0:
                reasons[row] = (
                    f"median flux is {median:.3g}; the spectrum is divided by it, so it must "
                    "be positive"
                )
        return on_grid, reasons

    def kept_wavelengths(self, nan_count: np.ndarray, n_used: int) -> np.ndarray:
        """Wavelengths that enough spectra have.

        Parameters
        ----------
        nan_count
            (G,) how many of the usable spectra lack each wavelength.
        n_used
            How many usable spectra there are.

        Returns
        -------
        (G,) bool, True where at most ``max_missing`` of the spectra lack it.

        Raises
        ------
        ValueError
            There are no usable spectra.
        """
        if n_used < 1:
            raise ValueError("no usable spectrum, so no wavelength can be kept")
        return np.asarray(nan_count) <= self.max_missing * n_used

    def finish(self, flux: np.ndarray, *, sample_median: np.ndarray | None = None) -> np.ndarray:
        """Fill what is missing and divide each spectrum by its median flux.

        Parameters
        ----------
        flux
            (n, Dk) usable rows of :meth:`to_grid` at the kept wavelengths.
        sample_median
            (Dk,) the sample's median flux, needed with ``fill="code"`` only.

        Returns
        -------
        (n, Dk) float32 without NaN.

        Raises
        ------
        ValueError
            A spectrum's median flux is not positive (cannot be with sn_min > 0), or
            sample_median is needed and absent.
        """
        flux = np.asarray(flux, np.float32)
        missing = np.isnan(flux)
        if self.fill == "text":
            norm = _row_median(flux)  # filling with the median leaves the median what it was
            filled = np.where(missing, norm[:, None], flux)
        elif sample_median is None:
            raise ValueError('fill="code" needs the sample_median at each wavelength')
        else:
            filled = np.where(missing, np.asarray(sample_median, np.float32), flux)
            norm = _row_median(filled)
        if not np.all(norm > 0):
            row = int(np.argmin(norm > 0))
            raise ValueError(f"row {row}: median flux is {norm[row]}, not positive")
        return (filled / norm[:, None]).astype(np.float32)

    def _missing_reason(self, missing: float, unobserved: float) -> str:
        masked = "sky line" if self.sn_min <= 0 else f"sky line or S/N < {self.sn_min:g}"
        return (
            f"NaN {percent(missing, '.1f')} > {percent(self.max_missing)} of "
            f"{self.start_aa:g}–{self.stop_aa:g} Å: {percent(unobserved, '.1f')} without data, "
            f"{percent(missing - unobserved, '.1f')} {masked}"
        )


SKY_LINE_OBS_AA = NIGHT_SKY_OBS_AA[0]


def mask_sky_line(
    wave_obs_aa: np.ndarray, flux: np.ndarray, ivar: np.ndarray, variant: Variant
) -> tuple[np.ndarray, np.ndarray]:
    """Remove the sky line [O I] 5577, at 5565–5590 Å observed, from each spectrum.

    Parameters
    ----------
    wave_obs_aa
        (n, D) observed-frame Å.
    flux, ivar
        (n, D).
    variant
        ``"text"`` leaves no data there; ``"code"`` puts the mean flux (and mean ivar) of
        the two neighbouring windows of the same length there, or no data if they have none.

    Returns
    -------
    flux, ivar, each (n, D).
    """
    low, high = SKY_LINE_OBS_AA
    sky = (wave_obs_aa >= low) & (wave_obs_aa <= high)
    flux, ivar = np.where(sky, np.float32(np.nan), flux), np.where(sky, np.float32(0), ivar)
    if variant == "text":
        return flux, ivar
    width = high - low
    near = (wave_obs_aa >= low - width) & (wave_obs_aa <= high + width) & (ivar > 0)
    count = np.maximum(near.sum(axis=1, keepdims=True), 1)
    mean_flux = np.sum(flux, axis=1, keepdims=True, where=near) / count
    mean_ivar = np.sum(ivar, axis=1, keepdims=True, where=near) / count
    usable = sky & (mean_ivar > 0)
    return np.where(usable, mean_flux, flux), np.where(usable, mean_ivar, ivar)


def mask_low_sn(flux: np.ndarray, ivar: np.ndarray, sn_min: float) -> tuple[np.ndarray, np.ndarray]:
    """Leave no data where flux / σ is below sn_min; sn_min ≤ 0 leaves all. Each (n, D)."""
    if sn_min <= 0:
        return flux, ivar
    low = ~(flux * np.sqrt(ivar) >= sn_min)
    return np.where(low, np.float32(np.nan), flux), np.where(low, np.float32(0), ivar)


def _row_median(flux: np.ndarray) -> np.ndarray:
    """(n,) median of each row's data, NaN for rows without any; 5 times faster than nanmedian."""
    in_order = np.sort(flux, axis=1)  # NaN comes last
    count = np.isfinite(in_order).sum(axis=1)
    rows, last = np.arange(len(flux)), np.maximum(count - 1, 0)
    lower, upper = in_order[rows, last // 2], in_order[rows, (last + 1) // 2]
    return (lower + upper) / 2
