"""Choices become an open spectrum and its explanation, without a browser."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView
from spexplain.dashboard.views.spectrum.texts.explanation_state import state_pane
from spexplain.dashboard.views.spectrum.texts.verdict import verdict_pane
from spexplain.dashboard.workspace.workspace import Workspace

HBETA_AA = 4862.68
PATIENCE_S = 20.0


class Patient:
    """A session whose answers are picked up here, on the test's own thread."""

    def __init__(self, workspace: Workspace, pool: ThreadPoolExecutor) -> None:
        self._calls: list[Any] = []
        self._rung = threading.Condition()
        self.session = Visitor(workspace, pool, self._schedule)

    def _schedule(self, callback: Any) -> None:
        with self._rung:
            self._calls.append(callback)
            self._rung.notify()

    def settle(self) -> None:
        """Pick answers up until nothing more is on its way."""
        while self.session.outcome.busy:
            with self._rung:
                assert self._rung.wait_for(lambda: self._calls, PATIENCE_S)
                calls, self._calls = self._calls, []
            for call in calls:
                call()


@pytest.fixture
def patient(workspace: Workspace, pool: ThreadPoolExecutor) -> Any:
    made = Patient(workspace, pool)
    made.session.knobs.n_samples = 600
    yield made
    made.session.close()


def test_it_starts_with_the_first_lens_its_target_and_its_plane(session: Session) -> None:
    view = session.view
    assert (view.lens, view.target, view.plane, view.colour) == ("agn", "predicted", "agn", "type")
    assert session.outcome.open_spectrum is None


def test_opening_a_spectrum_shows_it_and_explains_it(patient: Patient) -> None:
    session = patient.session
    session.open(7)
    spectrum = session.outcome.open_spectrum
    assert (spectrum.id, spectrum.row) == ("sim-00007", 7)
    assert spectrum.flux.shape == spectrum.wave_rest_aa.shape
    patient.settle()
    found = session.outcome.explanation
    lens = session.workspace.lenses["agn"]
    again = explain(spectrum.flux, lens.target("predicted", 7), ExplainSettings(n_samples=600))
    assert found.complete
    assert found.weights.tobytes() == again.weights.tobytes()
    edges = found.edges(spectrum.wave_rest_aa)[found.top(1)[0]]
    assert edges[0] - 30 < HBETA_AA < edges[1] + 30


