"""Emission lines: where they lie, their fluxes and ratios, and the BPT diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .bpt import BPT_CLASSES, bpt_of, kauffmann_2003, kewley_2001
    from .flux import SDSS_LOG10_STEP, LineFluxes, measure_lines
    from .line_kinds import LINES_BY_KIND, LineKind, lines_of
    from .line_list import O25_FILTER_LINES, P21_MARKERS, PAGE_LINES, Line, velocity_mask
    from .ratios import ACROSS_THE_SPECTRUM, DETECTION_SN, RatioName, line_ratios
    from .seen import STRONG_LINES, expected_lines, strong_lines_sn

__all__ = [
    "ACROSS_THE_SPECTRUM",
    "BPT_CLASSES",
    "DETECTION_SN",
    "LINES_BY_KIND",
    "O25_FILTER_LINES",
    "P21_MARKERS",
    "PAGE_LINES",
    "SDSS_LOG10_STEP",
    "STRONG_LINES",
    "Line",
    "LineFluxes",
    "LineKind",
    "RatioName",
    "bpt_of",
    "expected_lines",
    "kauffmann_2003",
    "kewley_2001",
    "line_ratios",
    "lines_of",
    "measure_lines",
    "strong_lines_sn",
    "velocity_mask",
]

__getattr__ = public_names(__name__)
