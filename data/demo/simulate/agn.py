"""Active nuclei: type 1 quasars, type 2 and intermediate Seyfert galaxies."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from .components.bpt import draw_position
from .components.emission import NARROW_LINES, line_fluxes
from .draws import bounded_normal, lognormal, observing
from .ingredients import BroadLines, Ingredients, NarrowLines

__all__ = ["AgnKind", "SeyfertSubtype", "draw_agn"]

AgnKind = Literal["type 1", "type 2", "intermediate"]

SeyfertSubtype = Literal["1.2", "1.5", "1.8", "1.9"]

# Vacuum Å of the broad lines, and their flux relative to broad Hβ in a quasar (Vanden Berk et al.
# 2001, AJ 122, 549, table 2; the Balmer lines as in Dong et al. 2008, MNRAS 383, 581).
_BROAD = {
    "mgii": (2799.1, 1.4),
    "h9": (3836.5, 0.02),
    "h8": (3889.7, 0.04),
    "hepsilon": (3971.2, 0.08),
    "hdelta": (4102.9, 0.18),
    "hgamma": (4341.7, 0.36),
    "heii4686": (4687.0, 0.09),
    "hbeta": (4862.7, 1.0),
    "hei5876": (5877.2, 0.12),
    "halpha": (6564.6, 3.1),
    "hei7065": (7067.1, 0.05),
}
_SUBTYPE_SHARES: dict[SeyfertSubtype, float] = {"1.2": 0.21, "1.5": 0.34, "1.8": 0.34, "1.9": 0.11}
_SEYFERT_REDSHIFTS = (0.0205, 0.1)


def draw_agn(rng: np.random.Generator, kind: AgnKind) -> Ingredients:
    """One active nucleus of the given type, with its galaxy."""
    draw = {"type 1": _type_1, "type 2": _type_2, "intermediate": _intermediate}[kind]
    return draw(rng)


def _type_1(rng: np.random.Generator) -> Ingredients:
    """A quasar of Marziani et al. 2013: z 0.4–0.745, so that P21's window is in SDSS's."""
    sn, flux_5100, ebv_mw = observing(rng, 17.0, 0.17)
    fwhm = float(np.clip(lognormal(rng, 4300.0, 0.21), 1000.0, 10000.0))
    # Eigenvector 1 (Boroson & Green 1992; Shen & Ho 2014, Nature 513, 210): narrow Hβ goes with
    # strong Fe II and weak [O III].
    rank = np.log10(fwhm / 4300.0) / 0.21
    iron_ratio = float(np.clip(lognormal(rng, 0.27 * 10 ** (-0.18 * rank), 0.22), 0.05, 2.0))
    oiii = lognormal(rng, 17.0 * 10 ** (0.08 * rank), 0.30) * (0.6 / (0.3 + iron_ratio)) ** 0.5
    hbeta = lognormal(rng, 68.0, 0.15)
    host = min(float(rng.exponential(0.10)), 0.4)
    narrow, bpt = _quasar_lines(rng, oiii=oiii)
    return Ingredients(
        label="type 1",
        spectral_class="QSO",
        subclass="BROADLINE",
        kind="1",
        z=_between(rng, 0.4, 0.745, 0.9),
        flux_5100=flux_5100,
        sn_median=sn,
        stars=host * np.array([0.1, 0.25, 0.45, 0.2]),
        stellar_sigma_kms=200.0,
        ebv_stars=0.05,
        ebv_milky_way=ebv_mw,
        power_law=1 - host,
        slope=bounded_normal(rng, -1.60, 0.45, -2.7, -0.4),
        balmer_continuum=float(rng.uniform(0.05, 0.32)),
        narrow=narrow,
        broad=_broad_lines(rng, hbeta, fwhm, iron=iron_ratio * hbeta, decrement=1.0),
        bpt=bpt,
    )


def _type_2(rng: np.random.Generator) -> Ingredients:
    """A Seyfert 2 galaxy of Vaona et al. 2012: narrow lines on the starlight of its host."""
    sn, flux_5100, ebv_mw = observing(rng, 17.0, 0.17)
    stars, ebv_stars = _host(rng)
    scattered = min(float(rng.exponential(0.025)), 0.2)  # light of the hidden nucleus
    narrow, bpt = _seyfert_lines(rng, oiii=lognormal(rng, 16.0, 0.36))
    return Ingredients(
        label="type 2",
        spectral_class="GALAXY",
        subclass="AGN",
        kind="2",
        z=_between(rng, *_SEYFERT_REDSHIFTS, 0.75),
        flux_5100=flux_5100,
        sn_median=sn,
        stars=(1 - scattered) * stars,
        stellar_sigma_kms=lognormal(rng, 155.0, 0.10),
        ebv_stars=ebv_stars,
        ebv_milky_way=ebv_mw,
        power_law=scattered,
        narrow=narrow,
        bpt=bpt,
    )


def _intermediate(rng: np.random.Generator) -> Ingredients:
    """A Seyfert 1.2–1.9: a nucleus, more or less reddened, in a galaxy like those of type 2.

    From 1.2 to 1.9 the nucleus contributes less to the continuum and the Balmer decrement of its
    broad lines grows, until only broad Hα is seen (Osterbrock 1981, ApJ 249, 462).
    """
    names = get_args(SeyfertSubtype)
    subtype = names[int(rng.choice(len(names), p=[_SUBTYPE_SHARES[name] for name in names]))]
    sn, flux_5100, ebv_mw = observing(rng, 18.0, 0.17)
    stars, ebv_stars = _host(rng)
    nucleus = {"1.2": (0.25, 0.55), "1.5": (0.12, 0.45), "1.8": (0.02, 0.18), "1.9": (0.0, 0.04)}
    share = float(rng.uniform(*nucleus[subtype]))
    narrow, bpt = _seyfert_lines(rng, oiii=lognormal(rng, 22.0, 0.33))
    fwhm = float(np.clip(lognormal(rng, 3600.0, 0.18), 1200.0, 10000.0))
    hbeta, decrement = _broad_balmer(rng, subtype, share, narrow.flux["hbeta"])
    iron = hbeta * lognormal(rng, 0.40, 0.20) if subtype in ("1.2", "1.5") else 0.0
    return Ingredients(
        label="intermediate",
        spectral_class="QSO" if share > 0.25 else "GALAXY",
        subclass="AGN" if subtype == "1.9" else "BROADLINE",
        kind=subtype,
        z=_between(rng, *_SEYFERT_REDSHIFTS, 0.75),
        flux_5100=flux_5100,
        sn_median=sn,
        stars=(1 - share) * stars,
        stellar_sigma_kms=lognormal(rng, 155.0, 0.10),
        ebv_stars=ebv_stars,
        ebv_milky_way=ebv_mw,
        power_law=share,
        slope=bounded_normal(rng, -1.1, 0.5, -2.3, 0.5),
        narrow=narrow,
        broad=_broad_lines(rng, hbeta, fwhm, iron=iron, decrement=decrement),
        bpt=bpt,
    )


def _broad_balmer(
    rng: np.random.Generator, subtype: SeyfertSubtype, share: float, narrow_hbeta: float
) -> tuple[float, float]:
    """Broad Hβ flux, and how much steeper than a quasar's its Balmer decrement is."""
    if subtype == "1.2":
        return lognormal(rng, 75.0, 0.12) * share, lognormal(rng, 1.1, 0.06)
    if subtype == "1.5":
        return lognormal(rng, 70.0, 0.15) * share, lognormal(rng, 1.3, 0.08)
    if subtype == "1.8":
        return lognormal(rng, 1.2 * narrow_hbeta + 2.5, 0.15), lognormal(rng, 2.0, 0.10)
    halpha = lognormal(rng, 12.0 + 3.0 * narrow_hbeta, 0.2)
    decrement = 8.0
    return halpha / (3.1 * decrement), decrement


