"""What to do while there is no spectrum to draw."""

from __future__ import annotations

import re
from html import escape

from .....data.collection.catalog_facts import why_set_aside
from .....data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from ....figures.svg.raw_picture import raw_picture
from ....figures.words.wording import (
    with_command,
)
from ....session.session import Session
from ...widgets.components import WordsPart
from .words_pane import words_pane

__all__ = ["veil_pane"]

_INVITATION = (
    "Click a point on the plane to open its spectrum,<br>"
    "or press <kbd>↓</kbd> for the first of the list below."
)


def veil_pane(session: Session) -> WordsPart:
    """Hint on what to do while there is nothing to draw, otherwise ""."""
    return words_pane(
        session, _veil, ["open_spectrum"], sizing_mode="stretch_both", css_classes=["in-veil"]
    )


def _veil(session: Session) -> str:
    spectrum = session.outcome.open_spectrum
    if not session.workspace.lenses:
        text = "No model has been built for this collection: <b>spexplain build</b> makes one."
    elif spectrum is None:
        text = _INVITATION
    elif spectrum.reason:
        text = _why_not(session, spectrum)
    else:
        return ""
    return f'<div class="invite"><div>{text}</div></div>'


def _why_not(session: Session, spectrum: OpenSpectrum) -> str:
    """Why the lens does not take it; below, a spectrum of the collection as it was observed."""
    # A line ends between words, not within an option.
    why = re.sub(
        r"--[\w-]+", r'<span class="option">\g<0></span>', escape(with_command(spectrum.reason))
    )
    if spectrum.row < 0:
        return f"This spectrum cannot serve this lens: {why}.<br>Try the other lens, or another."
    medium = session.workspace.catalog.iloc[spectrum.row].get("medium")
    picture = raw_picture(session.workspace.collection.observed(spectrum.row), str(medium))
    if why_set_aside(session.workspace.catalog, spectrum.row):
        return f"No model is given this spectrum: {why}.{picture}"
    return (
        f"This spectrum cannot serve this lens: {why}.<br>Try the other lens, or another "
        f"spectrum.{picture}"
    )
