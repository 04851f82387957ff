"""Edits of the open spectrum: what the model says of them, keeping, undoing, starting afresh."""

import numpy as np
import pytest
from spexplain.dashboard.whatif import AMOUNTS

HBETA = (4840.0, 4885.0)


class _Anywhere:
    """Places every spectrum of the AGN lens at its mean flux."""

    def can_place(self, plane, lens):
        return plane == lens == "agn"

    def place(self, plane, flux):
        return float(flux.mean()), 0.0


@pytest.fixture
def whatif(session, monkeypatch):
    monkeypatch.setattr(type(session.workspace), "placer", _Anywhere())
    session.open(3)
    return session.whatif


@pytest.fixture
def settle(wait_until):
    """Wait until the model has answered for the newest edit."""

    def settled(whatif):
        wait_until(lambda: whatif.considered is not None and whatif.considered.complete)
        return whatif.considered

    return settled


def test_probabilities_and_place_are_those_of_the_edited_spectrum(session, whatif, settle):
    whatif.brush(*HBETA)
    assert whatif.considered is None  # scaled by one: nothing was changed yet
    whatif.turn(2.0)
    found = settle(whatif)
    shown = session.outcome.shown
    target = shown.lens.target("type 1", shown.row)
    assert found.values["type 1"] == pytest.approx(np.exp(target(whatif.edited[None])[0]))
    assert whatif.before["type 1"] == pytest.approx(np.exp(target(shown.flux[None])[0]))
    assert found.values["type 1"] > whatif.before["type 1"]
    assert found.place == (pytest.approx(float(whatif.edited.mean())), 0.0)


def test_the_open_spectrum_itself_is_not_touched(session, whatif):
    before = session.outcome.shown.flux.copy()
    whatif.brush(*HBETA)
    whatif.turn(0.0)
    np.testing.assert_array_equal(session.outcome.shown.flux, before)
    inside = (session.outcome.shown.wave_rest_aa >= 4840) & (
        session.outcome.shown.wave_rest_aa <= 4885
    )
    assert not whatif.edited[inside].any()


def test_another_stretch_keeps_the_edit_and_undo_takes_back_one_at_a_time(whatif):
    whatif.brush(*HBETA)
    whatif.turn(2.0)
    once = whatif.edited
    whatif.brush(4950.0, 5020.0)
    assert [edit.amount for edit in whatif.kept] == [2.0]
    whatif.choose("raise")
    whatif.turn(0.5)
    assert (whatif.edited != once).any()
    whatif.undo()
    np.testing.assert_array_equal(whatif.edited, once)
    whatif.undo()
    assert whatif.edited is None
    assert whatif.considered is None


def test_reset_and_another_spectrum_start_afresh(session, whatif):
    whatif.brush(*HBETA)
    whatif.turn(2.0)
    whatif.reset()
    assert (whatif.edited, whatif.kept) == (None, [])
    whatif.turn(3.0)
    session.open(4)
    assert whatif.edited is None


def test_amounts_are_held_within_the_sliders(whatif):
    for kind, (low, high, *_) in AMOUNTS.items():
        whatif.choose(kind)
        whatif.turn(1e9)
        assert whatif.amount == high
        whatif.turn(-1e9)
        assert whatif.amount == low
    with pytest.raises(ValueError, match="kind='melt'"):
        whatif.choose("melt")


def test_a_plane_that_takes_no_newcomers_leaves_the_place_open(session, whatif, settle):
    session.view.plane = "anomaly"
    whatif.brush(*HBETA)
    whatif.turn(1.5)
    assert settle(whatif).place is None


def test_of_a_score_the_score_follows(session, whatif, settle):
    session.view.lens = "anomaly"
    whatif.brush(*HBETA)
    whatif.turn(2.0)
    assert [*settle(whatif).values] == ["mse"]
