"""The ingredients of one simulated object."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["BroadLines", "Ingredients", "NarrowLines"]


@dataclass(frozen=True, eq=False)
class NarrowLines:
    """Narrow emission lines.

    Attributes
    ----------
    flux
        Flux of each line of ``NARROW_LINES``, in units of the continuum at 5100 Å times Å.
    sigma_kms
        Their dispersion, before the instrument's.
    wing_fraction
        Share of the [O III] flux in a blue wing.
    wing_shift_kms, wing_sigma_kms
        Of that wing.
    """

    flux: dict[str, float]
    sigma_kms: float
    wing_fraction: float = 0.0
    wing_shift_kms: float = -150.0
    wing_sigma_kms: float = 350.0


@dataclass(frozen=True, eq=False)
class BroadLines:
    """Broad emission lines; fluxes in units of the continuum at 5100 Å times Å.

    Attributes
    ----------
    flux
        By vacuum wavelength, Å.
    fwhm_kms
        Full width at half maximum.
    shape
        A key of ``BROAD_SHAPES``.
    iron
        Fe II flux at 4434–4684 Å, in the same unit; its lines are as broad.
    """

    flux: dict[float, float]
    fwhm_kms: float
    shape: str
    iron: float = 0.0


@dataclass(frozen=True, eq=False)
class Ingredients:
    """One object in its rest frame, its continuum at 5100 Å taken as 1.

    Attributes
    ----------
    label
        "type 1", "type 2", "intermediate" or "".
    spectral_class, subclass
        As the SDSS pipeline would call it.
    kind
        What was drawn: "passive", "star-forming", "composite", "1.9", …
    z
        Redshift.
    flux_5100
        Continuum at 5100 Å rest, 1e-17 erg/s/cm²/Å.
    sn_median
        Median signal to noise per pixel to be observed at.
    stars
        (4,) shares of the light at 5100 Å, in the order of ``POPULATIONS``; with
        power_law they add up to 1.
    stellar_sigma_kms
        Stellar velocity dispersion.
    ebv_stars
        Attenuation of the starlight, mag.
    power_law
        Share of the AGN's continuum at 5100 Å.
    slope
        Of that power law, f_λ ∝ λ^slope.
    balmer_continuum
        Height at 3646 Å, in units of the power law there.
    ebv_milky_way
        Galactic reddening, mag.
    narrow, broad
        Emission lines.
    """

    label: str
    spectral_class: str
    subclass: str
    kind: str
    z: float
    flux_5100: float
    sn_median: float
    stars: np.ndarray
    stellar_sigma_kms: float
    ebv_stars: float
    ebv_milky_way: float
    power_law: float = 0.0
    slope: float = -1.5
    balmer_continuum: float = 0.0
    narrow: NarrowLines | None = None
    broad: BroadLines | None = None
    bpt: tuple[float, float] = field(default=(float("nan"), float("nan")))
