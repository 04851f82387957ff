"""Objects for notebooks: collection, spectrum, model and explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .cells.local_server import PageServer
    from .explained import Explained
    from .explained_many import ExplainedMany, NotExplained
    from .models.own_model import Model, model
    from .one_spectrum import OneSpectrum, read
    from .opened import OpenedCollection, app, open
    from .replayed import replay

__all__ = [
    "Explained",
    "ExplainedMany",
    "Model",
    "NotExplained",
    "OneSpectrum",
    "OpenedCollection",
    "PageServer",
    "app",
    "model",
    "open",
    "read",
    "replay",
]

__getattr__ = public_names(__name__)
