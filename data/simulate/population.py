"""The demo population: AGN of three types, galaxies of three kinds, eight kinds of anomalies."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from ...core.grids import WaveGrid
from .agn import AgnKind, draw_agn
from .anomalies import AnomalyKind, plant
from .assemble import assemble
from .galaxies import GalaxyKind, draw_galaxy
from .ingredients import Ingredients
from .templates import StellarTemplates, load_templates

__all__ = ["PopulationSizes", "SimulatedBatch", "population"]

ObjectKind = AgnKind | GalaxyKind | AnomalyKind


@dataclass(frozen=True, slots=True)
class PopulationSizes:
    """How many objects of each kind; the defaults are P21's AGN and as many galaxies.

    Attributes:
        type_1, type_2, intermediate: AGN.
        passive, star_forming, composite: galaxies.
        per_anomaly: of each of the eight planted kinds.

    Raises:
        ValueError: a size is negative.
    """

    type_1: int = 680
    type_2: int = 2145
    intermediate: int = 521
    passive: int = 1500
    star_forming: int = 1800
    composite: int = 700
    per_anomaly: int = 20

    def __post_init__(self) -> None:
        for name, size in dataclasses.asdict(self).items():
            if size < 0:
                raise ValueError(f"{name}={size} is negative")

    @classmethod
    def small(cls) -> PopulationSizes:
        """A few hundred spectra with every kind among them, for tests."""
        return cls(
            type_1=40,
            type_2=110,
            intermediate=40,
            passive=60,
            star_forming=70,
            composite=40,
            per_anomaly=3,
        )

    @property
    def total(self) -> int:
        """Number of objects."""
        return len(self.kinds())

    def kinds(self) -> list[ObjectKind]:
        """The kind of every object, before they are shuffled."""
        counts: dict[ObjectKind, int] = {
            "type 1": self.type_1,
            "type 2": self.type_2,
            "intermediate": self.intermediate,
            "passive": self.passive,
            "star-forming": self.star_forming,
            "composite": self.composite,
        }
        counts |= dict.fromkeys(get_args(AnomalyKind), self.per_anomaly)
        return [kind for kind, count in counts.items() for _ in range(count)]


@dataclass(frozen=True, eq=False)
class SimulatedBatch:
    """Some objects of a population.

    Attributes:
        catalog: (n) rows: the columns of a collection's catalog, and the truth: ``kind``,
            ``planted_kind``, ``planted_min_aa``, ``planted_max_aa`` (rest Å; NaN if nothing was
            planted), ``fwhm_broad_kms``, ``broad_hbeta`` (Å of the 5100 Å continuum),
            ``ebv`` (Milky Way), ``ebv_stars``, ``log_nii_ha``, ``log_oiii_hb``.
        flux: (n, D) float32, 1e-17 erg/s/cm²/Å, rest-frame wavelengths, NaN = no data.
        ivar: (n, D) float32, 0 = no data.
    """

    catalog: pd.DataFrame
    flux: np.ndarray
    ivar: np.ndarray


def population(
    *,
    grid: WaveGrid,
    seed: int,
    sizes: PopulationSizes | None = None,
    batch: int = 1024,
    planted: bool = True,
) -> Iterator[SimulatedBatch]:
    """Simulate a population, batch by batch, in an order shuffled by the seed.

    Object i depends on the seed, the sizes and i alone, not on the batches.

    Args:
        grid: rest-frame vacuum wavelengths, a collection's.
        seed: of everything.
        sizes: how many of each kind; P21's and 4000 galaxies if None.
        batch: objects at a time.
        planted: False leaves out the anomalies' deviations, to compare with; all else is equal.

    Raises:
        ValueError: batch is below 1.
    """
    if batch < 1:
        raise ValueError(f"batch={batch} is below 1")
    kinds = (sizes or PopulationSizes()).kinds()
    order = np.random.default_rng(seed).permutation(len(kinds))
    templates = load_templates(grid.wave_rest_aa)
    for start in range(0, len(kinds), batch):
        numbers = range(start, min(start + batch, len(kinds)))
        yield _batch(templates, seed, numbers, [kinds[order[i]] for i in numbers], planted)


def _batch(
    templates: StellarTemplates, seed: int, numbers: range, kinds: list[ObjectKind], planted: bool
) -> SimulatedBatch:
    shape = (len(numbers), templates.wave_rest_aa.size)
    flux, ivar = np.empty(shape, np.float32), np.empty(shape, np.float32)
    rows = []
    for row, (number, kind) in enumerate(zip(numbers, kinds, strict=True)):
        record, flux[row], ivar[row] = _object(templates, seed, number, kind, planted)
        rows.append(record)
    return SimulatedBatch(pd.DataFrame(rows), flux, ivar)


def _object(
    templates: StellarTemplates, seed: int, number: int, kind: ObjectKind, planted: bool
) -> tuple[dict[str, object], np.ndarray, np.ndarray]:
    nature, noise, planting = np.random.SeedSequence(seed, spawn_key=(number,)).spawn(3)
    rng = np.random.default_rng(nature)
    ingredients = _draw(rng, kind)
    spectrum = assemble(ingredients, templates, noise, rng).noise(ingredients.sn_median)
    window = ("", float("nan"), float("nan"))
    anomaly = next((name for name in get_args(AnomalyKind) if name == kind), None)
    if planted and anomaly is not None:
        change = plant(anomaly, spectrum, np.random.default_rng(planting))
        spectrum, window = change.spectrum, (kind, change.min_aa, change.max_aa)
    seen = spectrum.ivar > 0
    record = _record(ingredients, number, rng) | dict(
        zip(("planted_kind", "planted_min_aa", "planted_max_aa"), window, strict=True)
    )
    record["sn_median"] = float(np.median(spectrum.flux[seen] * np.sqrt(spectrum.ivar[seen])))
    return record, spectrum.flux, spectrum.ivar


def _draw(rng: np.random.Generator, kind: ObjectKind) -> Ingredients:
    match kind:
        case "type 1" | "type 2" | "intermediate":
            return draw_agn(rng, kind)
        case "passive" | "star-forming" | "composite":
            return draw_galaxy(rng, kind)
        case _:
            return _host_of(rng, kind)


def _host_of(rng: np.random.Generator, kind: AnomalyKind) -> Ingredients:
    """The ordinary galaxy an anomaly is planted in, at a redshift where it shows."""
    gas_rich = ("extreme emission lines", "clipped [O III]", "irregular Hα wing")
    host = draw_galaxy(rng, "star-forming" if kind in gas_rich else "passive")
    z = float(rng.uniform(0.05, 0.15))
    if kind == "clipped [O III]":
        z = float(rng.choice([0.1083, 0.1181]) + rng.uniform(-3e-4, 3e-4))
    return dataclasses.replace(host, z=z, sn_median=max(host.sn_median, 8.0))


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
        "survey": "simulated",
        "file": "",
        "kind": ingredients.kind,
        "fwhm_broad_kms": broad.fwhm_kms if broad else float("nan"),
        "broad_hbeta": broad.flux[4862.7] if broad else 0.0,
        "ebv": ingredients.ebv_milky_way,
        "ebv_stars": ingredients.ebv_stars,
        "log_nii_ha": ingredients.bpt[0],
        "log_oiii_hb": ingredients.bpt[1],
    }
