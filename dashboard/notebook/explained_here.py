"""Explanation of a spectrum by the collection's own model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...core.explain import explain
from ...core.settings import ExplainSettings
from ...data.collection import flux_unit_of
from ...data.collection.catalog_facts import z_warning_of
from ...data.lenses import AnomalyLens, Lens, exposures_of, lens_of_target
from ...data.lenses.lenses import Verdict
from ..export import origin_of
from .explained import Explained

if TYPE_CHECKING:
    from ...data.collection import Collection

__all__ = ["explained_here"]


def explained_here(
    collection: Collection,
    lenses: Mapping[str, Lens],
    id: str,
    target: str,
    settings: ExplainSettings,
) -> Explained:
    """Explain a stored spectrum, as the command and the page do.

    Parameters
    ----------
    collection, lenses
        Where it is stored, and the models built there.
    id, target, settings
        What to explain, and how.

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
    flux, chosen_target = lens.prepared(row), lens.target(target, row)
    verdict: Verdict = (
        lens.verdict(row, score=target) if isinstance(lens, AnomalyLens) else lens.verdict(row)
    )
    origin = origin_of(
        collection, lens, target, id, flux_unit=flux_unit_of(collection.catalog, row),
        domain=verdict.domain, verdict=verdict,
        z_warning=z_warning_of(collection.catalog, row),
    )  # fmt: skip
    probabilities = dict(getattr(verdict, "probabilities", None) or {})
    return Explained(
        explain(flux, chosen_target, settings), lens.wave_rest_aa, flux, chosen_target,
        answers=probabilities, origin=origin, verdict=verdict,
        filled=exposures_of(collection, lens, row).filled(),
    )  # fmt: skip
