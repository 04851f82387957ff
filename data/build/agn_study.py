"""Settings of the AGN study beyond the classifier: tuning, metrics, planes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import numpy as np

from ...core.models import NOISE_SIGMAS
from ...core.models.svm import KERNELS, SvmSettings, TuneSettings
from ...core.planes import EmbedSettings, TsneMethod

__all__ = ["TASKS", "AgnStudy", "PlaneChoice", "plane_choices", "task_rows"]

# P21's two classifications; None: every type there is.
TASKS: dict[str, tuple[str, ...] | None] = {"three": None, "two": ("type 1", "type 2")}


@dataclass(frozen=True, slots=True)
class PlaneChoice:
    """One of several embeddings of the labelled spectra.

    Attributes
    ----------
    name
        In the address bar and of its table.
    title
        For the page.
    settings
        Of the embedding.
    task
        Which types are on it, of :data:`TASKS`.
    """

    name: str
    title: str
    settings: EmbedSettings
    task: str


def plane_choices(
    perplexities: tuple[float, ...] = (5.0, 10.0, 20.0, 30.0, 50.0, 100.0),
    *,
    method: TsneMethod = "opentsne",
) -> tuple[PlaneChoice, ...]:
    """P21's planes (its figures A.2–A.5): perplexities × features raw or standardised × types.

    Parameters
    ----------
    perplexities
        Effective numbers of neighbours.
    method
        ``"opentsne"``, or the paper's ``"sklearn"``, which takes some times as long; its planes
        say so in their titles.
    """
    by = ", by scikit-learn" if method == "sklearn" else ""
    choices = []
    for task, standardise, perplexity in product(TASKS, (False, True), perplexities):
        name = f"agn-{task}-{'standardised' if standardise else 'raw'}-{perplexity:g}"
        title = (
            f"t-SNE of {'all types' if task == 'three' else 'types 1 and 2'}, "
            f"{'standardised' if standardise else 'raw'}, perplexity {perplexity:g}{by}"
        )
        settings = EmbedSettings(
            perplexity=perplexity, standardise=standardise, method=method, early=200, iterations=300
        )
        choices.append(PlaneChoice(name, title, settings, task))
    return tuple(choices)


@dataclass(frozen=True, slots=True)
class AgnStudy:
    """Settings of the stages that run on demand.

    Attributes
    ----------
    tune
        Grid and refinement of the search for C and gamma.
    rows
        Maximum number of labelled spectra, drawn at random: time grows as its square.
    machines
        Task → the machines to compare, one for each kernel; the paper's best unless a search
        has found others.
    sigmas, noise_repeats
        Added noise in units of the flux at 5100 Å, and number of draws.
    time_repeats
        How often each kernel is trained for its training time.
    planes
        Embeddings to choose from.
    """

    tune: TuneSettings = field(default_factory=TuneSettings)
    rows: int = 6_000
    machines: tuple[tuple[str, SvmSettings], ...] = tuple(
        (task, SvmSettings.of_paper(kernel, n_classes=3 if task == "three" else 2))
        for task, kernel in product(TASKS, KERNELS)
    )
    sigmas: tuple[float, ...] = NOISE_SIGMAS
    noise_repeats: int = 5
    time_repeats: int = 10
    planes: tuple[PlaneChoice, ...] = plane_choices()

    def machine_params(self) -> list[Any]:
        """JSON-serialisable."""
        return [[task, machine.asdict()] for task, machine in self.machines]

    def plane_params(self) -> list[Any]:
        """JSON-serialisable."""
        return [asdict(choice) for choice in self.planes]


def task_rows(labels: np.ndarray, task: str) -> np.ndarray:
    """Positions of the labels that belong to a task, ascending."""
    wanted = TASKS[task]
    return np.flatnonzero(labels != "" if wanted is None else np.isin(labels, wanted))
