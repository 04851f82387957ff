"""The demo population: AGN of three types, galaxies of three kinds, eight kinds of anomalies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....core.spectra import WaveGrid
from .components.templates import StellarTemplates, load_templates
from .objects import simulate_object
from .sizes import ObjectKind, PopulationSizes

__all__ = ["SimulatedBatch", "population"]


# Wide enough for all that SDSS sees of an object, be it at z = 0.01 or 0.75.


@dataclass(frozen=True, eq=False)
class SimulatedBatch:
    """Some objects of a population.

    Attributes
    ----------
    catalog
        (n) rows: the columns of a collection's catalog (``sn_median`` is per pixel of
        SDSS and without what was planted), and the truth: ``kind``,
        ``planted_kind``, ``planted_min_aa``, ``planted_max_aa`` (rest Å; NaN if nothing was
        planted), ``fwhm_broad_kms``, ``broad_hbeta`` (Å of the 5100 Å continuum),
        ``ebv`` (Milky Way), ``ebv_stars``, ``log_nii_ha``, ``log_oiii_hb``.
    flux
        (n, D) float32, 1e-17 erg/s/cm²/Å, rest-frame wavelengths, NaN = no data.
    ivar
        (n, D) float32, 0 = no data.
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
    start: int = 0,
    turn: tuple[int, int] = (0, 1),
) -> Iterator[SimulatedBatch]:
    """Simulate a population, batch by batch, in an order shuffled by the seed.

    Object i depends on the seed, the sizes and i alone, not on the batches.

    Parameters
    ----------
    grid
        rest-frame vacuum wavelengths, a collection's; within 2000–9500 Å, and at least
        3800–7300 Å, where anomalies are planted.
    seed
        Of everything.
    sizes
        How many of each kind; P21's and 4000 galaxies if None.
    batch
        Objects at a time.
    planted
        False leaves out the anomalies' deviations, to compare with; all else is equal.
    start
        The first object's number; those before it are left out.
    turn
        Of every so many batches (the second number) only that one (the first, from 0).

    Raises
    ------
    ValueError
        Batch is below 1, or the grid does not fit.
    """
    if batch < 1:
        raise ValueError(f"batch={batch} is below 1")
    if grid.start_aa > 3800 or grid.stop_aa < 7300:
        raise ValueError(f"need 3800–7300 Å to plant anomalies, got {grid}")
    kinds = (sizes or PopulationSizes()).kinds()
    order = np.random.default_rng(seed).permutation(len(kinds))
    templates = load_templates(grid.wave_rest_aa)
    for first in range(start + turn[0] * batch, len(kinds), turn[1] * batch):
        numbers = range(first, min(first + batch, len(kinds)))
        yield _batch(templates, seed, numbers, [kinds[order[i]] for i in numbers], planted)


def _batch(
    templates: StellarTemplates, seed: int, numbers: range, kinds: list[ObjectKind], planted: bool
) -> SimulatedBatch:
    shape = (len(numbers), templates.wave_rest_aa.size)
    flux, ivar = np.empty(shape, np.float32), np.empty(shape, np.float32)
    rows = []
    for row, (number, kind) in enumerate(zip(numbers, kinds, strict=True)):
        simulated = simulate_object(templates, seed=seed, number=number, kind=kind, planted=planted)
        flux[row], ivar[row] = simulated.spectrum.flux, simulated.spectrum.ivar
        rows.append(simulated.record)
    return SimulatedBatch(pd.DataFrame(rows), flux, ivar)
