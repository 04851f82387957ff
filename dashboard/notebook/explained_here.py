"""Explanation of a spectrum by the collection's own model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...core.explain import explain
from ...core.settings import ExplainSettings
from ...data.lenses import Lens
from ..export import read_stored
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
    stored = read_stored(collection, lenses, id, target)
    return Explained(
        explain(stored.flux, stored.target, settings),
        stored.lens.wave_rest_aa,
        stored.flux,
        stored.target,
        answers=dict(stored.verdict.probabilities),
        origin=stored.origin,
        verdict=stored.verdict,
        filled=stored.exposures.filled(),
    )
