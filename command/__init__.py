"""Explain models of astronomical spectra: five lines to paste.

>>> import spexplain as sx
>>> c = sx.open("demo")                                   # or the folder of your own collection
>>> X, y = c.prepared(label=True)                         # (n, D) spectra and their types
>>> m = sx.model(my_classifier.fit(X, y), wave=c.wave)    # scikit-learn, torch, ONNX, a function
>>> e = m.explain(X[0], "type 1"); e                      # why; also e.table() and e.trust()

open, read, model, replay and app are the session; explain and the rest work on plain arrays:
explain(flux, CallableTarget(function, name="mean"), ExplainSettings(n_segments=77, factor=0.9)).
CallableTarget, ExplainSettings, Explanation, explained_spectrum_figure and open_collection are
here too, each with a help() of its own. Nothing is loaded before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core.explain.entry import explain, explain_many
    from .core.explain.explanation import Explanation as Explanation
    from .core.settings import ExplainSettings as ExplainSettings
    from .core.targets.base import CallableTarget as CallableTarget
    from .dashboard.figures.printed.explained_spectrum import (
        explained_spectrum_figure as explained_spectrum_figure,
    )
    from .dashboard.notebook import app, model, open, read, replay
    from .data.collection.collection import Collection

    open_collection = Collection.open
    __version__: str

# What help() tells a newcomer; dir() and completion know the names of plain arrays too.
__all__ = ["app", "explain", "explain_many", "model", "open", "read", "replay"]

_HOMES = {
    "CallableTarget": ".core.targets.base",
    "ExplainSettings": ".core.settings",
    "Explanation": ".core.explain.explanation",
    "explain": ".core.explain.entry",
    "explain_many": ".core.explain.entry",
    "explained_spectrum_figure": ".dashboard.figures.printed.explained_spectrum",
    **dict.fromkeys(("app", "open"), ".dashboard.notebook.opened"),
    **dict.fromkeys(("model",), ".dashboard.notebook.models.own_model"),
    "read": ".dashboard.notebook.one_spectrum",
    "replay": ".dashboard.notebook.replayed",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
    elif name == "open_collection":
        value = import_module(".data.collection.collection", __name__).Collection.open
    elif name == "__version__":
        from importlib.metadata import version

        value = version("spexplain")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*_HOMES, "__version__", "open_collection"))
