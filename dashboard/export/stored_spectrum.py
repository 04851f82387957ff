"""A stored spectrum explained, and the files made from its explanation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.explain import explain, mirror
from ...core.models import LEVELS
from ...core.settings import ExplainSettings
from ...core.trust import Trust, assess
from ...data.collection import Collection, flux_unit_of
from ...data.collection.catalog_facts import z_warning_of
from ...data.explanations import SavedExplanation, save_explanation, write_segment_table
from ...data.lenses import (
    AgnLens,
    AnomalyLens,
    Lens,
    exposures_of,
    lens_of_target,
    open_lenses,
    outdated,
    recurring,
)
from ...data.lenses.lenses import LensError, Verdict
from .save import figure_of, origin_of

__all__ = ["Explained", "explain_stored", "write_files"]


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A stored spectrum with its explanation.

    Attributes
    ----------
    saved
        The explanation with its inputs and origin.
    trust
        How far to believe it.
    verdict
        The model's verdict on the spectrum.
    """

    saved: SavedExplanation
    trust: Trust
    verdict: Verdict

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) vacuum Å, rest frame."""
        return self.saved.wave_rest_aa


def explain_stored(
    directory: Path,
    id: str,
    target: str,
    settings: ExplainSettings,
    *,
    exposures: int = 0,
    level: float = LEVELS[0],
) -> Explained:
    """Explain one spectrum of a built collection.

    Parameters
    ----------
    directory, id, target, settings
        What to explain, and how.
    exposures
        Number of redraws of its noise to find recurring reasons; 0 for none.
    level
        Level of the set of types in the verdict.

    Raises
    ------
    ValueError
        There is no such spectrum, or the lens of this target cannot take it.
    CollectionError, LensError
        There is no collection, or no such target.
    """
    collection = Collection.open(directory)
    try:
        row = collection.row_of(id)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
    try:
        lens = lens_of_target(open_lenses(collection), target)
    except LensError as error:
        old = outdated(collection)
        raise LensError(f"{error}. {old}" if old else str(error)) from error
    if not lens.usable(row):
        raise ValueError(f"{id} has no “{lens.title}”: {lens.reason(row)}")
    flux, chosen_target = lens.prepared(row), lens.target(target, row)
    explanation = explain(flux, chosen_target, settings)
    trust = assess(explanation, flux, chosen_target)
    unit = flux_unit_of(collection.catalog, row)
    verdict = _verdict(lens, row, target, level)
    origin = origin_of(
        collection, lens, target, id, flux_unit=unit, domain=verdict.domain, verdict=verdict,
        z_warning=z_warning_of(collection.catalog, row),
    )  # fmt: skip
    of, recurrence = exposures_of(collection, lens, row), None
    if exposures:
        *_, recurrence = recurring(
            of, explanation, flux, chosen_target, n=exposures, step=exposures
        )
    other = None if explanation.nothing else mirror(explanation, flux, chosen_target)
    saved = SavedExplanation(
        explanation, lens.wave_rest_aa, flux, origin, trust.intervals, recurrence,
        mirrored=other, filled=of.filled(),
    )  # fmt: skip
    return Explained(saved, trust, verdict)


def _verdict(lens: Lens, row: int, target: str, level: float) -> Verdict:
    if isinstance(lens, AnomalyLens):
        return lens.verdict(row, score=target)
    verdict = lens.verdict(row)
    return lens.at_level(verdict, level) if isinstance(lens, AgnLens) else verdict


def write_files(
    explained: Explained,
    *,
    figure: Path | None = None,
    everything: Path | None = None,
    table: Path | None = None,
) -> None:
    """Write those files that are asked for, each whole or not at all.

    Parameters
    ----------
    explained
        What to write.
    figure
        PNG, SVG or PDF.
    everything
        FITS: enough to replay it.
    table
        CSV or ECSV of the segments.

    Raises
    ------
    OSError, ValueError
        A file cannot be written, or has another suffix.
    """
    if figure is not None:
        from ..figures.printed.saved_figure import save_figure  # loads matplotlib

        save_figure(figure_of(explained.saved, explained.verdict), figure)
    if everything is not None:
        save_explanation(everything, explained.saved)
    if table is not None:
        write_segment_table(table, explained.saved)
