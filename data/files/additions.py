"""Extensions by other installed packages, through entry points."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

__all__ = ["AdditionError", "AdditionKind", "additions"]

AdditionKind = Literal["readers", "stages", "lenses", "tabs"]


class AdditionError(Exception):
    """An extension of another package cannot be loaded; the message names it and tells why."""


@cache
def additions(kind: AdditionKind) -> tuple[Any, ...]:
    """Extensions declared under ``spexplain.<kind>``, sorted by name.

    A package declares it in its ``pyproject.toml``::

        [project.entry-points."spexplain.readers"]
        mine = "my_package.reading:READER"

    Parameters
    ----------
    kind
        CONTRIBUTING.md says what each is.

    Raises
    ------
    AdditionError
        If one cannot be loaded.
    """
    declared = entry_points(group=f"spexplain.{kind}")
    return tuple(_loaded(point) for point in sorted(declared, key=lambda point: point.name))


def _loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise AdditionError(
            f"{point.name} = {point.value!r} of {point.group} cannot be loaded: {error}; mend or "
            "uninstall the package that declares it"
        ) from error
