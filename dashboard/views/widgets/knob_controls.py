"""Controls of the explanation settings, from their declarations."""

from __future__ import annotations

from ....core.knob import Declared
from ....core.settings import ExplainSettings
from ...session.session import Session
from .components import FormPart
from .form_fields import Field, form

__all__ = ["controls_form", "heed", "knob_fields"]


def controls_form(session: Session) -> FormPart:
    """How the spectrum is explained: method and its sliders; the rest stands beside it."""
    part = form(knob_fields(session, folded=False), session.complain, css_class="in-controls")
    heed(session, part)
    return part


def knob_fields(session: Session, *, folded: bool, group: str = "") -> list[Field]:
    """A control for each knob that is always shown, or for each of those shown on request.

    Parameters
    ----------
    session
        Whose knobs.
    folded
        Which of the two.
    group
        Heading beneath which they stand.
    """
    declared = ExplainSettings.knobs().values()
    return [_field(session, each, group) for each in declared if each.knob.folded == folded]


def heed(session: Session, part: FormPart) -> None:
    """Hide what a form has for another method, or another lens, than the chosen one."""
    knobs, view = session.knobs, session.view

    def show(*_: object) -> None:
        declared = ExplainSettings.knobs().items()
        inert = [name for name, each in declared if not each.knob.heeded_by(knobs.method)]
        inert += [] if knobs.method == "saliency" else ["slope"]
        inert += [] if view.lens == "anomaly" else ["rebuilt"]  # only it has a reconstruction
        part.inert = inert

    knobs.param.watch(show, "method")
    view.param.watch(show, "lens")
    show()


def _field(session: Session, declared: Declared, group: str) -> Field:
    """The method as buttons, choices as a menu, what is always shown as a slider."""
    knob, name = declared.knob, declared.name
    if name == "method":
        return Field(session.knobs, name, "segmented", knob.titles, label="", group=group)
    if declared.kind == "choice":
        return Field(session.knobs, name, "select", knob.titles, group=group)
    kind = "number" if knob.folded else "range"
    placeholder = "default" if declared.optional else ""
    return Field(session.knobs, name, kind, log=knob.log, group=group, placeholder=placeholder)
