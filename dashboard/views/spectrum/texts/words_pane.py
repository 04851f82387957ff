"""Words that are written anew when what they speak of changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ....session.session import Session
from ...widgets.components import WordsPart, once_a_patch

__all__ = ["words_pane"]

S = TypeVar("S", bound=Session)


def words_pane(
    session: S, said: Callable[[S], str], outcome: list[str], view: Sequence[str] = (), **how: Any
) -> WordsPart:
    """Words that are written anew when one of these changes."""
    pane = WordsPart(**how)

    def write() -> None:
        pane.html = said(session)

    changed = once_a_patch(write)
    session.outcome.param.watch(changed, outcome)
    if view:
        session.view.param.watch(changed, list(view))
    write()
    return pane
