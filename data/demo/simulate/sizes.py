"""Numbers of objects of each kind in a simulated population."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import get_args

from .agn import AgnKind
from .anomalies import AnomalyKind
from .galaxies import GalaxyKind

__all__ = ["ObjectKind", "PopulationSizes"]

_LEAST = 1000

ObjectKind = AgnKind | GalaxyKind | AnomalyKind


@dataclass(frozen=True, slots=True)
class PopulationSizes:
    """How many objects of each kind; the defaults are P21's AGN and as many galaxies.

    Attributes
    ----------
    type_1, type_2, intermediate
        AGN.
    passive, star_forming, composite
        Galaxies.
    per_anomaly
        Of each of the eight planted kinds.

    Raises
    ------
    ValueError
        A size is negative.
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

    @classmethod
    def scaled(cls, n_spectra: int) -> PopulationSizes:
        """So many spectra in all, in the shares of the defaults, each kind among them.

        Raises
        ------
        ValueError
            Fewer than 1000 are asked for: too few for all kinds.
        """
        if n_spectra < _LEAST:
            raise ValueError(
                f"{n_spectra} spectra are too few for all kinds; need at least {_LEAST}"
            )
        usual = dataclasses.asdict(cls())
        factor = n_spectra / cls().total
        sizes = {name: int(size * factor) for name, size in usual.items()}
        n_kinds = len(get_args(AnomalyKind))
        sizes["star_forming"] = 0  # the most there are after type 2: they take what is left
        rest = n_spectra - sum(sizes.values()) - (n_kinds - 1) * sizes["per_anomaly"]
        return cls(**sizes | {"star_forming": rest})

    @property
    def total(self) -> int:
        """Number of objects."""
        counts = dataclasses.asdict(self)
        return sum(counts.values()) + (len(get_args(AnomalyKind)) - 1) * self.per_anomaly

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
