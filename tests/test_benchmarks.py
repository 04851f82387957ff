"""The benchmarks are no part of the package, but what they say must still be sayable."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock

import numpy as np
import pytest
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import ExplainSettings
from spexplain.core.targets import VaeScore

FOLDER = Path(__file__).parents[1] / "benchmarks"
# The peers have an environment of their own; what others only import cannot be run.
SCRIPTS = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if path.stem not in ("peers", "quantus_arrays")
    and "def main(" in path.read_text(encoding="utf-8")
)
# What the peers' environment has and this one has not.
ABSENT = (
    "shap", "captum", "captum.attr", "captum.attr._core", "captum.attr._core.lime",
    "captum._utils", "captum._utils.models", "captum._utils.models.linear_model", "lime",
    "lime.lime_base", "lime.lime_image",
)  # fmt: skip
ASKED = {
    "lime-mse", "lime-filtered", "lime-chi2", "lime-trimmed", "lime-filtered-trimmed-chi2",
    "lime-943", "lime-coarse", "lime-batch",
}  # fmt: skip


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for themselves
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_finds_all_that_it_uses_and_says_how_it_is_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        script(name).main()
    assert not ended.value.code
    assert "usage" in capsys.readouterr().out


def test_truth_is_a_document_whatever_kinds_of_number_a_part_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = {"a": {"figure": np.float32(0.5), "must": "≥ .7", "met": np.float64(0.5) >= 0.7}}
    part = ModuleType("truth_part")
    vars(part)["measure"] = lambda _: found
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setitem(sys.modules, "truth_part", part)
    monkeypatch.setattr(sys, "argv", ["truth.py", "--json", "--demo", str(tmp_path), "part"])
    script("truth").main()
    assert json.loads(capsys.readouterr().out)["part"]["a"] == {
        "figure": 0.5, "must": "≥ .7", "met": False,
    }  # fmt: skip


def test_every_stage_of_the_profile_runs() -> None:
    explain = script("explain")
    x, chosen = explain.spectrum(explain.N_PIXELS, 0), ExplainSettings()
    stages = explain.stages(VaeScore(explain.untrained(), "mse"), x, chosen)
    for stage in stages:
        stage.run()
    # Both layers, read once each.
    assert sum(stage.megabytes for stage in stages) == pytest.approx(2 * 4e-6 * 3773 * 256, 1e-6)
    assert sum(stage.millions for stage in stages) > 10


def test_every_row_that_is_asked_for_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    explain = script("explain")
    monkeypatch.setattr(explain, "autoencoder", explain.untrained)  # not trained to be listed
    with Workers(1) as workers:
        rows = list(explain.lime_cases(workers))
    bounded = {row.name for row in rows if row.at_most is not None or row.at_least is not None}
    assert bounded == ASKED


def test_a_row_of_the_peers_is_a_row_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ABSENT:
        monkeypatch.setitem(sys.modules, name, MagicMock())
    peers = script("peers")
    numpy = peers.Peer("numpy", "numpy", run=list, ours=list, same=True)
    timed = peers.Timed(numpy, [40.0, 60.0, 50.0], 1.0, 1e-6)
    row = peers.row("lime-mse", 2.0, 4.0, timed, 20)
    assert (row["baseline_ms"], row["ratio"], row["times_limit"]) == (50, 25, 0.5)
    assert row["met"]
    assert not peers.row("lime-mse", 2.0, 4.0, timed, 30)["met"]
    names = peers.Row.__dataclass_fields__
    assert "25.00" in peers.table([peers.Row(**{name: row[name] for name in names})])
