"""Explain models of astronomical spectra: what may be imported from here stays where it is.

>>> from spexplain import CallableTarget, ExplainSettings, explain
>>> model = CallableTarget(lambda spectra: spectra.mean(axis=1), name="mean")  # (n, D) -> (n,)
>>> explanation = explain(flux, model, ExplainSettings(n_segments=77, factor=0.9))
>>> explanation.top(5), explanation.r2
>>> explained_spectrum_figure(wave_rest_aa, flux, explanation)

Nothing is loaded before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core.explain.entry import explain, explain_many
    from .core.explain.explanation import Explanation
    from .core.settings import ExplainSettings
    from .core.targets.base import CallableTarget
    from .dashboard.figures.explained_spectrum import explained_spectrum_figure
    from .data.collection.collection import Collection

    open_collection = Collection.open
    __version__: str

__all__ = [
    "CallableTarget",
    "ExplainSettings",
    "Explanation",
    "__version__",
    "explain",
    "explain_many",
    "explained_spectrum_figure",
    "open_collection",
]

_HOMES = {
    "CallableTarget": ".core.targets.base",
    "ExplainSettings": ".core.settings",
    "Explanation": ".core.explain.explanation",
    "explain": ".core.explain.entry",
    "explain_many": ".core.explain.entry",
    "explained_spectrum_figure": ".dashboard.figures.explained_spectrum",
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
    return sorted(__all__)
