"""Replay of a saved explanation by a given model, if it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...core.explain import explain
from ...core.targets import Target
from ...data.explanations import Origin, OtherModelError, load_explanation
from .explained import Explained
from .models.own_model import Model

__all__ = ["replay"]

# As near as another machine's sums come to these.
_CLOSE = 1e-5


def replay(path: str | Path, model: Model, *, allow_other_model: bool = False) -> Explained:
    """Explain again what :meth:`Explained.save` wrote: the same bytes, or an error why not.

    Parameters
    ----------
    path
        The file.
    model
        That explained it.
    allow_other_model
        Ask another model all the same: what then differs is due to it.

    Raises
    ------
    OtherModelError
        If the model says other values of this spectrum than the one that was explained.
    TypeError
        If the model is not one of :func:`model`.
    ValueError
        If it is on other wavelengths or has no such class.
    ExplanationFileError
        If the file cannot be read.
    """
    if not isinstance(model, Model):
        raise TypeError(f"replay takes what sx.model(...) gives, got {type(model).__name__}")
    saved = load_explanation(path)
    was = saved.explanation
    if not np.array_equal(saved.wave_rest_aa, np.asarray(model.wave)):
        raise ValueError(f"{path} is on other wavelengths than the model")
    target = next(
        (candidate for candidate in _targets(model) if candidate.name == was.target), None
    )
    if target is None:
        raise ValueError(f"{path} explains {was.target!r}; the model has classes {model.classes}")
    now = model.said(saved.flux[None])[0]
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
    return Explained(made, saved.wave_rest_aa, saved.flux, target, said=now, origin=origin,
                     filled=saved.filled)  # fmt: skip


def _targets(model: Model) -> list[Target]:
    if not model.classes:
        return [model.target()]
    of: Any = ("decision",) if model.known.outputs == "decisions" else (
        "log-odds", "log p", "probability")  # fmt: skip
    return [model.target(label, scale) for label in model.classes for scale in of]
