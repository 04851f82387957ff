"""Report of a build, with the notes of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..collection import Collection, RunStore
from .scheduler import Outcome, Task

__all__ = ["BuildReport"]

_NOTES = (
    *("dust_note", "range_note", "split_note", "sample_note", "training_note", "growth_note"),
    *("placed_note", "domain_note"),
)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Report of a build.

    Attributes
    ----------
    path
        The collection.
    built
        Stages that were run.
    kept
        Stages that were up to date.
    skipped
        Stage → why it could not be run.
    seconds
        Stage → how long it took, of those that were run.
    notes
        Stage → what a reader should know about its result.
    added
        Stage → number of added spectra, of stages that processed only those.
    """

    path: str
    built: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, collection: Collection, tasks: Sequence[Task], outcome: Outcome) -> BuildReport:
        """The report of these tasks, whether run or kept."""
        store = RunStore(collection.path)
        known = [(task, store.get(task.stage.name, task.key)) for task in tasks]
        runs = [(task.stage.name, run.metrics, task.before) for task, run in known if run]
        notes = {
            name: "; ".join(metrics[kind] for kind in _NOTES if metrics.get(kind))
            for name, metrics, _ in runs
        }
        return cls(
            str(collection.path),
            tuple(outcome.seconds),
            tuple(outcome.kept),
            outcome.skipped,
            outcome.seconds,
            {name: note for name, note in notes.items() if note},
            {
                name: int(metrics["n_new"])
                for name, metrics, before in runs
                if before and name in outcome.seconds and "n_new" in metrics
            },
        )
