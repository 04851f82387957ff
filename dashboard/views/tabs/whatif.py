"""Tab What if: edits of the open spectrum and the model's answer."""

from __future__ import annotations

import math
from functools import partial
from html import escape
from typing import Any

from ....core.words import number_text, probability_text
from ...figures.words.wording import target_title
from ...session.opened.edits import AMOUNTS, Considered
from ...session.visitor import Visitor
from ...workspace.confusion_table import ordered_types
from ..widgets.html_sections import SectionsPart, button, choice, slider

__all__ = ["show"]

_KINDS = {
    "scale": "Scale the flux",
    "raise": "Raise the flux",
    "move": "Move the line",
    "flatten": "Flatten the line",
    "broaden": "Broaden the line",
    "noise": "Add noise",
}
_NORMS = {"agn": "flux at 5100 Å", "anomaly": "median flux"}
_OPEN_ONE = "Open a spectrum, then drag over it to choose a stretch."
_BRUSH = "Drag over the spectrum to choose a stretch."


def show(session: Visitor) -> SectionsPart:
    """The controls of an edit, and its effect."""
    return _WhatIfTab(session).part


class _WhatIfTab:
    def __init__(self, session: Visitor) -> None:
        self._session, self._state = session, session.edits
        self.part = SectionsPart("whatif", self._take, sheets=["agn.css"])
        self._state.param.watch(self._draw, [*self._state.param])
        session.outcome.param.watch(self._draw, "open_spectrum")
        session.view.param.watch(self._draw, ["plane", "tab"])
        self._draw()

    def _take(self, message: dict[str, Any]) -> None:
        state = self._state
        match message.get("do"):
            case "keep":
                state.keep()
            case "undo":
                state.undo()
            case "reset":
                state.reset()
        # A slider turned before it showed another kind's span means the kind of before.
        if "set" in message and message.get("of") in (None, "", state.kind):
            self._set(str(message["set"]), str(message["value"]))

    def _set(self, name: str, value: str) -> None:
        state = self._state
        try:
            if name == "kind":
                state.choose(value)
            elif name == "norm":
                state.renormalise(value == "again")
            elif name == "amount":
                state.turn(float(value))
            elif name in ("low", "high"):
                self._stretch(name, _wavelength_aa(value))
                self._session.complain("")  # what was typed before may have been none
        except ValueError as error:
            self._session.complain(str(error))

    def _stretch(self, name: str, at: float) -> None:
        """One end is typed: the other stays, or is the spectrum's."""
        state = self._state
        if state.open_spectrum is None:
            return
        first, last = state.open_spectrum.wave_rest_aa[[0, -1]].tolist()
        ends = {"low": state.low_aa or first, "high": state.high_aa or last}
        ends[name] = min(max(at, first), last)
        state.brush(ends["low"], ends["high"])

    def _draw(self, *_: object) -> None:
        if self._session.view.tab != "whatif":
            return
        if self._state.open_spectrum is None:
            self.part.write(controls=f"<p>{_OPEN_ONE}</p>", deeds="", answer="")
            return
        self.part.write(controls=self._controls(), deeds=self._deeds(), answer=self._answer())

    def _controls(self) -> str:
        state = self._state
        low, high, step, _, unit = AMOUNTS[state.kind]
        ends = "".join(
            f'<label><span class="name">{text}</span><input type="text" class="number" '
            f'inputmode="decimal" name="{name}" value="{at}"></label>'
            for name, text, at in (
                ("low", "From, rest Å", _aa(state.low_aa)),
                ("high", "to, rest Å", _aa(state.high_aa)),
            )
        )
        what = choice("kind", "Then", _KINDS, state.kind)
        amount = slider(
            "amount", f"Amount, {unit}", state.amount,
            low=low, high=high, step=step, of=state.kind,
        )  # fmt: skip
        norms = {
            "again": f"by its new {_NORMS[self._session.view.lens]}",
            "left": "no more: as edited",
        }
        norm = choice(
            "norm", "and divide", norms, "again" if state.renormalised else "left",
            title="The model only knows spectra divided so; an edit there changes all of it",
        )  # fmt: skip
        hint = "" if state.low_aa is not None else f"<p>{_BRUSH}</p>"
        return f'{hint}<div class="ends">{ends}</div><div class="ends">{what}{norm}</div>{amount}'

    def _deeds(self) -> str:
        """Apart from the controls, which stay as they are while the slider is held."""
        state = self._state
        live = state.pending is not None
        some = live or bool(state.applied)
        keep = button(
            "Keep", {"do": "keep"}, title="Let this edit stand and make another", idle=not live
        )
        undo = button("Undo", {"do": "undo"}, title="Take back the last edit", idle=not some)
        reset = button(
            "Reset", {"do": "reset"}, title="Back to the spectrum as it is", idle=not some
        )
        return f'<div class="buttons">{keep}{undo}{reset}</div>'

    def _answer(self) -> str:
        state, considered = self._state, self._state.considered
        if state.edited is None or considered is None:
            return "<p>The model is asked about the edited spectrum as you go.</p>"
        spectrum, rows = state.open_spectrum, []
        of_types = bool(spectrum and spectrum.verdict.probabilities)
        written = _probability if of_types else partial(number_text, spec=".4g")
        changed = _share_change if of_types else partial(number_text, spec="+#.3g")
        for name in ordered_types(considered.values):
            now = considered.values[name]
            was = considered.before[name]
            rows.append(
                f"<tr><th>{escape(target_title(name))}</th><td>{written(was)}</td>"
                f"<td><b>{written(now)}</b></td>"
                f"<td>{changed(now - was)}</td></tr>"
            )
        what = "Probability" if of_types else "Score"
        table = (
            f'<table class="plain"><caption>{what} of the edited spectrum (olive)</caption>'
            f"<thead><tr><th></th><th>as it is</th><th>edited</th><th>change</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>"
        )
        done = "".join(f"<li>{escape(_words(edit))}</li>" for edit in state.applied)
        kept = f"<p>Kept</p><ol>{done}</ol>" if done else ""
        return f"{_domain(considered)}{table}<p>{escape(self._landing(considered))}</p>{kept}"

    def _landing(self, considered: Considered) -> str:
        plane = self._session.view.plane
        if considered.place is not None:
            x, y = (number_text(value, ".1f") for value in considered.place)
            return f"◆ on the plane: where it would lie, at ({x}, {y})."
        if not considered.complete:
            return "Finding its place on the plane …"
        title = self._session.workspace.planes[plane].title if plane else "no plane"
        return f"It cannot be placed on this plane ({title}): choose one of this lens's spectra."


