"""Samples for the domain stages: the training spectra of a model, and the rest of their survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....core.models.small_samples import percent_interval
from ....core.trust.domain.kind import FEWEST_BACKGROUND, FEWEST_LABELLED
from ....core.words import percent
from ...collection.catalog_facts import flux_unit_of
from ...collection.trained.built_domain import Z_OF_TYPES
from ..agn_study import task_rows
from ..samples.learnt_from import training_sample
from ..stage import Work

__all__ = ["SAMPLES", "Sample", "kind_note", "why_no_kind"]

_HARDLY = 0.0005  # a share that is written as 0.0 %
# To tell galaxies from what the survey classifies otherwise, fewer others suffice.
_FEWEST_OTHERS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The spectra a model was trained on, and the rest of their survey.

    Attributes
    ----------
    ours, rest
        (k,) positions among the prepared rows, ascending.
    facts
        Words and numbers for the page.
    fewest_rest
        Below this number of others the kind cannot be told.
    """

    ours: np.ndarray
    rest: np.ndarray
    facts: dict[str, Any]
    fewest_rest: int


def _agn_sample(work: Work, rows: np.ndarray) -> Sample:
    """The labelled spectra of the classifier's task, and those without a label."""
    labels = work.collection.catalog["label"].to_numpy(str)[rows]
    ours = task_rows(labels, work.settings.svm_task)
    sample = _described(
        work, rows, ours, np.flatnonzero(labels == ""), "p21", "AGN",
        "the other galaxies of the model's survey", FEWEST_BACKGROUND,
    )  # fmt: skip
    z = work.collection.catalog["z"].iloc[rows[ours]].groupby(labels[ours])
    sample.facts[Z_OF_TYPES] = {
        label: [low, high] for label, low, high in z.agg(["min", "max"]).itertuples()
    }
    return sample


def _galaxy_sample(work: Work, rows: np.ndarray) -> Sample:
    """The spectra the autoencoder may be trained on, and those the survey classifies otherwise."""
    catalog = work.collection.catalog
    sample = training_sample(catalog, rows, work.settings.learn_from)
    called = catalog["spectral_class"].fillna("").to_numpy(str)[rows] != ""
    return _described(
        work, rows, np.flatnonzero(sample.inside), np.flatnonzero(~sample.inside & called), "o25",
        "galaxies" if sample.learn_from == "galaxies" else "spectra",
        "what the model's survey calls otherwise: quasars", _FEWEST_OTHERS,
    )  # fmt: skip


SAMPLES = {"p21": _agn_sample, "o25": _galaxy_sample}


def _described(
    work: Work, rows: np.ndarray, ours: np.ndarray, rest: np.ndarray, recipe: str, what: str,
    others: str, fewest: int,
) -> Sample:  # fmt: skip
    catalog = work.collection.catalog
    facts: dict[str, Any] = {
        "recipe": recipe,
        "what": what,
        "rest": others,
        "n_learned": len(ours),
        "n_rest": len(rest),
        "simulated": work.collection.provenance.get("made_by") == "simulation",
        "counts": any(flux_unit_of(catalog, int(rows[at])) == "counts" for at in ours),
    }
    for name in ("z", "sn_median"):
        values = catalog[name].to_numpy(np.float64)[rows[ours]]
        values = values[np.isfinite(values)]
        facts[name] = [float(values.min()), float(values.max())] if len(values) else None
    return Sample(ours, rest, facts, fewest)


def why_no_kind(sample: Sample, facts: dict[str, Any]) -> str:
    """Why the kind of a spectrum cannot be told from its sample."""
    words = (
        f"{len(sample.ours):,} {facts['what']} it learned on and {len(sample.rest):,} other "
        f"spectra are too few to tell the ones from the others ({FEWEST_LABELLED} and "
        f"{sample.fewest_rest} do): only what is unlike anything it learned on is told"
    )
    if facts["recipe"] == "p21" and len(sample.ours) >= FEWEST_LABELLED:
        # If it was requested and missing, the build has ended before: so it was not requested.
        words += (
            ". The demo's galaxies can stand in for the others: build --background demo, once "
            "spexplain demo has built them"
        )
    return words


def kind_note(facts: dict[str, Any], n_own: int) -> str:
    """How often the check of the kind lets others pass; ``n_own`` of them are from the survey."""
    n_lent = int(facts.get("n_lent", 0))
    # If there are more, a random part was used for the test.
    own = f"{n_own:,} other" if n_own == facts["n_rest"] else "the other"
    of = [f"{own} spectra of the model's own survey"] if n_own else []
    of += [f"{n_lent:,} of {facts['background']}, lent as background,"] if n_lent else []
    share, n = facts["inside_of_rest"], n_own + n_lent
    ends = percent_interval(round(share * n), n)
    taken = percent(share, ".1f") + (f" (95 % interval {ends})" if ends else "")
    kind = "spectra of the kind" if facts["what"] == "spectra" else facts["what"]
    note = f"tried on {' and '.join(of)} the check takes {taken} for such {kind}"
    if "simulated" in facts["rest"]:
        return f"{note}, though it tells a survey from a simulation too"
    if facts["alike"] < _HARDLY:
        return note
    return f"{note}; at most {percent(facts['alike'], '.1f')} may be {kind} without a label"
