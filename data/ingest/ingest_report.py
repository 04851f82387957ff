"""What became of the inputs of an ingest."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["IngestReport", "LabelWords"]


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Labels that are not written as types are; each with how often.

    Attributes
    ----------
    renamed
        ``"Sy1 → type 1"``.
    unknown
        Those that are no known type, and were not taken.
    own
        None is a known type: all were taken as classes of the user's own.
    """

    renamed: dict[str, int]
    unknown: dict[str, int]
    own: bool


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the inputs.

    Attributes
    ----------
    path
        The collection.
    n_files
        Number of files looked at; one may hold several spectra.
    n_taken
        Number of spectra taken, those set aside among them.
    rejected
        Reason → number of spectra, or of files of which none could be read; the most frequent
        first.
    unknown_labels
        Names in the labels file that belong to no input.
    n_counts
        Number of spectra taken that are in counts: their flux was never calibrated.
    n_relative
        Number of spectra taken whose flux has no unit.
    n_medium_unsaid
        Number of spectra taken of which nothing says air or vacuum.
    n_masks
        Number of spectra taken that have columns which may be masks and were left alone.
    n_joined
        Number of spectra taken now that have a row in the catalogue given.
    n_doubtful
        Number of spectra taken whose redshift their survey warns of.
    examples
        Reason → the first few, as file and particulars.
    labels
        What was said of labels: those renamed, and those that are no known type.
    set_aside
        Reason → number of spectra taken that no model is given, but that can be looked at.
    n_repeats
        Number of spectra in the collection that are of an object that another is of already.
    n_known
        Number of files passed over, since the collection has spectra of them already.
    """

    path: Path
    n_files: int
    n_taken: int
    rejected: dict[str, int]
    unknown_labels: tuple[str, ...] = ()
    n_counts: int = 0
    n_relative: int = 0
    n_medium_unsaid: int = 0
    n_masks: int = 0
    n_doubtful: int = 0
    n_joined: int | None = None
    examples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    labels: LabelWords = field(default_factory=lambda: LabelWords({}, {}, own=False))
    set_aside: dict[str, int] = field(default_factory=dict)
    n_repeats: int = 0
    n_known: int = 0

    @property
    def n_rejected(self) -> int:
        """Number of spectra not taken, and of files of which none could be read."""
        return sum(self.rejected.values())
