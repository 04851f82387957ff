"""Lines typical of the predicted type that the open spectrum lacks."""

from __future__ import annotations

from ....data.lenses import AgnLens, OpenSpectrum

__all__ = ["lacking_of"]


def lacking_of(shown: OpenSpectrum) -> tuple[str, ...]:
    """In words, one of each line; of a row that a classifier was asked about, else none."""
    of_row = shown.outside is None and shown.row >= 0 and not shown.reason
    if not of_row or not isinstance(shown.lens, AgnLens):
        return ()
    return shown.lens.lines_lacking(shown.row)
