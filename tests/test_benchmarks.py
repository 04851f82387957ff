"""The benchmarks are no part of the package, but what they say must still be sayable."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from spexplain.core.explain import ExplainSettings
from spexplain.core.targets import VaeScore
from spexplain.core.workers import Workers

FOLDER = Path(__file__).parents[1] / "benchmarks"
# The peers have an environment of their own; what others only import cannot be run.
SCRIPTS = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if path.stem != "peers" and "def main(" in path.read_text(encoding="utf-8")
)
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
