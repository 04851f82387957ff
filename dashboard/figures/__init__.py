"""Spectra, planes and plots as figures, their colours and words; no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .bokeh_style import FONT, dress, letter_name, plain_figure, span
    from .line_labels import fit_labels
    from .planes.bpt_diagram import bpt_figure, bpt_points
    from .planes.number_labels import label_places
    from .planes.shade import Window, as_category, shade_categories, shade_values
    from .planes.small_multiples import planes_layout
    from .printed.explained_spectrum import explained_spectrum_figure
    from .printed.pieces import verdict_text
    from .printed.saved_figure import save_figure
    from .svg.svg_plots import Curve, line_plot
    from .svg.svg_spectra import Frame, band, ends, painted_pieces, picture, polyline, strips
    from .theme import THEMES, ThemeName, category_colours, diverging, painting, sequential
    from .words.domain_words import domain_html, domain_lines, model_lines, origin_words
    from .words.effect_words import does_words, unit_words
    from .words.set_words import (
        NO_TYPE,
        certainty_lines,
        coverage_text,
        leaves_out,
        like_short,
        like_text,
        reliability_text,
        set_sentence,
        set_text,
        verdict_lines,
    )
    from .words.wording import (
        OF_CHI2,
        OF_SHARES,
        Meaning,
        chosen_text,
        flux_label,
        meaning,
        overlap_note,
        score_text,
        state_line,
        target_title,
        usual_text,
    )

__all__ = [
    "FONT",
    "NO_TYPE",
    "OF_CHI2",
    "OF_SHARES",
    "THEMES",
    "Curve",
    "Frame",
    "Meaning",
    "ThemeName",
    "Window",
    "as_category",
    "band",
    "bpt_figure",
    "bpt_points",
    "category_colours",
    "certainty_lines",
    "chosen_text",
    "coverage_text",
    "diverging",
    "does_words",
    "domain_html",
    "domain_lines",
    "dress",
    "ends",
    "explained_spectrum_figure",
    "fit_labels",
    "flux_label",
    "label_places",
    "leaves_out",
    "letter_name",
    "like_short",
    "like_text",
    "line_plot",
    "meaning",
    "model_lines",
    "origin_words",
    "overlap_note",
    "painted_pieces",
    "painting",
    "picture",
    "plain_figure",
    "planes_layout",
    "polyline",
    "reliability_text",
    "save_figure",
    "score_text",
    "sequential",
    "set_sentence",
    "set_text",
    "shade_categories",
    "shade_values",
    "span",
    "state_line",
    "strips",
    "target_title",
    "unit_words",
    "usual_text",
    "verdict_lines",
    "verdict_text",
]

__getattr__ = public_names(__name__)
