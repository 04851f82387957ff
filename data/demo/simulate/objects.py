"""One object of the demo population, from its number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from .agn import draw_agn
from .anomalies import AnomalyKind, Planted, plant
from .assemble import assemble
from .components.builder import SimSpectrum
from .components.templates import StellarTemplates
from .galaxies import draw_galaxy
from .ingredients import Ingredients
from .sizes import ObjectKind

__all__ = ["SimulatedObject", "draw_ingredients", "simulate_object"]


@dataclass(frozen=True, eq=False)
class SimulatedObject:
    """One object of a population: its spectrum, and its row of the catalog."""

    spectrum: SimSpectrum
    record: dict[str, object]


def simulate_object(
    templates: StellarTemplates,
    *,
    seed: int,
    number: int,
    kind: ObjectKind,
    planted: bool = True,
    exposure: int = 0,
) -> SimulatedObject:
    """Object number so-and-so of the population with this seed.

    Its nature, its noise and what is planted in it come from three streams of their own, so that
    leaving the anomaly out changes nothing else.

    Parameters
    ----------
    templates
        Stellar templates, on the wavelengths the spectrum will have.
    seed
        The population's.
    number
        At least 0.
    kind
        What to simulate.
    planted
        False leaves an anomaly's deviation out.
    exposure
        0 is the population's own; others are the same object with fresh noise.

    Raises
    ------
    ValueError
        The exposure is negative.
    """
    if exposure < 0:
        raise ValueError(f"exposure {exposure} is below 0")
    nature, noise, planting = np.random.SeedSequence(seed, spawn_key=(number,)).spawn(3)
    rng = np.random.default_rng(nature)
    ingredients = draw_ingredients(rng, kind)
    dark = assemble(ingredients, templates, noise, rng)
    spectrum = dark.noise(ingredients.sn_median)
    record = _record(ingredients, number, rng)
    anomaly = next((name for name in get_args(AnomalyKind) if name == kind), None)
    change: Planted | None = None
    if planted and anomaly is not None:
        change = plant(anomaly, spectrum, np.random.default_rng(planting))
        record |= {"planted_kind": anomaly}
        record |= {"planted_min_aa": change.min_aa, "planted_max_aa": change.max_aa}
    if exposure:
        noise = np.random.SeedSequence(seed, spawn_key=(*noise.spawn_key, exposure))
        again = replace(dark, seed=noise).noise(ingredients.sn_median)
        spectrum = again if change is None else _as_changed(again, spectrum, change.spectrum)
    elif change is not None:
        spectrum = change.spectrum
    return SimulatedObject(spectrum, record)


def _as_changed(again: SimSpectrum, before: SimSpectrum, after: SimSpectrum) -> SimSpectrum:
    """The steps between two exposures of an object, applied to a second exposure.

    It was multiplied, errors and all, or added to, or both. Planting anew would take the strength
    from the second exposure's noise.
    """
    scale = np.sqrt(
        np.divide(before.ivar, after.ivar, out=np.ones(before.ivar.shape), where=after.ivar > 0)
    )
    return replace(
        again, flux=again.flux * scale + (after.flux - before.flux * scale), ivar=after.ivar
    )


def draw_ingredients(rng: np.random.Generator, kind: ObjectKind) -> Ingredients:
    """Ingredients of an object of a kind; for an anomaly, of its host galaxy."""
    match kind:
        case "type 1" | "type 2" | "intermediate":
            return draw_agn(rng, kind)
        case "passive" | "star-forming" | "composite":
            return draw_galaxy(rng, kind)
        case _:
            return _host_of(rng, kind)


def _host_of(rng: np.random.Generator, kind: AnomalyKind) -> Ingredients:
    """The ordinary galaxy an anomaly is planted in, at a redshift where it shows."""
    blue = ("extreme emission lines", "clipped [O III]", "irregular Hα wing")
    host = draw_galaxy(rng, "star-forming" if kind in blue else "passive")
    z = float(rng.uniform(0.05, 0.15))
    if kind == "clipped [O III]":
        z = float(rng.choice([0.1083, 0.1181]) + rng.uniform(-3e-4, 3e-4))
    host = replace(host, z=z, sn_median=max(host.sn_median, 8.0))
    if kind == "extreme emission lines":  # such lines need stars of a few million years
        stars = np.array([0.85, 0.15, 0.0, 0.0])
        return replace(host, stars=stars, ebv_stars=0.05, subclass="STARBURST")
    if kind == "continuum dip":  # old stars have little flux there to lose
        return replace(host, stars=np.array([0.25, 0.45, 0.2, 0.1]))
    return host


def _record(ingredients: Ingredients, number: int, rng: np.random.Generator) -> dict[str, object]:
    broad = ingredients.broad
    return {
        "id": f"demo-{number:06d}",
        "ra": float(rng.uniform(110.0, 260.0)),  # the SDSS footprint in the northern sky
        "dec": float(np.degrees(np.arcsin(rng.uniform(0.0, 0.9)))),
        "z": ingredients.z,
        "label": ingredients.label,
        "spectral_class": ingredients.spectral_class,
        "subclass": ingredients.subclass,
        "sn_median": ingredients.sn_median,
        "survey": "simulated",
        "file": "",
        "kind": ingredients.kind,
        "fwhm_broad_kms": broad.fwhm_kms if broad else float("nan"),
        "broad_hbeta": broad.flux[4862.7] if broad else 0.0,
        "ebv": ingredients.ebv_milky_way,
        "ebv_stars": ingredients.ebv_stars,
        "log_nii_ha": ingredients.bpt[0],
        "log_oiii_hb": ingredients.bpt[1],
        "planted_kind": "",
        "planted_min_aa": float("nan"),
        "planted_max_aa": float("nan"),
    }
