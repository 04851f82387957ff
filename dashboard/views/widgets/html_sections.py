"""HTML sections written by Python that report clicks and changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import param

from .components import Part, script

__all__ = ["SectionsPart", "button", "choice", "foot_line", "slider"]


class SectionsPart(Part):
    """Sections by name, in order; sends what ``button`` holds, or {set: name, value}."""

    sections = param.List(default=[], doc="Pairs of a name, also its CSS class, and its HTML.")
    layout = param.String(default="", doc="CSS class that arranges the sections.")

    _esm = script("sections")

    def __init__(
        self,
        layout: str,
        on_message: Callable[[dict[str, Any]], None],
        *,
        fill: bool = True,
        sheets: Sequence[str] = (),
    ) -> None:
        super().__init__(
            layout=layout,
            on_message=on_message,
            css_classes=["in-sections"] if fill else [],
            sizing_mode="stretch_both" if fill else "stretch_width",
            sheets=["parts.css", "sections.css", *sheets],
        )

    def write(self, **sections: str) -> None:
        """Replace the HTML of some sections; new ones come last."""
        now = dict(self.sections) | sections
        if list(now.items()) != [tuple(pair) for pair in self.sections]:
            self.sections = [list(pair) for pair in now.items()]

    def download(self, name: str, text: str) -> None:
        """Have the browser save a text under a name."""
        self.tell({"name": name, "text": text})


def button(
    html: str,
    message: dict[str, Any],
    *,
    css: str = "",
    title: str = "",
    idle: bool = False,
    label: str = "",
) -> str:
    """A button that sends a message, unless it is idle; its content is HTML already.

    Where that is a sign, a label says it in words.
    """
    named = f' aria-label="{escape(label, quote=True)}"' if label else ""
    sent = escape(json.dumps(message), quote=True)
    return (
        f'<button type="button" class="{css}" title="{escape(title, quote=True)}" '
        f'data-send="{sent}"{named}{" disabled" if idle else ""}>{html}</button>'
    )


def foot_line(names: Sequence[str]) -> str:
    """Names under a picture: a line may end between two, never within the name of one line.

    A wide segment with many lines is called by its first and last.
    """
    ends = ["·"] * (len(names) - 1) + [""]
    spans = [_name(name, end) for name, end in zip(names, ends, strict=True)] if names else []
    return f'<div class="foot-line names">{" ".join(spans)}</div>'


def _name(name: str, end: str) -> str:
    lines = name.split(" + ")
    short = f"{lines[0]} … {lines[-1]}" if len(lines) > 2 else name
    text = f' title="{escape(name, quote=True)}"' if short != name else ""
    # May end between two lines of one segment, if need be.
    kept = " + ".join(line.replace(" ", "\u00a0") for line in lines) if len(lines) == 2 else short
    return f"<span{text}>{escape(f'{kept} {end}'.rstrip())}</span>"


def choice(name: str, label: str, options: dict[str, str], chosen: str, *, title: str = "") -> str:
    """A menu: value → what it is called."""
    lines = "".join(
        f'<option value="{escape(value, quote=True)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in options.items()
    )
    return (
        f'<label title="{escape(title, quote=True)}"><span class="name">{escape(label)}</span>'
        f'<select name="{name}">{lines}</select></label>'
    )


def slider(
    name: str,
    label: str,
    value: float,
    *,
    low: float,
    high: float,
    step: float,
    title: str = "",
    of: str = "",
) -> str:
    """A slider that sends while it is dragged, and with each value what it is one ``of``."""
    at = 100 * (min(max(value, low), high) - low) / (high - low)
    return (
        f'<label class="slide" title="{escape(title, quote=True)}">'
        f'<span class="name">{escape(label)}</span> <output>{value:g}</output>'
        f'<input type="range" name="{name}" min="{low:g}" max="{high:g}" step="{step:g}" '
        f'value="{value:g}" data-of="{escape(of, quote=True)}" style="--at: {at:.1f}%"></label>'
    )
