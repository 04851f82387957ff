"""What is laid over the spectrum never hides it, nor is taken for something else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from spexplain.dashboard.session.opened.pinned import PinnedSpectrum
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.spectrum.overlays.lines_over import LinesOver
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView


def test_what_is_pinned_lies_over_others_alone(session: Visitor) -> None:
    over = LinesOver(session, view := SpectrumView(session))
    note: Any = view.flux.select_one({"name": "over-note"})
    session.open(3)
    spectrum = session.outcome.open_spectrum
    whole: Any = SimpleNamespace(wave_rest_aa=spectrum.wave_rest_aa, flux=spectrum.flux)
    session.outcome.pinned = PinnedSpectrum(spectrum.id, spectrum.lens, whole)
    assert over.drawn == ()  # in olive it would hide the spectrum and its reasons
    assert "is pinned" in note.text
    session.open(4)
    assert [line.kind for line in over.drawn] == ["pinned"]
    assert "olive" in note.text
    session.view.tab = "whatif"  # where olive is the edited spectrum
    assert over.drawn == ()
    assert "here olive is the edited" in note.text.replace("\n", " ")
