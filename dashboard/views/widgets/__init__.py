"""Controls, forms and sections as parts of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy_names import public_names

if TYPE_CHECKING:
    from .components import (
        ShellPart,
        TablePart,
        WordsPart,
        asset,
        html_sheet,
        invitation,
        one_patch,
    )
    from .controls import bar_form, drawing_form, legend_part, tabs_form
    from .drop_zone import drop_part
    from .html_sections import SectionsPart, button, choice, foot_line, slider
    from .knob_controls import controls_form

__all__ = [
    "SectionsPart",
    "ShellPart",
    "TablePart",
    "WordsPart",
    "asset",
    "bar_form",
    "button",
    "choice",
    "controls_form",
    "drawing_form",
    "drop_part",
    "foot_line",
    "html_sheet",
    "invitation",
    "legend_part",
    "one_patch",
    "slider",
    "tabs_form",
]

__getattr__ = public_names(__name__)
