"""Lines typical of the predicted type that the open spectrum lacks."""

from __future__ import annotations

from ....data.lenses import AgnLens, OpenSpectrum

__all__ = ["lacking_of"]


def lacking_of(spectrum: OpenSpectrum) -> tuple[str, ...]:
    """In words, one of each line; of a row that a classifier was asked about, else none."""
    of_row = spectrum.outside is None and spectrum.row >= 0 and not spectrum.reason
    if not of_row or not isinstance(spectrum.lens, AgnLens):
        return ()
    return spectrum.lens.lines_lacking(spectrum.row)
