"""The demo population: seeded, believable rest-frame optical spectra with planted anomalies."""

from .anomalies import AnomalyKind
from .builder import SimSpectrum
from .population import SimulatedBatch, population, sample_spectra
from .sizes import PopulationSizes

__all__ = [
    "AnomalyKind",
    "PopulationSizes",
    "SimSpectrum",
    "SimulatedBatch",
    "population",
    "sample_spectra",
]
