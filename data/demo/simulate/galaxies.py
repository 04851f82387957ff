"""Galaxies without an active nucleus in view: passive, star-forming, composite."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .components.bpt import BptClass, draw_position
from .components.emission import line_fluxes
from .draws import bounded_normal, lognormal, observing
from .ingredients import Ingredients, NarrowLines

__all__ = ["GalaxyKind", "draw_galaxy"]

GalaxyKind = Literal["passive", "star-forming", "composite"]

# S/N per pixel of SDSS galaxies: above 4 by selection; the best quarter has a median of 22 (O25).
_SN_MEDIAN, _SN_DEX = 13.0, 0.19
_REDSHIFTS = (0.012, 0.285)


def draw_galaxy(rng: np.random.Generator, kind: GalaxyKind) -> Ingredients:
    """One galaxy of the given kind."""
    draw = {
        "passive": _passive,
        "star-forming": _star_forming,
        "composite": _composite,
    }[kind]
    return draw(rng)


def _passive(rng: np.random.Generator) -> Ingredients:
    sn, flux_5100, ebv_mw = observing(rng, _SN_MEDIAN, _SN_DEX)
    sigma_kms = lognormal(rng, 200.0, 0.10)
    young = max(0.0, float(rng.normal(0.0, 0.01)))
    intermediate = min(float(rng.exponential(0.035)), 0.25)
    passive = float(rng.uniform(0.3, 1.0)) * (1 - young - intermediate)
    stars = np.array([young, intermediate, 1 - young - intermediate - passive, passive])
    narrow = None
    if rng.uniform() < 0.4:  # weak lines of old stars or a faint nucleus
        narrow = _narrow(rng, "liner", halpha=lognormal(rng, 1.2, 0.25), sigma_kms=sigma_kms)
    return Ingredients(
        label="",
        spectral_class="GALAXY",
        subclass="",
        kind="passive",
        z=_redshift(rng, 0.12),
        flux_5100=flux_5100,
        sn_median=sn,
        stars=stars,
        stellar_sigma_kms=sigma_kms,
        ebv_stars=min(abs(float(rng.normal(0.03, 0.03))), 0.15),
        ebv_milky_way=ebv_mw,
        narrow=narrow,
    )


def _star_forming(rng: np.random.Generator) -> Ingredients:
    sn, flux_5100, ebv_mw = observing(rng, 0.85 * _SN_MEDIAN, _SN_DEX)
    bpt = draw_position(rng, "star-forming")
    # Metal-rich galaxies are the massive, dusty ones with an old bulge.
    metallicity = float(np.clip((bpt[0] + 1.1) / 0.8, 0.0, 1.0))
    halpha = lognormal(rng, 24.0 * (1 + 1.5 * (1 - metallicity)), 0.25)
    young = float(np.clip(0.12 + 0.006 * halpha + rng.normal(0.0, 0.06), 0.05, 0.8))
    intermediate = float(rng.uniform(0.25, 0.75)) * (1 - young)
    old = 1 - young - intermediate
    stars = np.array([young, intermediate, 0.8 * old, 0.2 * old])
    ebv_gas = bounded_normal(rng, 0.12 + 0.26 * metallicity, 0.09, 0.0, 0.7)
    sigma_gas = bounded_normal(rng, 60.0 + 45.0 * metallicity, 18.0, 35.0, 160.0)
    flux = _fluxes(rng, bpt, halpha, ebv_gas)
    return Ingredients(
        label="",
        spectral_class="GALAXY",
        subclass="STARBURST" if halpha > 50.0 else "STARFORMING",
        kind="star-forming",
        z=_redshift(rng, 0.085),
        flux_5100=flux_5100,
        sn_median=sn,
        stars=stars,
        stellar_sigma_kms=lognormal(rng, 110.0, 0.08),
        ebv_stars=0.44 * ebv_gas + 0.02,
        ebv_milky_way=ebv_mw,
        narrow=NarrowLines(flux=flux, sigma_kms=sigma_gas),
        bpt=bpt,
    )


def _composite(rng: np.random.Generator) -> Ingredients:
    sn, flux_5100, ebv_mw = observing(rng, _SN_MEDIAN, _SN_DEX)
    halpha = lognormal(rng, 12.0, 0.25)
    young = bounded_normal(rng, 0.12, 0.06, 0.02, 0.4)
    intermediate = float(rng.uniform(0.15, 0.5)) * (1 - young)
    old = 1 - young - intermediate
    stars = np.array([young, intermediate, 0.7 * old, 0.3 * old])
    bpt = draw_position(rng, "composite")
    ebv_gas = bounded_normal(rng, 0.38, 0.12, 0.05, 0.8)
    flux = _fluxes(rng, bpt, halpha, ebv_gas)
    return Ingredients(
        label="",
        spectral_class="GALAXY",
        subclass="STARFORMING" if halpha > 12.0 else "",
        kind="composite",
        z=_redshift(rng, 0.10),
        flux_5100=flux_5100,
        sn_median=sn,
        stars=stars,
        stellar_sigma_kms=lognormal(rng, 150.0, 0.10),
        ebv_stars=0.44 * ebv_gas + 0.02,
        ebv_milky_way=ebv_mw,
        narrow=NarrowLines(flux=flux, sigma_kms=bounded_normal(rng, 115.0, 25.0, 60.0, 220.0)),
        bpt=bpt,
    )


def _redshift(rng: np.random.Generator, median: float) -> float:
    return float(np.clip(lognormal(rng, median, 0.18), *_REDSHIFTS))


def _fluxes(
    rng: np.random.Generator, bpt: tuple[float, float], halpha: float, ebv: float
) -> dict[str, float]:
    """Lines of star-forming gas scaled to an Hα flux."""
    ratios = line_fluxes(*bpt, ionisation="star-forming", ebv=ebv, scatter=rng)
    return {name: value * halpha / ratios["halpha"] for name, value in ratios.items()}


def _narrow(
    rng: np.random.Generator, kind: BptClass, *, halpha: float, sigma_kms: float
) -> NarrowLines:
    bpt = draw_position(rng, kind)
    ratios = line_fluxes(*bpt, ionisation="agn", ebv=0.1, scatter=rng)
    flux = {name: value * halpha / ratios["halpha"] for name, value in ratios.items()}
    return NarrowLines(flux=flux, sigma_kms=sigma_kms)
