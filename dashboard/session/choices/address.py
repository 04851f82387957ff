"""The page address: choices encoded in a link, and decoded."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import param

from .drawing import LINE_KINDS
from .knobs import Knobs
from .state import View

__all__ = ["apply_query", "to_query"]

# Short names in links; what is personal (theme) or follows from a click (hidden) stays out.
# The lens goes first: it decides which targets there are, and which list is open unless one is
# named.
_LENS = {"lens": "lens"}
_NAMED = {"lens", "tab"}
_VIEW = {
    "spectrum": "id",
    "target": "target",
    "plane": "plane",
    "colour": "colour",
    "tab": "tab",
    "sort": "sort",
    "tagged": "tag",
    "filter": "filter",
    "paint": "paint",
    "unit": "unit",
    "frame": "frame",
    "medium": "medium",
    "span": "range",
    "waves": "at",
    "window": "window",
    "clip": "clip",
    "errors": "errors",
    "smooth_px": "smooth",
    "survey_model": "survey",
    "residual": "residual",
    "z": "z",
    "pinned": "pinned",
    "zooms": "zooms",
    "beside": "beside",
    **{kind: kind for kind in LINE_KINDS},
    "width_kms": "width",
    "trimmed": "trimmed",
    "rebuilt": "rebuilt",
    "slope": "slope",
    "level": "level",
    "k": "k",
    "weight_sign": "sign",
}
_KNOBS = {name: name for name in Knobs.names()}


def to_query(view: View, knobs: Knobs) -> dict[str, str]:
    """The query of a link that reopens this view: lens, tab, and choices other than the default."""
    query = {}
    for name, short in (_LENS | _VIEW).items():
        value = getattr(view, name)
        if value not in (None, "") and (value != view.param[name].default or name in _NAMED):
            query[short] = str(value)
    for name in Knobs.names():
        value = getattr(knobs, name)
        if value is not None and value != Knobs.param[name].default:
            query[name] = str(value).removesuffix(".0")  # all digits: it is to be the same again
    return query


def apply_query(view: View, knobs: Knobs, query: Mapping[str, str]) -> list[str]:
    """Set the choices in a link, and all others to their defaults or those of the lens.

    Returns
    -------
    One sentence for each choice that could not be set, quoting it. Nothing is raised: a link from
    another collection should open as far as possible.
    """
    problems = []
    for owner, names in ((view, _LENS), (knobs, _KNOBS), (view, _VIEW)):
        wanted = {}
        for name, short in names.items():
            if short not in query:
                if name in _NAMED:
                    continue
                if owner.param[name].default is not None or isinstance(owner, Knobs) or name == "z":
                    wanted[name] = owner.param[name].default
                continue
            try:
                wanted[name] = parse(owner.param[name], str(query[short]))
            except ValueError as error:
                problems.append(f"The link asks for {short} = {query[short]!r}: {error}.")
        owner.param.update(**wanted)
    return problems


def parse(field: param.Parameter, text: str) -> object:
    """Text as the value of a parameter.

    Raises
    ------
    ValueError
        The parameter cannot take this value; the text says which it can.
    """
    if isinstance(field, param.Selector):
        if text not in field.objects:
            raise ValueError(f"it must be one of {', '.join(map(str, field.objects))}")
        return text
    if isinstance(field, param.Boolean):
        if text.lower() not in ("true", "false"):
            raise ValueError("it must be true or false")
        return text.lower() == "true"
    if isinstance(field, param.Number):
        if not text and field.allow_None:
            return None
        value = _number(field, text)
        low, high = _bounds(field)
        with_low, with_high = field.inclusive_bounds
        above = low <= value if with_low else low < value
        below = value <= high if with_high else value < high
        if not (above and below):
            raise ValueError(f"it must be {_words(low, high, with_low, with_high)}")
        return value
    if isinstance(field, param.String) and field.regex and not re.match(field.regex, text):
        raise ValueError("it must be low~high, in numbers")
    return text


def _number(field: param.Parameter, text: str) -> float:
    kind = int if isinstance(field, param.Integer) else float
    try:
        value = kind(text)
    except ValueError:
        raise ValueError(f"it must be a {'whole ' if kind is int else ''}number") from None
    if not math.isfinite(value):
        raise ValueError("it must be a finite number")
    return value


def _words(low: float, high: float, with_low: bool, with_high: bool) -> str:
    if with_low and with_high:
        return f"between {low:g} and {high:g}"
    return (
        f"{'from' if with_low else 'above'} {low:g}, {'up to' if with_high else 'below'} {high:g}"
    )


def _bounds(field: param.Number) -> tuple[float, float]:
    low, high = field.bounds or (None, None)
    return -math.inf if low is None else low, math.inf if high is None else high
