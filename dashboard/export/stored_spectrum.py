"""A stored spectrum explained, and the files made from its explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.explain import explain, mirror
from ...core.models import LEVELS
from ...core.settings import ExplainSettings
from ...core.targets import Target
from ...core.trust import Trust, assess
from ...data.collection import Collection, flux_unit_of
from ...data.collection.catalog_facts import z_warning_of
from ...data.collection.pixels.exposures import Exposures
from ...data.explanations import Origin, SavedExplanation, save_explanation, write_segment_table
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

__all__ = ["ExplainedSpectrum", "StoredSpectrum", "explain_stored", "read_stored", "write_files"]


@dataclass(frozen=True, slots=True, eq=False)
class StoredSpectrum:
    """A stored spectrum as a lens takes it, with what is to be explained of it.

    Attributes
    ----------
    lens
        The lens of the target.
    flux : (D,)
        Prepared.
    target
        What is to be explained.
    verdict
        The model's verdict on the spectrum.
    origin
        Where spectrum and model come from.
    exposures
        Other exposures of it.
    """

    lens: Lens
    flux: np.ndarray
    target: Target
    verdict: Verdict
    origin: Origin
    exposures: Exposures


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedSpectrum:
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


def read_stored(
    collection: Collection,
    lenses: Mapping[str, Lens],
    id: str,
    target: str,
    *,
    level: float = LEVELS[0],
) -> StoredSpectrum:
    """A spectrum of a built collection, as the lens of a target takes it.

    Parameters
    ----------
    collection, lenses
        Where it is stored, and the models built there.
    id, target
        What is to be explained.
    level
        Level of the set of types in the verdict.

    Raises
    ------
    KeyError
        There is no such spectrum.
    LensError
        There is no such target.
    ValueError
        The lens of the target cannot take the spectrum; says why.
    """
    row = collection.row_of(id)
    lens = lens_of_target(lenses, target)
    if not lens.usable(row):
        raise ValueError(f"{id} has no “{lens.title}”: {lens.reason(row)}")
    verdict = _verdict(lens, row, target, level)
    origin = origin_of(
        collection, lens, target, id, flux_unit=flux_unit_of(collection.catalog, row),
        domain=verdict.domain, verdict=verdict, z_warning=z_warning_of(collection.catalog, row),
    )  # fmt: skip
    return StoredSpectrum(
        lens, lens.prepared(row), lens.target(target, row), verdict, origin,
        exposures_of(collection, lens, row),
    )  # fmt: skip


def explain_stored(
    directory: Path,
    id: str,
    target: str,
    settings: ExplainSettings,
    *,
    exposures: int = 0,
    level: float = LEVELS[0],
) -> ExplainedSpectrum:
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
        stored = read_stored(collection, open_lenses(collection), id, target, level=level)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
    except LensError as error:
        old = outdated(collection)
        raise LensError(f"{error}. {old}" if old else str(error)) from error
    explanation = explain(stored.flux, stored.target, settings)
    trust = assess(explanation, stored.flux, stored.target)
    recurrence = None
    if exposures:
        *_, recurrence = recurring(
            stored.exposures, explanation, stored.flux, stored.target, n=exposures, step=exposures
        )
    other = None if explanation.nothing else mirror(explanation, stored.flux, stored.target)
    saved = SavedExplanation(
        explanation, stored.lens.wave_rest_aa, stored.flux, stored.origin, trust.intervals,
        recurrence, mirrored=other, filled=stored.exposures.filled(),
    )  # fmt: skip
    return ExplainedSpectrum(saved, trust, stored.verdict)


def _verdict(lens: Lens, row: int, target: str, level: float) -> Verdict:
    if isinstance(lens, AnomalyLens):
        return lens.verdict(row, score=target)
    verdict = lens.verdict(row)
    return lens.at_level(verdict, level) if isinstance(lens, AgnLens) else verdict


def write_files(
    explained: ExplainedSpectrum,
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
