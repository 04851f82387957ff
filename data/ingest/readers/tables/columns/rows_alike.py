"""Cache of answers about a table, valid for all rows that agree in the facts they depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast

__all__ = ["Answers", "once_a_table"]


_Question = TypeVar("_Question", bound=Callable[..., Any])


class _Noting(dict[str, object]):
    """Mapping of facts that records which of them were read."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__(facts)
        self.asked: set[str] = set()

    def get(self, name: str, otherwise: object = None) -> object:
        self.asked.add(name)
        return super().get(name, otherwise)


@dataclass(frozen=True, eq=False)
class Answers:
    """Cached answers to questions about rows with arrays and facts of the same names.

    Attributes
    ----------
    of_rows
        Names of the facts in which rows may differ.
    """

    of_rows: frozenset[str]
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def to(self, question: Callable[..., Any], row: Any, about: tuple[Any, ...]) -> Any:
        """The cached answer, unless it depends on a fact in which rows may differ."""
        key = (question, *about)
        if key not in self._known:
            facts = _Noting(row.facts)
            answer = question(row.with_facts(facts), *about)
            if facts.asked & self.of_rows:
                return answer
            self._known[key] = answer
        return self._known[key]


def once_a_table(question: _Question) -> _Question:
    """Decorator: cache a function of columns (and hashable arguments) for rows of one table."""

    @wraps(question)
    def asked(columns: Any, *about: Any) -> Any:
        answers = getattr(columns, "answers", None)
        return (
            question(columns, *about) if answers is None else answers.to(question, columns, about)
        )

    return cast("_Question", asked)
