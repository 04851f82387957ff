"""Anomaly scores of a spectrum against its reconstruction, their parts and rankings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .like_rank import LikeRank, LikeSpectra
    from .parts import SPIKE_FRACTION, Part, part_of_pixels, score_parts
    from .rankings import equal_bins, rank, rank_within, top_overlap
    from .residuals import ResidualScore, eight_scores, mean_square, residual_score
    from .scores import FILTER_KMS, SCORE_TITLES, TRIMMED_FRACTION, Score, kept_pixels

__all__ = [
    "FILTER_KMS",
    "SCORE_TITLES",
    "SPIKE_FRACTION",
    "TRIMMED_FRACTION",
    "LikeRank",
    "LikeSpectra",
    "Part",
    "ResidualScore",
    "Score",
    "eight_scores",
    "equal_bins",
    "kept_pixels",
    "mean_square",
    "part_of_pixels",
    "rank",
    "rank_within",
    "residual_score",
    "score_parts",
    "top_overlap",
]

__getattr__ = public_names(__name__)