def _domain(considered: Considered) -> str:
    """Whether the edited spectrum is one for the model, before what the model says of it."""
    if considered.outside:
        how = "The edit takes it outside"
        if considered.outside_before:
            how = "It lies outside, edited or not"
        text = escape(f"{how}: {considered.outside}", quote=True)
        return f'<div class="outside" title="{text}">{text}</div>'
    if considered.outside_before:
        return "<p>The edit brings it inside what the model learned on.</p>"
    return ""


def _wavelength_aa(text: str) -> float:
    try:
        at = float(text.replace(",", "."))
    except ValueError:
        at = math.nan
    if not math.isfinite(at):
        raise ValueError(f"A stretch cannot end at {text!r}: give a rest wavelength in Å.")
    return at


def _aa(at: float | None) -> str:
    return "" if at is None else f"{at:.1f}"


def _probability(share: float) -> str:
    return escape(probability_text(share, 4))


def _share_change(change: float) -> str:
    """With the digits of what it changes."""
    return number_text(change, "+.4f") if abs(change) >= 0.5e-4 else "≈ 0"


def _words(edit: Any) -> str:
    unit = AMOUNTS[edit.kind][4]
    amount = number_text(edit.amount, "g")
    return f"{_KINDS[edit.kind]}, {edit.low_aa:.0f}–{edit.high_aa:.0f} Å: {amount} {unit}"
