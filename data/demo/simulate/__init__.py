"""The demo population: seeded, believable rest-frame optical spectra with planted anomalies."""

from .anomalies import AnomalyKind
from .components.builder import SimSpectrum
from .many import SimulationError, population_by_processes
from .population import SimulatedBatch, population
from .sizes import PopulationSizes

__all__ = [
    "AnomalyKind",
    "PopulationSizes",
    "SimSpectrum",
    "SimulatedBatch",
    "SimulationError",
    "population",
    "population_by_processes",
]