def _broad_lines(
    rng: np.random.Generator, hbeta: float, fwhm: float, *, iron: float, decrement: float
) -> BroadLines:
    scatter = 10 ** (0.06 * rng.standard_normal(len(_BROAD)))
    flux = {}
    for (wave_aa, ratio), factor in zip(_BROAD.values(), scatter, strict=True):
        # Reddening that steepens Hα/Hβ by `decrement` acts as a power of wavelength.
        steepening = decrement ** (np.log(wave_aa / 4862.7) / np.log(6564.6 / 4862.7))
        flux[wave_aa] = float(hbeta * ratio * steepening * (factor if ratio != 1.0 else 1.0))
    return BroadLines(flux=flux, fwhm_kms=fwhm, shape="A" if fwhm < 4000.0 else "B", iron=iron)


def _host(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    young = bounded_normal(rng, 0.11, 0.08, 0.0, 0.40)
    intermediate = float(rng.uniform(0.05, 0.65)) * (1 - young)
    old = 1 - young - intermediate
    passive = float(rng.uniform(0.1, 0.6))
    stars = np.array([young, intermediate, (1 - passive) * old, passive * old])
    return stars, bounded_normal(rng, 0.14, 0.08, 0.0, 0.4)


def _quasar_lines(
    rng: np.random.Generator, *, oiii: float
) -> tuple[NarrowLines, tuple[float, float]]:
    """Narrow lines scaled to an [O III] 5007 flux; weak in [O II] and [S II] beside it."""
    bpt = (bounded_normal(rng, -0.15, 0.15, -0.6, 0.3), bounded_normal(rng, 1.02, 0.10, 0.7, 1.3))
    ratios = line_fluxes(*bpt, ionisation="agn", ebv=0.10, scatter=rng)
    ratios |= {name: 0.55 * ratios[name] for name in ("oii3726", "oii3729", "sii6716", "sii6731")}
    narrow = NarrowLines(
        flux={name: value * oiii / ratios["oiii5007"] for name, value in ratios.items()},
        sigma_kms=bounded_normal(rng, 170.0, 40.0, 90.0, 320.0),
        wing_fraction=float(rng.uniform(0.15, 0.55)),
        wing_shift_kms=-float(rng.uniform(50.0, 450.0)),
        wing_sigma_kms=float(rng.uniform(350.0, 700.0)),
    )
    return narrow, bpt


def _seyfert_lines(
    rng: np.random.Generator, *, oiii: float
) -> tuple[NarrowLines, tuple[float, float]]:
    """Narrow lines scaled to an [O III] 5007 flux, with the blue wing Seyferts show."""
    kind = "seyfert" if rng.uniform() < 0.93 else "liner"
    bpt = draw_position(rng, kind)
    ebv = bounded_normal(rng, 0.32, 0.15, 0.0, 0.9)
    ratios = line_fluxes(*bpt, ionisation="agn", ebv=ebv, scatter=rng)
    flux = {name: ratios[name] * oiii / ratios["oiii5007"] for name in NARROW_LINES}
    narrow = NarrowLines(
        flux=flux,
        sigma_kms=bounded_normal(rng, 135.0, 35.0, 70.0, 280.0),
        wing_fraction=max(0.0, float(rng.normal(0.18, 0.12))),
        wing_shift_kms=-float(rng.uniform(0.0, 250.0)),
        wing_sigma_kms=float(rng.uniform(250.0, 500.0)),
    )
    return narrow, bpt


def _between(rng: np.random.Generator, low: float, high: float, power: float) -> float:
    """A redshift; a power below 1 crowds towards the high end, where the volume is."""
    return low + (high - low) * float(rng.uniform()) ** power
