"""Edits of the open spectrum: what the model says of them, keeping, undoing, starting afresh."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from spexplain.dashboard.session.opened.edits import AMOUNTS
from spexplain.dashboard.views.tabs import whatif as tab

HBETA = (4840.0, 4885.0)
WHY = "a line that none of them has"


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
    return session.edits


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
    spectrum = session.outcome.open_spectrum
    target = spectrum.lens.target("p(type 1)", spectrum.row)
    assert found.values["type 1"] == pytest.approx(target(whatif.edited[None])[0])
    assert found.before["type 1"] == pytest.approx(target(spectrum.flux[None])[0])
    assert found.values["type 1"] > found.before["type 1"]
    assert found.place == (pytest.approx(float(whatif.edited.mean())), 0.0)


class _Bounded:
    """Says that a spectrum whose highest pixel is above a border is outside."""

    def __init__(self, border):
        self._border = border

    def of_flux(self, flux, facts):
        assert set(facts) == {"flux_unit", "z"}
        return SimpleNamespace(why=WHY if flux.max() > self._border else "")


def test_it_is_said_before_the_type_when_an_edit_leaves_the_domain(
    session, whatif, settle, wait_until, monkeypatch
):
    session.view.tab = "whatif"
    part = tab.show(session)
    whatif.renormalise(False)
    border = float(session.outcome.open_spectrum.flux.max()) + 0.5
    monkeypatch.setattr(session.lens, "domain", _Bounded(border))
    whatif.brush(*HBETA)
    whatif.turn(1.1)
    assert not settle(whatif).outside
    assert "outside" not in dict(part.sections)["answer"]
    whatif.turn(3.0)
    wait_until(lambda: whatif.considered.outside)
    found = settle(whatif)
    assert (found.outside, found.outside_before) == (WHY, "")
    answer = dict(part.sections)["answer"]
    assert answer.index(f"The edit takes it outside: {WHY}") < answer.index("<table")


def test_the_open_spectrum_itself_is_not_touched(session, whatif):
    before = session.outcome.open_spectrum.flux.copy()
    whatif.brush(*HBETA)
    whatif.turn(0.0)
    np.testing.assert_array_equal(session.outcome.open_spectrum.flux, before)
    inside = (session.outcome.open_spectrum.wave_rest_aa >= 4840) & (
        session.outcome.open_spectrum.wave_rest_aa <= 4885
    )
    assert not whatif.edited[inside].any()


def test_another_stretch_keeps_the_edit_and_undo_takes_back_one_at_a_time(whatif):
    whatif.brush(*HBETA)
    whatif.turn(2.0)
    once = whatif.edited
    whatif.brush(4950.0, 5020.0)
    assert [edit.amount for edit in whatif.applied] == [2.0]
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
    assert (whatif.edited, whatif.applied) == (None, [])
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


def test_the_model_sees_the_edited_spectrum_as_its_recipe_prepares_it(
    session, whatif, settle, wait_until
):
    spectrum = session.outcome.open_spectrum
    whatif.brush(5050.0, 5150.0)
    whatif.turn(2.0)
    norm = np.interp(5100.0, spectrum.wave_rest_aa, spectrum.flux)
    inside = (spectrum.wave_rest_aa >= 5050) & (spectrum.wave_rest_aa <= 5150)
    np.testing.assert_allclose(whatif.edited[inside], spectrum.flux[inside], rtol=1e-5)
    np.testing.assert_allclose(whatif.edited[~inside], spectrum.flux[~inside] / 2, rtol=1e-5)
    prepared = settle(whatif).values["type 1"]
    whatif.renormalise(False)
    np.testing.assert_allclose(whatif.edited[inside], 2 * spectrum.flux[inside], rtol=1e-6)
    assert norm == pytest.approx(1, abs=1e-6)
    wait_until(lambda: whatif.considered.values["type 1"] > prepared)
    whatif.undo()
    assert whatif.edited is None
    whatif.reset()
    assert not whatif.renormalised  # a choice, not an edit


def test_an_edit_elsewhere_leaves_the_scale_as_it_was(session, whatif):
    spectrum = session.outcome.open_spectrum
    whatif.brush(*HBETA)
    whatif.turn(3.0)
    far = spectrum.wave_rest_aa > 4900
    np.testing.assert_allclose(whatif.edited[far], spectrum.flux[far], rtol=1e-6)


def test_what_the_recipe_cannot_divide_is_said_and_not_judged(session, whatif):
    whatif.brush(5050.0, 5150.0)
    whatif.turn(0.0)
    assert whatif.considered is None
    assert "cannot be prepared: flux is 0.0, not positive" in session.outcome.problem


def test_one_end_typed_leaves_the_other_where_it_was(session, whatif):
    session.view.tab = "whatif"
    part, wave = tab.show(session), session.outcome.open_spectrum.wave_rest_aa
    part.on_message({"set": "low", "value": "4800"})
    assert (whatif.low_aa, whatif.high_aa) == (4800.0, wave[-1])
    part.on_message({"set": "high", "value": "5200,5"})
    assert (whatif.low_aa, whatif.high_aa) == (4800.0, 5200.5)
    part.on_message({"set": "low", "value": "10"})  # before the spectrum begins
    assert whatif.low_aa == wave[0]
    part.on_message({"set": "low", "value": "Hβ"})
    assert "'Hβ'" in session.outcome.problem
    part.on_message({"set": "norm", "value": "left"})
    assert not whatif.renormalised


def test_a_slider_that_still_shows_another_kind_does_not_turn_the_new_one(session, whatif):
    session.view.tab = "whatif"
    part = tab.show(session)
    whatif.brush(4800.0, 4920.0)
    part.on_message({"set": "kind", "value": "raise"})
    part.on_message({"set": "amount", "value": "1.4", "of": "scale"})  # sent before it was redrawn
    assert whatif.amount == 0.0
    assert whatif.pending is None
    assert 'data-of="raise"' in dict(part.sections)["controls"]
    part.on_message({"set": "amount", "value": "0.4", "of": "raise"})
    assert whatif.amount == 0.4


def test_the_models_are_read_off_the_pages_thread_and_once(session, whatif, settle, monkeypatch):
    asked, named = [], type(session).target_named

    def noted(self, shown, name, **knobs):
        asked.append((threading.current_thread(), knobs))
        return named(self, shown, name)

    session.view.lens = "anomaly"
    monkeypatch.setattr(type(session), "target_named", noted)
    monkeypatch.setattr(type(session), "knobs_of", lambda self, lens: {"width_kms": 500.0})
    whatif.brush(*HBETA)
    for amount in (1.5, 2.0):
        whatif.turn(amount)
        settle(whatif)
    threads = [thread for thread, knobs in asked if knobs]  # the explanation began before
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
