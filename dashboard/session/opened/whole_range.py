"""The full observed range of the open spectrum, read in background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....data.lenses import OpenSpectrum

if TYPE_CHECKING:
    from ....data.collection import Collection
    from ....data.lenses import WholeSpectrum

__all__ = ["whole_range"]


def whole_range(collection: Collection, shown: OpenSpectrum) -> WholeSpectrum | None:
    """All that was observed of an open spectrum; None where nothing more is known."""
    from ....data.lenses.one_spectrum.whole_spectrum import whole_of_file, whole_of_row

    if shown.exposures is not None:
        return whole_of_file(shown.exposures, shown.flux, flux_unit=shown.flux_unit)
    if shown.outside is None:
        return whole_of_row(collection, shown.lens, shown.row, shown.flux)
    return None
