"""Controls beside the spectrum: drawing and explanation."""

from __future__ import annotations

import panel as pn

from ...session.opened.redshift import OWN_LINES
from ...session.visitor import Visitor
from ..widgets.components import FormPart, turn
from ..widgets.form_fields import Field, form
from ..widgets.knob_controls import heed, knob_fields

__all__ = ["ChoicesBeside"]

_SLOPES = {"derivative": "derivative, as the paper", "tenth": "change per +10 %"}
_MEDIA = {"vacuum": "Vacuum", "air": "Air"}
_KINDS = ("emission", "absorption", "agn", "sky")
_AXIS, _OVER, _LINES, _EXPLANATION = "Axis", "Drawn with it", "Lines marked", "Explanation"
_REDSHIFT = "Redshift"
_TITLES = {"": "choose, then click it"} | {name: line.label for name, line in OWN_LINES.items()}


class ChoicesBeside:
    """A place on the page that is filled when it is first opened, and hidden when it is closed.

    Parameters
    ----------
    session
        Whose choices.

    Attributes
    ----------
    place
        For the page.
    """

    def __init__(self, session: Visitor) -> None:
        self._session = session
        self.place = pn.Row(sizing_mode="stretch_both", margin=0, visible=False)
        session.view.param.watch(self._turn, "beside")
        self._turn()

    def _turn(self, *_: object) -> None:
        wanted = self._session.view.beside
        if wanted and not len(self.place):
            self.place.append(_choices(self._session))
        turn(self.place, on=wanted)


def _choices(session: Visitor) -> FormPart:
    view = session.view
    drawn = [
        Field(view, "medium", "segmented", _MEDIA, label="", group=_AXIS),
        Field(view, "paint", "segmented", {"line": "Line", "band": "Bands"}, label="", group=_AXIS),
        Field(view, "unit", "segmented", label="", group=_AXIS),
        Field(view, "clip", "toggle", group=_AXIS),
        Field(view, "errors", "toggle", group=_OVER),
        Field(view, "rebuilt", "toggle", label="Reconstruction", group=_OVER),
        Field(view, "survey_model", "toggle", group=_OVER),
        Field(view, "residual", "toggle", group=_OVER),
        Field(view, "zooms", "toggle", group=_OVER),
        Field(view, "smooth_px", "range", group=_OVER),
        Field(session.redshift, "z", "range", group=_REDSHIFT),
        Field(session.redshift, "line", "select", _TITLES, group=_REDSHIFT),
        *(Field(view, kind, "toggle", group=_LINES) for kind in _KINDS),
    ]
    advanced = [
        *knob_fields(session, folded=True, group=_EXPLANATION),
        Field(view, "slope", "select", _SLOPES, group=_EXPLANATION),
    ]
    part = form([*drawn, *advanced], session.complain, css_class="in-beside")
    heed(session, part)
    return part
