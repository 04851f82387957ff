"""Sets of spectra, found by a where-clause and combined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .row_filter import RowFilter, browsed_columns
    from .selection import Selection
    from .where_clause import Where
    from .where_words import WhereError

__all__ = ["RowFilter", "Selection", "Where", "WhereError", "browsed_columns"]

__getattr__ = public_names(__name__)
