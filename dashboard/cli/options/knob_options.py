"""One command-line option for each setting of an explanation."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal

import typer

from ....core.knob import Declared
from ....core.settings import ExplainSettings

__all__ = ["with_knobs"]


def with_knobs(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter ``settings`` is given in options, one for each knob.

    Parameters
    ----------
    command
        Takes ``settings``, an :class:`~spexplain.core.settings.ExplainSettings`, by name.

    Raises
    ------
    TypeError
        If it does not.
    """
    signature = inspect.signature(command, eval_str=True)
    if "settings" not in signature.parameters:
        raise TypeError(f"{command.__name__} takes no settings")
    knobs = ExplainSettings.knobs()

    @wraps(command)
    def asked(**given: Any) -> None:
        chosen = {name: given.pop(name) for name in knobs}
        command(**given, settings=ExplainSettings.from_dict(chosen))

    options = [_option(declared) for declared in knobs.values()]
    own: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        own += options if parameter.name == "settings" else [parameter]
    # typer reads both.
    asked.__signature__ = signature.replace(parameters=own)  # pyright: ignore[reportAttributeAccessIssue]
    asked.__annotations__ = {each.name: each.annotation for each in own}
    return asked


def _option(declared: Declared) -> inspect.Parameter:
    """``--segments`` of n_segments, ``--kernel-width`` of kernel_width."""
    knob, default = declared.knob, getattr(ExplainSettings(), declared.name)
    kind: Any = {"count": int, "number": float}.get(declared.kind, str)
    if declared.kind == "choice":
        kind = Literal[declared.choices]
    flag = f"--{declared.name.removeprefix('n_').replace('_', '-')}"
    heeded = f" ({', '.join(sorted(knob.methods))})" if knob.methods else ""
    about = typer.Option(flag, help=knob.says + heeded)
    kind = kind | None if declared.optional else kind
    return inspect.Parameter(
        declared.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, about],
    )
