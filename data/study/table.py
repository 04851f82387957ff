"""A table for print, for terminal, report and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Cell", "Table"]

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table for print.

    Attributes
    ----------
    key
        For programs.
    title
        For readers.
    columns
        Headings; those of the paper's values begin with "paper".
    rows
        Cells; None where there is no value.
    note
        What a reader should know; may be empty.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        rows = [list(row) for row in self.rows]
        return {
            "key": self.key,
            "title": self.title,
            "columns": list(self.columns),
            "rows": rows,
            "note": self.note,
        }
