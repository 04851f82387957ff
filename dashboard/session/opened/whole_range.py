"""All that was observed of the open spectrum, read behind the page once it is open."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..choices.open_spectrum import OpenSpectrum
from ..session import Session
from .of_shown import OfShown

if TYPE_CHECKING:
    from ....data.collection.collection import Collection
    from ....data.lenses.whole_spectrum import WholeSpectrum

__all__ = ["WholeRange"]


class WholeRange(OfShown):
    """Keeps ``outcome.whole`` that of the spectrum shown; None until it is read.

    Parameters
    ----------
    session
        Whose spectra.
    """

    def __init__(self, session: Session) -> None:
        read = partial(_read, session.workspace.collection)
        super().__init__(session, "whole", read, "All that was observed cannot be shown")


def _read(collection: Collection, shown: OpenSpectrum) -> WholeSpectrum | None:
    from ....data.lenses.whole_spectrum import whole_of_file, whole_of_row

    if shown.exposures is not None:
        return whole_of_file(shown.exposures, shown.flux, flux_unit=shown.flux_unit)
    if shown.outside is None:
        return whole_of_row(collection, shown.lens, shown.row, shown.flux)
    return None
