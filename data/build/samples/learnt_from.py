"""Training sample of the autoencoder: galaxies by survey class, as in O25."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..settings import LearnFrom

__all__ = ["TrainingSample", "sample_note", "training_note", "training_sample"]

_GALAXY = "GALAXY"
_EPOCHS_OF_O25 = 120


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSample:
    """Rows to train on, and how they were chosen.

    Attributes
    ----------
    inside : (n,) bool
        Which of the given rows are trained on.
    learn_from
        The choice in effect: ``"all"`` also if no spectrum has a class.
    left_out
        Class → number of spectra left out; "" for those without a class.
    why
        Why it differs from the choice requested; "" if it does not.
    """

    inside: np.ndarray
    learn_from: LearnFrom
    left_out: Mapping[str, int]
    why: str = ""

    @property
    def n(self) -> int:
        """Number of spectra to train on, or to draw from if they are too many."""
        return int(self.inside.sum())

    def metrics(self) -> dict[str, Any]:
        """For a run."""
        return {
            "learn_from": self.learn_from,
            "n_sample": self.n,
            "left_out": dict(self.left_out),
            "learn_from_why": self.why,
        }


def training_sample(
    catalog: pd.DataFrame, rows: np.ndarray, learn_from: LearnFrom = "galaxies"
) -> TrainingSample:
    """Choose the spectra on which an autoencoder is trained.

    O25's sample is SDSS's class GALAXY: to a network that was trained on quasars too, broad lines
    are nothing unusual.

    Parameters
    ----------
    catalog
        Catalogue of a collection; ``spectral_class`` is the survey's class, "" if it has none.
    rows : (n,)
        Its usable rows.
    learn_from
        ``"galaxies"``: those of class GALAXY, or all where no spectrum has a class; ``"all"``.
    """
    rows = np.asarray(rows)
    if learn_from == "all":
        return TrainingSample(np.ones(len(rows), bool), "all", {})
    known = catalog["spectral_class"].fillna("") if "spectral_class" in catalog else None
    classes = np.full(len(rows), "") if known is None else known.to_numpy(str)[rows]
    if not (classes != "").any():
        why = "the survey gives none of them a class"
        return TrainingSample(np.ones(len(rows), bool), "all", {}, why)
    inside = classes == _GALAXY
    names, counts = np.unique(classes[~inside], return_counts=True)
    left_out = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return TrainingSample(inside, "galaxies", left_out)


def sample_note(metrics: Mapping[str, Any], *, lent: bool = False) -> str:
    """One sentence on what an autoencoder was trained on; "" if its run does not say.

    Parameters
    ----------
    metrics
        Of a run of stage vae.
    lent
        Whether the run is another collection's.
    """
    if "learn_from" not in metrics:
        return ""
    learnt = "lent by another collection, where it learnt from" if lent else "learnt from"
    n = int(metrics["n_trained_on"]) + int(metrics["n_validation"])
    of = "" if n == metrics["n_sample"] else f"{metrics['n_sample']:,} "
    if metrics["learn_from"] == "all":
        why = metrics["learn_from_why"]
        every = (
            f"the {n:,} usable then" if metrics.get("added_since") else f"all {n:,} usable spectra"
        )
        sample = f"{n:,} of {of}spectra" if of else every
        return f"{learnt} {sample}, of whatever class" + (f": {why}" if why else "")
    sample = f"{n:,} of {of}galaxies" if of else f"{n:,} galaxies"
    note = f"{learnt} {sample} (class {_GALAXY} of the survey)"
    if lent:
        return note
    if not metrics["left_out"]:
        return f"{note}; there is no other class"
    rest = ", ".join(
        f"{k:,} {name or 'without a class'}" for name, k in metrics["left_out"].items()
    )
    return f"{note}; the others are scored, not learnt from: {rest}"


def training_note(metrics: Mapping[str, Any]) -> str:
    """Where an autoencoder's training was cut short, and why; "" if it ended by itself.

    Parameters
    ----------
    metrics
        Of a run of stage vae.
    """
    if not metrics.get("cut_short"):
        return ""
    most = int(metrics["epochs"])
    note = f"training was cut short at the {most} epochs it was given, its loss still falling"
    if most >= _EPOCHS_OF_O25:
        return note
    return (
        f"{note} (O25 gives {_EPOCHS_OF_O25}): on the demo more epochs lower the loss, but find "
        "fewer of the planted anomalies, which so small a survey's network comes to learn too"
    )
