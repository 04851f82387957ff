"""Form fields generated from the parameters of the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import param

from ...session.choices.address import parse
from .components import FormPart

__all__ = ["Field", "form"]

Kind = Literal["range", "select", "segmented", "toggle", "number", "search"]


@dataclass(frozen=True, slots=True)
class Field:
    """One control for one parameter.

    Attributes
    ----------
    owner, name
        The parameter; its label, doc, bounds and choices are the control's.
    kind
        How it is drawn.
    titles
        What a choice is called on the page; the choice itself by default.
    groups
        Under which heading of a menu a choice stands; none by default.
    log
        A slider of wide range.
    group
        Heading beneath which it stands, with the others of that heading; "" for none.
    label
        Instead of the parameter's own; empty for none.
    placeholder
        Shown in an empty entry.
    suggest
        What a search offers for a text while it is typed (``finding.Found.offer``).
    """

    owner: param.Parameterized
    name: str
    kind: Kind
    titles: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    log: bool = False
    group: str = ""
    label: str | None = None
    placeholder: str = ""
    suggest: Callable[[str], dict[str, Any]] | None = None

    def describe(self) -> dict[str, Any]:
        """The control as the script draws it."""
        parameter = self.owner.param[self.name]
        label = parameter.label if self.label is None else self.label
        about = {"name": self.name, "kind": self.kind, "label": label, "doc": parameter.doc}
        about |= {"group": self.group, "placeholder": self.placeholder}
        if isinstance(parameter, param.Selector):
            choices = [choice for choice in parameter.objects if choice is not None]
            titles, groups = self.titles, self.groups
            heads = {choice: [head] for choice, head in groups.items() if head}
            about["options"] = [[c, titles.get(c, c), *heads.get(c, [])] for c in choices]
        if isinstance(parameter, param.Number):
            about["integer"] = isinstance(parameter, param.Integer)
            about["span"] = list(parameter.softbounds or parameter.bounds or ())
            about |= {"log": self.log, "step": parameter.step}
        return about


def form(
    fields: list[Field], complain: Callable[[str], None], *, css_class: str = "in-bar"
) -> FormPart:
    """Controls that follow their parameters, and set them while a hand is on them.

    Parameters
    ----------
    fields
        What to show, in order.
    complain
        Given a sentence when a typed value cannot be taken.
    css_class
        Which layout of the style sheet.
    """
    by_name = {each.name: each for each in fields}
    refused = False

    def chosen() -> dict[str, Any]:
        return {each.name: getattr(each.owner, each.name) for each in fields}

    def take(message: dict[str, Any]) -> None:
        nonlocal refused
        each = by_name[message["name"]]
        if "typed" in message:
            part.found = each.suggest(str(message["typed"])) if each.suggest else {}
            return
        known = each.owner.param[each.name]
        try:
            value = parse(known, str(message["value"]))
        except ValueError as error:
            refused = True
            complain(f"{known.label or each.name} cannot be {message['value']!r}: {error}.")
            part.tell({"refused": each.name})
            return
        if refused:  # the value that was there before changes nothing that would take it back
            refused = False
            complain("")
        setattr(each.owner, each.name, value)

    part = FormPart(
        fields=[each.describe() for each in fields],
        values=chosen(),
        on_message=take,
        css_classes=[css_class],
    )

    def follow(*_: param.parameterized.Event) -> None:
        part.values = chosen()

    def redraw(*_: param.parameterized.Event) -> None:
        part.param.update(fields=[each.describe() for each in fields], values=chosen())

    for each in fields:
        each.owner.param.watch(follow, each.name)
        if isinstance(each.owner.param[each.name], param.Selector):
            each.owner.param.watch(redraw, each.name, what="objects")
        if each.kind == "range":
            each.owner.param.watch(redraw, each.name, what="softbounds")
    return part
