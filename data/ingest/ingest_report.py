"""Report of an ingest."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["IngestReport", "LabelWords"]


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Labels in other spellings than the types, with their counts.

    Attributes
    ----------
    renamed
        ``"Sy1 → type 1"``.
    unknown
        Labels that are not a known type, and were ignored.
    own
        Whether no label is a known type: all are classes of the user then.
    """

    renamed: dict[str, int]
    unknown: dict[str, int]
    own: bool


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Report of an ingest.

    Attributes
    ----------
    path
        Path of the collection.
    n_files
        Number of files examined; one may hold several spectra.
    n_taken
        Number of spectra accepted, including those set aside.
    rejected
        Reason → number of spectra, or of files of which none could be read; the most frequent
        first.
    unknown_labels
        Names in the labels file that match no input.
    labels_passed_over
        Names in the labels file of spectra that were in the collection before, and stay as they
        are.
    n_counts
        Number of accepted spectra in counts, without flux calibration.
    n_relative
        Number of accepted spectra whose flux has no unit.
    n_medium_unsaid
        Number of accepted spectra whose medium, air or vacuum, is not stated.
    n_masks
        Number of accepted spectra with possible mask columns that were not used.
    n_joined
        Number of spectra accepted now that have a row in the catalogue.
    n_doubtful
        Number of accepted spectra with a redshift warning of their survey.
    columns_from, z_from
        What was taken by other than the usual names → number of accepted spectra: columns, and
        redshifts.
    examples
        Reason → the first few examples, as file and details.
    labels
        Labels that were renamed, and those that are not a known type.
    set_aside
        Reason → number of accepted spectra that can be viewed, but are excluded from the models.
    n_repeats
        Number of spectra in the collection of an object that has another spectrum already.
    n_known
        Number of files skipped, since the collection has their spectra already.
    """

    path: Path
    n_files: int
    n_taken: int
    rejected: dict[str, int]
    unknown_labels: tuple[str, ...] = ()
    labels_passed_over: tuple[str, ...] = ()
    n_counts: int = 0
    n_relative: int = 0
    n_medium_unsaid: int = 0
    n_masks: int = 0
    n_doubtful: int = 0
    n_joined: int | None = None
    columns_from: dict[str, int] = field(default_factory=dict)
    z_from: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    labels: LabelWords = field(default_factory=lambda: LabelWords({}, {}, own=False))
    set_aside: dict[str, int] = field(default_factory=dict)
    n_repeats: int = 0
    n_known: int = 0

    @property
    def n_rejected(self) -> int:
        """Number of rejected spectra, and of files without a readable spectrum."""
        return sum(self.rejected.values())
