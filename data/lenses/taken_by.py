"""Number of spectra each lens takes, and the reasons for the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..collection import RunStore

__all__ = ["TakenBy", "kind_of_reason", "taken_by_lenses"]

_LENSES = {"prepare-p21": "AGN lens (types)", "prepare-o25": "anomaly lens (scores)"}

# How the reasons of the recipes begin; those of spectra set aside name their kind themselves.
_KINDS = {
    "covers ": "wavelengths not covered",
    "has no data between": "gap too wide",
    "has no data;": "no data at its wavelengths",
    "flux at ": "no positive flux to divide by",
    "median flux ": "no positive flux to divide by",
    "NaN ": "too many pixels missing or below the S/N",
}


@dataclass(frozen=True, slots=True)
class TakenBy:
    """Numbers of spectra that a lens takes and refuses.

    Attributes
    ----------
    lens
        In words.
    n_taken
        Number of spectra that it can take.
    refused
        Kind of reason → number of spectra, the most frequent first.
    n_since
        Number of spectra that came after the last build.
    """

    lens: str
    n_taken: int
    refused: dict[str, int]
    n_since: int = 0

    def sentence(self) -> str:
        """One line for a reader."""
        n = self.n_taken + sum(self.refused.values())
        why = ", ".join(f"{kind} {count:,}" for kind, count in self.refused.items())
        text = f"{self.lens}: {self.n_taken:,} of {n:,} spectra"
        text += f"; of the others: {why}" if why else ""
        return text + (f"; {self.n_since:,} more not built yet" if self.n_since else "")


def taken_by_lenses(store: RunStore, n_spectra: int = 0) -> list[TakenBy]:
    """Counts for each preparation that has been built.

    Parameters
    ----------
    store
        Runs of the collection.
    n_spectra
        How many it has now, to tell how many came since; 0 if that is not asked.

    Raises
    ------
    RunError
        A run is damaged.
    """
    taken = []
    for stage, lens in _LENSES.items():
        run = store.find(stage)
        if run is None:
            continue
        reasons = run.table("reasons", ["reason"])["reason"]
        kinds = Counter(map(kind_of_reason, reasons.tolist()))
        n_used = int(run.metrics["n_used"])
        n_since = max(n_spectra - n_used - len(reasons), 0)
        taken.append(TakenBy(lens, n_used, dict(kinds.most_common()), n_since))
    return taken


def kind_of_reason(reason: str) -> str:
    """The kind of a reason, without its numbers."""
    for beginning, kind in _KINDS.items():
        if reason.startswith(beginning):
            return kind
    return reason.partition(": ")[0]
