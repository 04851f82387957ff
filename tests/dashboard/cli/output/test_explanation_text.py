"""An explanation in words and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.cli.output.explanation_text import explanation_document, explanation_lines

WAVE = np.arange(4800.0, 5100.0)


@pytest.fixture(scope="module")
def explanation():
    """Of the flux near 5007 Å less a tenth of that near Hβ."""
    flux = 1 + np.exp(-0.5 * ((WAVE - 5008) / 5) ** 2) + np.exp(-0.5 * ((WAVE - 4862) / 5) ** 2)
    near, far = np.abs(WAVE - 5008) < 10, np.abs(WAVE - 4862) < 10
    target = CallableTarget(lambda x: x[:, near].sum(1) - 0.1 * x[:, far].sum(1), "contrast")
    return explain(flux, target, ExplainSettings(n_segments=10, n_samples=400, seed=3))


def test_the_document_is_json_and_holds_every_weight(explanation) -> None:
    said = explanation_document(explanation, WAVE)
    again = json.loads(json.dumps(said, allow_nan=False))
    assert again["weights"] == explanation.weights.tolist()
    assert ExplainSettings.from_dict(again["settings"]) == explanation.settings
    assert again["target"] == "contrast"
    segments = np.array(again["segments"])
    np.testing.assert_allclose(segments[1:, 0], segments[:-1, 1])  # no gap, no overlap
    assert segments[0, 0] == 4799.5
    assert segments[-1, 1] == 5099.5


def test_the_lines_name_the_strongest_segments_and_what_stands_in_them(explanation) -> None:
    head, first, *rest = explanation_lines(explanation, WAVE, id="sim-1", top=4)
    assert "sim-1" in head
    assert f"contrast = {explanation.value:.4g}" in head
    assert f"R² {explanation.r2:.3f}" in head
    assert "400 samples" in head
    assert "seed 3" in head
    assert "raises it" in first
    assert "[O III] 5007" in first
    assert len(rest) == 4
    assert "per +10 % of the flux" in rest[-1]
    lowering = next(line for line in rest if "Hβ" in line)
    assert "lowers it" in lowering
    assert "-" in lowering.split("Å")[1]


def test_a_segment_of_which_pixels_were_filled_in_says_how_many(explanation) -> None:
    n_filled = np.zeros(10, np.int64)
    n_filled[explanation.top(1)] = 4
    _, first, second, *_ = explanation_lines(explanation, WAVE, id="sim-1", n_filled=n_filled)
    assert first.endswith("[O III] 5007  (4 of its 30 pixels filled in, not measured)")
    assert "filled" not in second
