"""Whether a spectrum is one for a model: of its kind, and like anything it has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .distance import FEWEST, Distances, fit_distance
    from .domain import Domain, DomainValues, statistic_words
    from .kind import FEWEST_BACKGROUND, FEWEST_LABELLED, fit_kind

__all__ = [
    "FEWEST",
    "FEWEST_BACKGROUND",
    "FEWEST_LABELLED",
    "Distances",
    "Domain",
    "DomainValues",
    "fit_distance",
    "fit_kind",
    "statistic_words",
]

__getattr__ = public_names(__name__)
