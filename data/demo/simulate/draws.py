"""Distributions shared by several kinds of objects."""

from __future__ import annotations

import numpy as np

__all__ = ["Sky", "bounded_normal", "lognormal", "observing"]

Sky = tuple[float, float, float]

_SN_LIMITS = (4.2, 70.0)


def lognormal(rng: np.random.Generator, median: float, dex: float) -> float:
    """A number scattered round its median by so many dex."""
    return float(median * 10.0 ** (dex * rng.standard_normal()))


def bounded_normal(
    rng: np.random.Generator, mean: float, sigma: float, low: float, high: float
) -> float:
    """A normal number, moved to the nearer limit if beyond."""
    return float(np.clip(rng.normal(mean, sigma), low, high))


def observing(rng: np.random.Generator, sn_median: float, sn_dex: float) -> Sky:
    """Median S/N, continuum at 5100 Å (1e-17 erg/s/cm²/Å) and Galactic reddening (mag).

    S/N and flux go together, as all SDSS plates are exposed to about the same depth: an r = 18.5
    source has about 10 units of flux and S/N 10 per pixel.
    """
    sn = float(np.clip(lognormal(rng, sn_median, sn_dex), *_SN_LIMITS))
    flux = lognormal(rng, 10.0 * (sn / 10.0) ** 1.25, 0.10)
    return sn, flux, min(lognormal(rng, 0.03, 0.25), 0.2)