def test_a_model_is_read_on_a_worker_and_the_page_says_so(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, threads = patient.session, []
    lens = session.workspace.lenses["agn"]
    target, go_on = lens.target, threading.Event()

    def reading(*args: Any) -> Any:
        threads.append(threading.current_thread())
        assert go_on.wait(PATIENCE_S)
        return target(*args)

    monkeypatch.setattr(lens, "target", reading, raising=False)
    session.workspace.loaded.clear()
    session.open(int(lens.rows[0]))
    assert session.loading
    assert "loading the model" in state_pane(session).html
    go_on.set()
    patient.settle()
    assert not session.loading
    assert "loading" not in state_pane(session).html
    assert threading.main_thread() not in threads


def test_every_knob_recomputes(patient: Patient) -> None:
    session = patient.session
    session.open(7)
    for name, value in (("n_segments", 20), ("factor", 0.7), ("seed", 4), ("method", "occlusion")):
        setattr(session.knobs, name, value)
        patient.settle()
        assert getattr(session.outcome.explanation.settings, name) == value
        assert session.outcome.explanation.complete


def test_moving_a_knob_does_not_prepare_the_target_anew(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, made = patient.session, []
    lens = session.workspace.lenses["agn"]
    target = lens.target

    def counted(name: str, row: int) -> Any:
        made.append((name, row))
        return target(name, row)

    monkeypatch.setattr(lens, "target", counted)
    for change in (
        lambda: session.open(7),
        lambda: session.knobs.param.update(n_segments=20),
        lambda: session.knobs.param.update(factor=0.8),
        lambda: session.view.param.update(target="type 1"),
        lambda: session.open(8),
    ):
        change()
        patient.settle()
    assert made == [("predicted", 7), ("type 1", 7), ("type 1", 8)]


def test_another_spectrum_never_wears_the_explanation_of_the_last(patient: Patient) -> None:
    session = patient.session
    session.open(7)
    session.open(8)
    assert session.outcome.explanation is None
    patient.settle()
    again = explain(
        session.outcome.open_spectrum.flux,
        session.lens.target("predicted", 8),
        ExplainSettings(n_samples=600),
    )
    assert session.outcome.explanation.weights.tobytes() == again.weights.tobytes()


def test_switching_the_lens_keeps_the_spectrum(patient: Patient) -> None:
    session = patient.session
    session.open(7)
    session.view.lens = "anomaly"
    patient.settle()
    assert session.outcome.open_spectrum.id == "sim-00007"
    assert session.view.target == "mse"
    assert session.view.plane == "anomaly"
    assert session.outcome.explanation.target == "mse"
    assert len(session.outcome.explanation.labels) == len(session.lens.wave_rest_aa)


def test_a_spectrum_the_lens_cannot_take_says_why_and_is_not_explained(patient: Patient) -> None:
    session = patient.session
    session.open(299)
    spectrum = session.outcome.open_spectrum
    assert "4100–8000 Å" in spectrum.reason
    assert spectrum.verdict is None
    assert spectrum.flux.size == 0
    assert not session.outcome.busy
    session.view.lens = "anomaly"
    patient.settle()
    assert session.outcome.explanation is not None


def test_impossible_knobs_become_a_sentence_and_the_way_back_works(patient: Patient) -> None:
    session = patient.session
    session.open(7)
    session.knobs.n_segments = 3000
    patient.settle()
    assert "3000" in session.outcome.problem
    session.knobs.n_segments = 30
    patient.settle()
    assert session.outcome.problem == ""
    assert len(session.outcome.explanation.weights) == 30


def test_what_is_said_while_an_explanation_is_made_is_not_taken_back_by_it(
    patient: Patient,
) -> None:
    session = patient.session
    session.open(7)
    session.complain("dark.fits cannot serve this lens.")
    patient.settle()
    assert session.outcome.explanation is not None
    assert session.outcome.problem == "dark.fits cannot serve this lens."
    session.knobs.seed = 3
    assert session.outcome.problem == ""
    patient.settle()


def test_an_unknown_id_is_a_sentence_with_similar_ones(session: Session) -> None:
    session.view.find = "sim-9x"
    assert "“sim-9x”" in session.outcome.problem
    assert "sim-00001" in session.outcome.problem
    assert session.outcome.open_spectrum is None


def test_finding_opens_and_may_be_repeated(session: Session) -> None:
    session.view.find = " sim-00012 "
    assert session.outcome.open_spectrum.row == 12
    session.open(3)
    session.view.find = "sim-00012"
    assert session.outcome.open_spectrum.row == 12


def test_an_unknown_id_in_a_link_opens_nothing(session: Session) -> None:
    session.view.spectrum = "elsewhere-1"
    assert session.outcome.open_spectrum is None
    assert "elsewhere-1" in session.outcome.problem


def test_stepping_follows_the_list_and_stops_at_its_ends(session: Session) -> None:
    rows = session.listing.table["row"].tolist()
    session.step(1)
    assert session.outcome.open_spectrum.row == rows[0]
    session.step(1)
    assert session.outcome.open_spectrum.row == rows[1]
    session.step(-1)
    session.step(-1)
    assert session.outcome.open_spectrum.row == rows[0]


def test_stepping_follows_the_order_chosen(session: Session) -> None:
    session.view.sort = "-z"
    session.step(1)
    catalog = session.workspace.catalog
    rows = session.listing.table["row"]
    assert session.outcome.open_spectrum.z == pytest.approx(catalog["z"].iloc[rows].max())


def test_closing_lets_go_of_the_work(workspace: Workspace, pool: ThreadPoolExecutor) -> None:
    calls: list[Any] = []
    session = Visitor(workspace, pool, calls.append)
    session.open(7)
    session.close()
    for call in calls:
        call()
    assert session.outcome.explanation is None or not np.isnan(session.outcome.explanation.r2)


def test_a_collection_without_models_has_nothing_to_explain(
    workspace: Workspace, pool: ThreadPoolExecutor
) -> None:
    bare = Visitor(Workspace(workspace.collection, {}, {}), pool, lambda callback: callback())
    bare.open(7)
    assert bare.view.lens is None
    assert bare.outcome.open_spectrum is None
    assert bare.listing.table.empty
    bare.step(1)


def test_a_spectrum_in_counts_says_so_on_its_axis_and_above(
    workspace: Workspace, pool: ThreadPoolExecutor
) -> None:
    workspace.catalog["flux_unit"] = [
        "counts",
        *["1e-17 erg/s/cm2/Å"] * (len(workspace.catalog) - 1),
    ]
    session = Visitor(workspace, pool, lambda call: None)
    said = verdict_pane(session)
    axis = SpectrumView(session).flux.yaxis
    session.open(0)
    assert (session.outcome.open_spectrum.flux_unit, "counts" in axis[0].axis_label) == (
        "counts",
        True,
    )
    assert "uncalibrated counts" in said.html
    session.open(1)
    assert axis[0].axis_label == "flux / f(5100 Å)"
    assert "counts" not in said.html
    session.close()
