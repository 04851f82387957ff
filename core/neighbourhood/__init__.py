"""A spectrum's neighbourhood as pieces: segments, perturbations, masks, and sums over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .mask_draws import ROWS_PER_DRAW, draw_masks
    from .masks import BinaryMasks, Factors, Masks, OneHotMasks, Rows
    from .neighbourhood import DENSE_ROWS, Neighbourhood
    from .perturbations import perturb
    from .segment_sums import add_segment_sums
    from .segments import segment, uniform

__all__ = [
    "DENSE_ROWS",
    "ROWS_PER_DRAW",
    "BinaryMasks",
    "Factors",
    "Masks",
    "Neighbourhood",
    "OneHotMasks",
    "Rows",
    "add_segment_sums",
    "draw_masks",
    "perturb",
    "segment",
    "uniform",
]

__getattr__ = public_names(__name__)
