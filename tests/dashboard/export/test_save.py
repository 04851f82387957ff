"""What is taken away of an explanation is that explanation."""

from __future__ import annotations

import ast
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.trust.trust import assess
from spexplain.dashboard.export.save import figure_of, keep, origin_of
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.explanations.fits_file import load_explanation
from spexplain.data.explanations.saved import SavedExplanation
from spexplain.data.lenses.lenses import Verdict


@pytest.fixture
def saved(workspace: Workspace) -> SavedExplanation:
    lens = workspace.lenses["agn"]
    flux, target = lens.prepared(7), lens.target("predicted", 7)
    found = explain(flux, target, ExplainSettings(n_samples=300, n_segments=20))
    collection: Any = workspace.collection
    collection.key = "abc"
    origin = origin_of(collection, lens, "predicted", "sim-00007")
    trust = assess(found, flux, target)
    return SavedExplanation(found, lens.wave_rest_aa, flux, origin, trust.intervals)


def kept(saved: SavedExplanation, kind: str, verdict: Any = None) -> Any:
    (found,) = keep(saved, kind, verdict, "line", lambda: False)
    assert found.name == f"sim-00007-lime.{kind}"
    return found.content


def test_the_file_holds_the_explanation_to_the_last_bit(
    saved: SavedExplanation, tmp_path: Path
) -> None:
    path = tmp_path / "kept.fits"
    path.write_bytes(kept(saved, "fits"))
    again = load_explanation(path)
    np.testing.assert_array_equal(again.explanation.weights, saved.explanation.weights)
    assert again.origin == saved.origin
    assert again.explanation.settings == saved.explanation.settings


def test_the_table_has_a_row_a_segment_with_its_interval(saved: SavedExplanation) -> None:
    table = Table.read(io.BytesIO(kept(saved, "csv")), format="ascii.csv")
    np.testing.assert_array_equal(table["weight"], saved.explanation.weights)
    assert (table["weight_low"] <= table["weight_high"]).all()
    assert b"Angstrom" in kept(saved, "ecsv")


def test_a_file_and_a_figure_of_counts_say_counts(saved: SavedExplanation, tmp_path: Path) -> None:
    counts = replace(saved, origin=replace(saved.origin, flux_unit="counts"))
    (tmp_path / "kept.fits").write_bytes(kept(counts, "fits"))
    assert load_explanation(tmp_path / "kept.fits").origin.flux_unit == "counts"
    for one, unit in ((counts, "counts / counts at 5100 Å"), (saved, "flux / f(5100 Å)")):
        assert unit in {axes.get_ylabel() for axes in figure_of(one, None).axes}


@pytest.mark.parametrize(
    ("kind", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_figure_is_one(
    saved: SavedExplanation, workspace: Workspace, kind: str, magic: bytes
) -> None:
    assert kept(saved, kind, workspace.lenses["agn"].verdict(7)).startswith(magic)


def test_the_lines_are_python_and_name_their_source(saved: SavedExplanation) -> None:
    code = kept(saved, "py").decode()
    ast.parse(code)
    assert "sim-00007" in code


def test_nothing_is_written_for_nobody(saved: SavedExplanation) -> None:
    assert list(keep(saved, "png", None, "line", lambda: True)) == []
    with pytest.raises(ValueError, match="got 'docx'"):
        list(keep(saved, "docx", None, "line", lambda: False))


def test_the_figure_of_a_score_asked_for_otherwise_names_no_rank(saved: SavedExplanation) -> None:
    """A score's rank is that of the usual filter, and no other."""
    of_score = replace(saved.explanation, target="filtered-mse", value=0.1892)
    verdict = Verdict("score", "", "", {}, 0.2452, 24, 6825, "filtered-mse")
    for width, said in (
        (250.0, "Filtered MSE 0.245, rank 24 of 6,825"),
        (500.0, "filter 500 km/s"),
    ):
        origin = replace(saved.origin, lens_knobs={"width_kms": width, "trimmed": 0.03})
        fig = figure_of(replace(saved, explanation=of_score, origin=origin), verdict)
        text = " · ".join(text.get_text() for text in fig.texts)
        assert said in text
        assert ("rank" in text) == (width == 250.0)
    assert "Filtered MSE 0.189, filter 500 km/s" in text


def test_only_lime_has_intervals_to_shade(saved: SavedExplanation) -> None:
    for method, shaded in (("lime", True), ("occlusion", False)):
        one = replace(saved, explanation=replace(saved.explanation, method=method))
        text = " ".join(text.get_text() for text in figure_of(one, None).texts)
        assert ("shaded" in text) == shaded
