"""The full observed range of the open spectrum, read in background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....data.lenses import OpenSpectrum

if TYPE_CHECKING:
    from ....data.collection import Collection
    from ....data.lenses import WholeSpectrum

__all__ = ["whole_range"]


def whole_range(collection: Collection, spectrum: OpenSpectrum) -> WholeSpectrum | None:
    """All that was observed of an open spectrum; None where nothing more is known."""
    from ....data.lenses.one_spectrum.whole_spectrum import whole_of_file, whole_of_row

    if spectrum.exposures is not None:
        return whole_of_file(spectrum.exposures, spectrum.flux, flux_unit=spectrum.flux_unit)
    if spectrum.outside is None:
        return whole_of_row(collection, spectrum.lens, spectrum.row, spectrum.flux)
    return None
