"""Lines that nearly all spectra of its type show, and the open one does not."""

from __future__ import annotations

from ....data.lenses.lenses import AgnLens
from ..choices.open_spectrum import OpenSpectrum
from ..session import Session
from .of_shown import OfShown

__all__ = ["LinesLacking", "lacking_of"]


class LinesLacking(OfShown):
    """Keeps ``outcome.lacking`` that of the spectrum shown; None until its lines are measured.

    They are fitted to what was observed, which takes as long as all else that a click does: verdict
    and reasons come before.

    Parameters
    ----------
    session
        Whose spectra.
    """

    def __init__(self, session: Session) -> None:
        failed = "Its lines cannot be measured"
        super().__init__(session, "lacking", lacking_of, failed, pool=session.later)


def lacking_of(shown: OpenSpectrum) -> tuple[str, ...]:
    """In words, one of each line; of a row that a classifier was asked about, else none."""
    of_row = shown.outside is None and shown.row >= 0 and not shown.reason
    if not of_row or not isinstance(shown.lens, AgnLens):
        return ()
    return shown.lens.lines_lacking(shown.row)
