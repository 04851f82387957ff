"""A population made by processes is the one that a single process makes."""

import numpy as np
import pytest
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.demo.simulate import (
    PopulationSizes,
    SimulationError,
    many,
    population,
    population_by_processes,
)

SIZES = PopulationSizes(3, 3, 3, 3, 3, 3, per_anomaly=1)
TASK = {"grid": WaveGrid(3600.0, 7600.0, 2.0), "seed": 5, "sizes": SIZES, "batch": 4}


@pytest.fixture(autouse=True)
def _processes_for_few(monkeypatch):
    monkeypatch.setattr(many, "_WORTH_A_PROCESS", 1)


def test_two_processes_make_the_bytes_of_one():
    alone, shared = list(population(**TASK)), list(population_by_processes(**TASK, jobs=2))
    assert len(alone) == len(shared)
    for one, other in zip(alone, shared, strict=True):
        assert one.flux.tobytes() == other.flux.tobytes()
        assert one.ivar.tobytes() == other.ivar.tobytes()
        assert str(one.catalog.to_dict("list")) == str(other.catalog.to_dict("list"))


def test_they_go_on_from_where_it_stopped():
    (*_, last) = population_by_processes(**TASK, start=10, jobs=2)
    assert last.catalog["id"].iat[-1] == f"demo-{SIZES.total - 1:06d}"
    assert np.isfinite(last.flux).any()


def test_a_process_that_ends_before_its_time_is_told(monkeypatch):
    monkeypatch.setattr(many, "_MODULE", "spexplain.data.demo.simulate.no_such_module")
    with pytest.raises(SimulationError, match="ended with code 1"):
        list(population_by_processes(**TASK, jobs=2))
