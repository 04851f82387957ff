"""One small population and one set of templates for all tests of the simulator."""

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.demo.simulate import PopulationSizes, SimulatedBatch, population
from spexplain.data.demo.simulate.components.templates import load_templates

WAVE = COLLECTION_GRID.wave_rest_aa


def joined(batches) -> SimulatedBatch:
    batches = list(batches)
    return SimulatedBatch(
        pd.concat([batch.catalog for batch in batches], ignore_index=True),
        np.concatenate([batch.flux for batch in batches]),
        np.concatenate([batch.ivar for batch in batches]),
    )


@pytest.fixture(scope="session")
def templates():
    return load_templates(WAVE)


@pytest.fixture(scope="session")
def small():
    """The small population of seed 7."""
    return joined(population(grid=COLLECTION_GRID, seed=7, sizes=PopulationSizes.small()))
