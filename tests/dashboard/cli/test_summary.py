"""What the commands print: every number with its name, and the next thing to do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.cli.summary import (
    build_lines,
    collection_lines,
    collection_summary,
    explanation_document,
    explanation_lines,
    ingest_lines,
)
from spexplain.data.build.build_report import BuildReport
from spexplain.data.collection.collection import CollectionError
from spexplain.data.ingest.ingest_report import IngestReport, LabelWords

WAVE = np.arange(4800.0, 5100.0)


@pytest.fixture(scope="module")
def explanation():
    """Of the flux near 5007 Å less a tenth of that near Hβ."""
    flux = 1 + np.exp(-0.5 * ((WAVE - 5008) / 5) ** 2) + np.exp(-0.5 * ((WAVE - 4862) / 5) ** 2)
    near, far = np.abs(WAVE - 5008) < 10, np.abs(WAVE - 4862) < 10
    target = CallableTarget(lambda x: x[:, near].sum(1) - 0.1 * x[:, far].sum(1), "contrast")
    return explain(flux, target, ExplainSettings(n_segments=10, n_samples=400, seed=3))


def test_an_ingest_says_what_was_taken_what_not_and_what_is_next() -> None:
    report = IngestReport(Path("c"), 12, 9, {"star": 2, "no redshift": 1}, ("x.fits",))
    lines = list(ingest_lines(report))
    assert lines[0] == "9 spectra from 12 files taken into c"
    assert "2 rejected: star" in lines[1]
    assert "1 rejected: no redshift" in lines[2]
    assert any("1 label of no file here" in line and "x.fits" in line for line in lines)
    assert lines[-1] == "next: spexplain build c"
    (first, *_) = ingest_lines(IngestReport(Path("c"), 1, 1, {}))
    assert first == "1 spectrum from 1 file taken into c"


def test_an_ingest_shows_the_first_of_each_reason_and_where_all_are() -> None:
    examples = {"unreadable": [("/d/[a].fits", "cut off [1]"), ("/d/b.fits", "x" * 500)]}
    report = IngestReport(Path("c"), 3, 1, {"unreadable": 2}, examples=examples)
    lines = list(ingest_lines(report))
    assert any(r"\[a].fits: cut off" in line for line in lines)
    assert any(line.strip().startswith("b.fits: xxx") and line.endswith("…") for line in lines)
    assert "  all of them: spexplain rejects c" in lines


def test_an_ingest_says_which_labels_it_took_for_which_types() -> None:
    words = LabelWords({"Sy1 → type 1": 3}, {"typ 2": 2, "[b]": 1}, own=False)
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 3, {}, labels=words)))
    assert "labels in other spellings: Sy1 → type 1 (3)" in lines
    assert "[yellow]no known type, not taken as labels[/yellow]: 'typ 2' (2), '\\[b]' (1)" in lines
    assert any("known are type 1, type 2, intermediate" in line for line in lines)
    own = LabelWords({}, {"red": 2}, own=True)
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 3, {}, labels=own)))
    assert any("taken as classes of your own" in line for line in lines)


def test_many_unknown_spellings_are_counted() -> None:
    words = LabelWords({}, {f"kind {n}": 1 for n in range(30)}, own=False)
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 3, {}, labels=words)))
    assert any("… 30 in all" in line for line in lines)


def test_an_ingest_says_which_spectra_were_never_calibrated() -> None:
    lines = list(ingest_lines(IngestReport(Path("c"), 9, 9, {}, (), n_counts=4)))
    assert any("4 in counts" in line and "not flux-calibrated" in line for line in lines)
    assert not any("counts" in line for line in ingest_lines(IngestReport(Path("c"), 9, 9, {})))


def test_where_nothing_was_taken_there_is_nothing_to_build() -> None:
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 0, {"unreadable": 3})))
    assert not any("spexplain build" in line for line in lines)


def test_a_build_says_what_became_of_every_stage() -> None:
    report = BuildReport(
        "c", ("svm",), ("vae",), {"cluster": "2 different explanations"}, {"svm": 1.25},
        {"prepare-o25": "not corrected"},
    )  # fmt: skip
    text = "\n".join(build_lines(report))
    assert "svm (AGN lens)               built in 1.2 s" in text
    assert "vae (anomaly lens)           up to date" in text
    assert "2 different explanations" in text
    assert "not corrected" in text
    assert text.endswith("next: spexplain serve c")
    # What a domain has to say comes with whose model it is, once.
    of_domain = BuildReport("c", ("svm",), seconds={"svm": 1.0}, notes={"domain-p21": "half"})
    assert "half" not in "\n".join(build_lines(of_domain))
    nothing = BuildReport("c", skipped={"svm": "too few"})
    assert "serve" not in "\n".join(build_lines(nothing))


def test_a_summary_counts_what_the_collection_holds(small_demo: Path) -> None:
    from spexplain.data.collection.collection import Collection
    from spexplain.data.collection.runs import RunStore

    collection, said = Collection.open(small_demo), collection_summary(small_demo)
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["n_spectra"] == len(collection.catalog) == sum(said["labels"].values())
    counts = collection.catalog["label"].value_counts()
    assert said["labels"] == counts.to_dict()
    assert said["n_rejected"] == sum(said["rejected"].values())
    assert said["key"] == collection.key
    store = RunStore(small_demo)
    for name, facts in said["stages"].items():
        assert facts["key"] == store.find(name).key
    text = "\n".join(collection_lines(said))
    assert f"{said['n_spectra']} spectra" in text
    assert "Å at rest in vacuum" in text
    assert "svm" in text


def test_of_what_is_no_collection_there_is_no_summary(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="absent"):
        collection_summary(tmp_path / "absent")


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
