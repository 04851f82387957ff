"""Planes of spectra: t-SNE, how good a plane is, and places for new spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .embedding import embed, quality_sample
    from .place_new import PlaneMap
    from .principal_components import Components, fit_components
    from .quality import plane_quality
    from .tsne import EmbedSettings, LayoutState, TsneMethod, lay_out

__all__ = [
    "Components",
    "EmbedSettings",
    "LayoutState",
    "PlaneMap",
    "TsneMethod",
    "embed",
    "fit_components",
    "lay_out",
    "plane_quality",
    "quality_sample",
]

__getattr__ = public_names(__name__)
