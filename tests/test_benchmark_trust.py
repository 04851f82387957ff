"""The benchmark of intervals says what it measured at every number of samples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "trust.py"


@pytest.fixture(scope="module")
def found(small_demo: Path) -> dict:
    few = ("--only", " samples", "--seeds", "8", "--stop-spectra", "2", "--stop-seeds", "2")
    run = [sys.executable, SCRIPT, small_demo, "--json", "--limit-samples", "40000", *few]
    done = subprocess.run(run, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_intervals_cover_at_few_samples_too(found: dict) -> None:
    rows = found["cases"]
    wanted = {(name, n) for name in ("most anomalous", "middling") for n in (200, 1000)}
    assert {(row["name"].partition(",")[0], row["n_samples"]) for row in rows} == wanted
    for row in rows:
        assert row["n_segments"] == 77
        assert 0.91 <= row["coverage"] <= 0.985  # of 8 seeds: wider than what 200 are held to
        assert row["wrong_when_settled"] <= 0.13


def test_early_stops_are_counted(found: dict) -> None:
    assert found["early_stops"]["runs"] == 4
    assert found["early_stops"]["promised"] == 0.05
