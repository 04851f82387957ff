"""Narrow lines of a galaxy, with fluxes from a position on the BPT diagram."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .reddening import attenuation

__all__ = ["NARROW_LINES", "Ionisation", "line_fluxes"]

Ionisation = Literal["star-forming", "agn"]

# Rest wavelengths in vacuum, Å (NIST; as in the SDSS line list).
NARROW_LINES: dict[str, float] = {
    "nev3346": 3346.82,
    "nev3426": 3426.84,
    "oii3726": 3727.09,
    "oii3729": 3729.88,
    "h10": 3798.98,
    "h9": 3836.47,
    "neiii3869": 3869.86,
    "h8": 3889.75,
    "neiii3968": 3968.59,
    "hepsilon": 3971.20,
    "sii4069": 4069.75,
    "hdelta": 4102.89,
    "hgamma": 4341.68,
    "oiii4363": 4364.44,
    "heii4686": 4687.02,
    "ariv4740": 4741.45,
    "hbeta": 4862.68,
    "oiii4959": 4960.30,
    "oiii5007": 5008.24,
    "ni5200": 5200.53,
    "fevii5721": 5722.30,
    "hei5876": 5877.25,
    "fevii6087": 6088.70,
    "oi6300": 6302.05,
    "oi6364": 6365.54,
    "nii6548": 6549.86,
    "halpha": 6564.61,
    "nii6583": 6585.27,
    "hei6678": 6679.99,
    "sii6716": 6718.29,
    "sii6731": 6732.68,
    "hei7065": 7067.14,
    "ariii7136": 7137.76,
    "oii7320": 7321.9,
    "oii7330": 7332.2,
    "ariii7751": 7753.2,
}

# Case B, 10⁴ K (Osterbrock & Ferland 2006, table 4.4), relative to Hβ; He I rides on H8.
_BALMER = {"hgamma": 0.468, "hdelta": 0.259, "hepsilon": 0.159, "h8": 0.14, "h9": 0.073}
# Hα/Hβ of H II regions, and of AGN, where collisions add to Hα (ibid., section 14.3).
_HALPHA: dict[Ionisation, float] = {"star-forming": 2.86, "agn": 3.1}


def line_fluxes(
    log_nii_ha: float,
    log_oiii_hb: float,
    *,
    ionisation: Ionisation,
    ebv: float,
    scatter: np.random.Generator,
) -> dict[str, float]:
    """Fluxes of the narrow lines relative to Hβ, reddened.

    The BPT position fixes [N II] and [O III]; the other lines follow relations seen in SDSS
    galaxies and in Seyferts (Osterbrock & Ferland 2006, chapters 5 and 14; Kewley et al. 2006,
    MNRAS 372, 961), each with a scatter of about 0.1 dex.

    Parameters
    ----------
    log_nii_ha
        Log [N II] 6583 / Hα.
    log_oiii_hb
        Log [O III] 5007 / Hβ.
    ionisation
        What lights the gas.
    ebv
        Reddening of the lines, mag, Calzetti law.
    scatter
        Source of the scatter.

    Returns
    -------
    Flux of each of :data:`NARROW_LINES` with Hβ = 1 after reddening; [N II]/Hα and
    [O III]/Hβ before reddening are exactly those asked for.
    """
    ha, oiii = _HALPHA[ionisation], 10.0**log_oiii_hb
    nii = ha * 10.0**log_nii_ha
    fluxes = {"hbeta": 1.0, "halpha": ha, "h10": 0.053, **_BALMER}
    fluxes |= {"nii6583": nii, "nii6548": nii / 3.05, "oiii5007": oiii, "oiii4959": oiii / 2.98}
    noise = 10.0 ** (0.1 * scatter.standard_normal(8))
    weak = _star_forming if ionisation == "star-forming" else _agn
    fluxes |= weak(log_nii_ha, oiii, ha, noise)
    dimming = attenuation(np.array(list(NARROW_LINES.values()))) - attenuation(np.array(4862.68))
    dimming = 10.0 ** (-0.4 * ebv * dimming)
    return {name: fluxes[name] * dimming[i] for i, name in enumerate(NARROW_LINES)}


def _star_forming(log_nii_ha: float, oiii: float, ha: float, noise: np.ndarray) -> dict[str, float]:
    oii = noise[0] * (0.4 + 2.8 * np.exp(-0.5 * ((log_nii_ha + 0.75) / 0.40) ** 2))
    sii = noise[1] * ha * 10.0 ** (-0.45 + 0.25 * (log_nii_ha + 0.4))
    oi = noise[2] * 0.09 * sii
    return {
        **_doublets(oii=oii, sii=sii, oi=oi, sii_ratio=1.35, neiii=noise[3] * 0.075 * oiii),
        **{"nev3346": 0.0, "nev3426": 0.0, "fevii5721": 0.0, "fevii6087": 0.0, "ariv4740": 0.0},
        "oiii4363": noise[4] * 0.006 * oiii,
        "heii4686": 0.0,
        "sii4069": 0.05 * sii,
        "ni5200": 0.01,
        "hei5876": noise[5] * 0.11,
        "hei6678": 0.031,
        "hei7065": 0.022,
        "ariii7136": noise[6] * (0.05 + 0.025 * oiii),
        "ariii7751": noise[6] * (0.012 + 0.006 * oiii),
        "oii7320": 0.012 * oii,
        "oii7330": 0.010 * oii,
    }


def _agn(log_nii_ha: float, oiii: float, ha: float, noise: np.ndarray) -> dict[str, float]:
    oii = noise[0] * 2.6
    sii = noise[1] * ha * 10.0 ** (-0.25 + 0.3 * log_nii_ha)
    oi = noise[2] * ha * 0.13
    nev = noise[7] * 0.07 * oiii
    return {
        **_doublets(oii=oii, sii=sii, oi=oi, sii_ratio=1.15, neiii=noise[3] * 0.11 * oiii),
        "nev3346": 0.36 * nev,
        "nev3426": nev,
        "fevii5721": 0.12 * nev,
        "fevii6087": 0.18 * nev,
        "ariv4740": 0.006 * oiii,
        "oiii4363": noise[4] * 0.018 * oiii,
        "heii4686": noise[5] * (0.05 + 0.02 * oiii),
        "sii4069": 0.09 * sii,
        "ni5200": noise[6] * 0.10,
        "hei5876": noise[5] * 0.12,
        "hei6678": 0.033,
        "hei7065": 0.035,
        "ariii7136": noise[6] * (0.08 + 0.02 * oiii),
        "ariii7751": noise[6] * (0.02 + 0.005 * oiii),
        "oii7320": 0.035 * oii,
        "oii7330": 0.028 * oii,
    }


def _doublets(
    *, oii: float, sii: float, oi: float, sii_ratio: float, neiii: float
) -> dict[str, float]:
    return {
        "oii3729": oii * 1.3 / 2.3,
        "oii3726": oii / 2.3,
        "sii6716": sii * sii_ratio / (1 + sii_ratio),
        "sii6731": sii / (1 + sii_ratio),
        "oi6300": oi,
        "oi6364": oi / 3.0,
        "neiii3869": neiii,
        "neiii3968": 0.30 * neiii,
    }
