"""The figures of the spectrum are made when somebody can use them."""

from __future__ import annotations

from typing import Any

import pytest
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.views.spectrum.when_opened import SpectrumWhenOpened


def figures(late: SpectrumWhenOpened) -> list[str]:
    return [pane.object.name for place in (late.flux, late.weight) for pane in place]


def test_a_page_without_a_spectrum_has_places_for_its_figures_only(session: Session) -> None:
    late = SpectrumWhenOpened(session)
    assert figures(late) == []
    late.reset()  # a button that is pressed meanwhile does no harm
    assert figures(late) == []


def test_a_link_to_the_residual_has_it_under_a_name_that_its_axis_has_room_for(
    session: Session,
) -> None:
    session.view.residual = True
    session.open(0)
    late = SpectrumWhenOpened(session)
    figure: Any = late.residual[0].object
    assert figure.yaxis.axis_label == "residual"
    for height_px, name in ((20, "resid."), (200, "residual")):
        figure.trigger("inner_height", None, height_px)
        assert figure.yaxis.axis_label == name


def test_they_are_made_once_and_show_what_is_open_by_then(session: Session) -> None:
    late = SpectrumWhenOpened(session)
    session.open(0)
    late.draw()
    late.draw()
    assert figures(late) == ["flux-figure", "weight-figure"]
    flux: Any = late.flux[0].object
    assert flux.select_one({"name": "pixels"}).tags[0] == session.view.spectrum


def test_a_link_to_a_spectrum_has_them_in_the_first_document(session: Session) -> None:
    session.open(0)
    assert figures(SpectrumWhenOpened(session)) == ["flux-figure", "weight-figure"]


@pytest.mark.parametrize("opened", [False, True])
def test_the_whole_spectrum_is_shown_again(session: Session, opened: bool) -> None:
    late = SpectrumWhenOpened(session)
    if opened:
        session.open(0)
    late.draw()
    flux: Any = late.flux[0].object
    before = (flux.x_range.start, flux.x_range.end)
    flux.x_range.update(start=5000.0, end=5100.0)
    late.reset()
    after = (flux.x_range.start, flux.x_range.end)
    assert after == (before if opened else (5000.0, 5100.0))
