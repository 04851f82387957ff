"""Explanation settings as one visitor has chosen them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import param

from ....core.knob import Declared
from ....core.settings import ExplainSettings

__all__ = ["Knobs"]


class Knobs(param.Parameterized):
    """A parameter for each knob of :class:`~spexplain.core.settings.ExplainSettings`.

    Label, words, choices and bounds are those declared there: the hard bounds limit what may be
    typed, the soft bounds the range of the slider.
    """

    def settings(self) -> ExplainSettings:
        """The knobs as settings of an explanation."""
        return ExplainSettings(**{name: getattr(self, name) for name in self.names()})

    @classmethod
    def names(cls) -> list[str]:
        """The parameters that are settings of an explanation."""
        return list(ExplainSettings.knobs())

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _parameter(declared: Declared, default: Any) -> param.Parameter:
    """The parameter of a knob."""
    knob = declared.knob
    about: dict[str, Any] = {"default": default, "label": knob.label, "doc": knob.says}
    if declared.kind == "choice":
        return param.Selector(objects=list(declared.choices), **about)
    about |= {"bounds": knob.typed, "softbounds": knob.span, "step": knob.step}
    about |= {"inclusive_bounds": (knob.above is None, knob.below is None)}
    number = param.Integer if declared.kind == "count" else param.Number
    return number(allow_None=declared.optional, **about)


for _name, _declared in ExplainSettings.knobs().items():
    Knobs.param.add_parameter(_name, _parameter(_declared, getattr(ExplainSettings(), _name)))
