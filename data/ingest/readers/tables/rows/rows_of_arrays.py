"""Many spectra per file, each a row of arrays, as in Multimodal Universe and HATS.

A row has arrays (flux, ivar, lambda, mask …), directly or in one struct per arm, and facts
(Z, object_id, ra, dec …).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ......core.spectra.spectrum import Spectrum
from ...errors import NoPixelsError, ReadError, Unread
from ...vocabulary.column_roles.hints import Hints
from ...vocabulary.file_names import name_of
from ...vocabulary.other_facts import facts_of
from ..columns.rows_alike import Answers
from ..table import spectrum_of_columns
from .arms import joined_arms
from .row import Row, RowColumns
from .row_facts import KNOWN, facts_in_capitals, id_of

__all__ = ["spectra_of_rows"]


def spectra_of_rows(
    rows: Iterable[Row],
    units: Mapping[str, str],
    path: Path,
    hints: Hints,
    *,
    otherwise: Callable[[int], str] | None = None,
    by_names: bool = False,
) -> Iterator[Spectrum]:
    """Read each row by `spectrum_of_columns`; arms are joined by inverse variance.

    Parameters
    ----------
    rows
        In order.
    units
        Units of the arrays, by name.
    path
        Path of the file; its name and the row number form the id if no column does.
    hints
        Hints of the user.
    otherwise
        Id by row number if no fact is one; by default the file's name and the number.
    by_names
        Whether arms are so by the names of their columns only: then they must overlap by less than
        half.

    Raises
    ------
    SomeUnreadError
        After all others have been yielded, if some rows are not spectra.
    ReadError
        No row is a spectrum.
    """
    named = otherwise or (lambda number: f"{name_of(path)}-{number}")
    unread = Unread()
    arms_of = _Arms(units, path, hints)
    for number, row in enumerate(rows):
        facts = facts_in_capitals(row.facts)
        id = id_of(facts, named(number))
        joined = unread.attempt(
            id,
            lambda row=row, facts=facts: joined_arms(arms_of.row(row, facts), by_names=by_names),
            "" if otherwise else f"row {number}: ",
        )
        if joined is not None:
            # An unknown class is kept as an ordinary column.
            known = KNOWN if joined.spectral_class else KNOWN - {"CLASS"}
            about = facts_of(facts.items(), leave_out=known)
            yield joined.with_facts(id=id, facts={**joined.facts, **about})
    unread.tell()


@dataclass(frozen=True, eq=False)
class _Arms:
    """Reads the arms of rows; answers that hold for all rows are cached."""

    units: Mapping[str, str]
    path: Path
    hints: Hints
    _answers: dict[tuple[object, ...], Answers] = field(default_factory=dict)

    def row(self, row: Row, facts: Mapping[str, object]) -> list[Spectrum]:
        """Spectra of the arms that have pixels."""
        found: list[Spectrum] = []
        empty: NoPixelsError | None = None
        metadata = {**row.common, **facts}
        each = row.units or (self.units,) * len(row.arms)
        for arrays, units in zip(row.arms, each, strict=True):
            alike = (*arrays, id(units), *facts)
            if alike not in self._answers:
                self._answers[alike] = Answers(frozenset(facts))
            arm = RowColumns(arrays, metadata, units, self._answers[alike])
            try:
                found.append(spectrum_of_columns(arm, self.path, self.hints.about(arm.names)))
            except NoPixelsError as error:
                empty = error
        if not found:
            raise empty or ReadError("unreadable", "it has no arrays of a spectrum")
        return found
