"""Collections of spectra as observed, which can grow."""

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.pixels.observed import StoredSpectrum
from spexplain.data.collection.pixels.wave_code import encode_wave
from spexplain.data.collection.writing.observed_writer import ObservedWriter


def spectra(start, stop):
    """Catalog and spectra of some numbers, such that the AGN paper's preparation takes them."""
    wave_obs_aa = 4000 + 2.0 * np.arange(1000)
    wave, one = encode_wave(wave_obs_aa), np.ones(len(wave_obs_aa), np.float32)
    rng = np.random.default_rng(start)
    fluxes = 5 + rng.normal(size=(stop - start, len(one))).astype(np.float32)
    made = [StoredSpectrum(wave, flux, one, None) for flux in fluxes]
    names = [f"s{number}" for number in range(start, stop)]
    table = {"id": names, "z": 0.1, "ra": np.arange(start, stop), "dec": 0.0, "file": names}
    return pd.DataFrame(table | {"set_aside": "", "set_aside_why": ""}), made


@pytest.fixture
def observed():
    """observed(path, n) → a collection of n; one that is there grows to so many."""

    def write(path, n):
        there = Collection.open(path).n_spectra if path.exists() else 0
        if there:
            open_ = ObservedWriter.add_to(path, {"v": 2})
        else:
            open_ = ObservedWriter.create(path, WaveGrid(3640.0, 5400.0), {"v": 1})
        with open_ as writer:
            writer.append(*spectra(there, n))
        return Collection.open(path)

    return write
