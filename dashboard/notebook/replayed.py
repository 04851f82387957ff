"""Replay of a saved explanation by the model that explained it, if it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...core.explain import explain
from ...core.targets import Target
from ...data.explanations import (
    Origin,
    OtherModelError,
    SavedExplanation,
    load_explanation,
    stored_target,
)
from ...data.explanations import replay as explain_again
from .explained import Explained
from .models.own_model import Model
from .opened import OpenedCollection

__all__ = ["replay"]

# As near as another machine's sums come to these.
_CLOSE = 1e-5


def replay(
    path: str | Path,
    model: Model | OpenedCollection | None = None,
    *,
    allow_other_model: bool = False,
) -> Explained:
    """Explain again what :meth:`Explained.save` or the page wrote: the same bytes, or an error why.

    Parameters
    ----------
    path
        The file.
    model
        That explained it: your own, or of a collection; by default the collection's that the file
        names.
    allow_other_model
        Ask another model all the same: what then differs is due to it.

    Raises
    ------
    OtherModelError
        If the model says other values of this spectrum than the one that was explained.
    TypeError
        If the model is neither one of :func:`model` nor a collection.
    ValueError
        If it is on other wavelengths or has no such class, or the file names no collection.
    KeyError, LensError, CollectionError
        If the collection has no such spectrum or target, or cannot be read.
    ExplanationFileError
        If the file cannot be read.
    """
    if not isinstance(model, Model | OpenedCollection | None):
        raise TypeError(
            f"replay takes what sx.model(...) or sx.open(...) gives, got {type(model).__name__}"
        )
    saved = load_explanation(path)
    if isinstance(model, Model):
        return _by_own_model(path, saved, model, allow_other_model)
    collection = None if model is None else model.collection
    target = stored_target(saved, collection, allow_other_model=allow_other_model)
    made = explain_again(saved, target, allow_other_model=allow_other_model)
    origin = Origin(saved.origin.spectrum_id) if allow_other_model else saved.origin
    return Explained(made, saved.wave_rest_aa, saved.flux, target,
                     answers=origin.verdict.get("probabilities"), origin=origin,
                     filled=saved.filled)  # fmt: skip


def _by_own_model(
    path: str | Path, saved: SavedExplanation, model: Model, allow_other_model: bool
) -> Explained:
    was = saved.explanation
    if not np.array_equal(saved.wave_rest_aa, np.asarray(model.wave)):
        raise ValueError(f"{path} is on other wavelengths than the model")
    target = next(
        (candidate for candidate in _targets(model) if candidate.name == was.target), None
    )
    if target is None:
        raise ValueError(f"{path} explains {was.target!r}; the model has classes {model.classes}")
    now = model.answers(saved.flux[None])[0]
    for name, before in dict(saved.origin.verdict.get("values", {})).items():
        value = now.get(name, float("nan"))
        if not allow_other_model and not np.isclose(value, before, rtol=_CLOSE, atol=1e-9):
            raise OtherModelError(
                f"{path} was made by a model that gives {name} = {before:.6g} for this spectrum; "
                f"this one gives {value:.6g}: another model, or trained again since"
            )
    made = explain(saved.flux, target, was.settings)
    if not allow_other_model and not np.isclose(made.value, was.value, rtol=_CLOSE, atol=1e-9):
        raise OtherModelError(f"{path}: {was.target} was {was.value:.6g} and is {made.value:.6g}")
    origin = saved.origin
    if allow_other_model:  # what was said of the spectrum was said by that which was explained
        origin = Origin(origin.spectrum_id, note=origin.note, z_warning=origin.z_warning)
    return Explained(made, saved.wave_rest_aa, saved.flux, target, answers=now, origin=origin,
                     filled=saved.filled)  # fmt: skip


def _targets(model: Model) -> list[Target]:
    if not model.classes:
        return [model.target()]
    of: Any = ("decision",) if model.known.outputs == "decisions" else (
        "log-odds", "log p", "probability")  # fmt: skip
    return [model.target(label, scale) for label in model.classes for scale in of]
