"""What is slow on first use is done before it is asked for, but not before the first plot."""

from __future__ import annotations

import threading

import pytest
from spexplain.dashboard.server import warm_up as module
from spexplain.dashboard.server.server import open_workspace
from spexplain.dashboard.server.warm_up import warm


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture goes into the folder of whoever runs the tests."""
    monkeypatch.setattr(module, "_keep", lambda workspace: None)


def test_models_wait_for_the_first_plot(small_demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 60.0)
    workspace = open_workspace(small_demo)
    said = []
    monkeypatch.setattr(module, "_shade", lambda _, plane, colour: said.append((plane, colour)))
    worker = threading.Thread(target=warm, args=(workspace,))
    worker.start()
    worker.join(0.5)
    assert worker.is_alive()
    assert said == [(next(iter(workspace.planes)), next(iter(workspace.colours)))]
    assert "machine" not in vars(workspace.lenses["agn"])
    workspace.drawn.set()
    worker.join(60)
    assert len(said) == 1 + len(workspace.planes) * len(workspace.usual_colours)
    assert "machine" in vars(workspace.lenses["agn"])


def test_without_a_visitor_they_do_not_wait_for_ever(small_demo, monkeypatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.0)
    workspace = open_workspace(small_demo)
    warm(workspace)
    assert "machine" in vars(workspace.lenses["agn"])


def test_a_server_that_stops_is_not_held_up(small_demo, monkeypatch) -> None:
    workspace = open_workspace(small_demo)
    said = []
    monkeypatch.setattr(module, "_shade", lambda _, plane, colour: said.append((plane, colour)))
    workspace.drawn.set()
    warm(workspace, stopping=lambda: True)
    assert len(said) == 1
    assert workspace.compiled.is_set()
    assert "machine" not in vars(workspace.lenses["agn"])


def test_a_visitor_may_colour_by_clusters_meanwhile(small_demo, monkeypatch) -> None:
    workspace = open_workspace(small_demo)
    workspace.drawn.set()
    said = []

    def shade(_, plane, colour) -> None:
        said.append((plane, colour))
        k = 2 + len(said) % 3
        workspace.offer_clusters(workspace.partition(k, workspace.reasons.weight_sign))

    monkeypatch.setattr(module, "_shade", shade)
    monkeypatch.setattr(module, "_BREATH_S", 0.0)
    before, usual = [*workspace.colours], [*workspace.usual_colours]
    warm(workspace)
    assert len(workspace.colours) > len(before)
    assert {colour for _, colour in said} >= set(usual)
    assert "machine" in vars(workspace.lenses["agn"])
