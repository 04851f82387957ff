"""A build and a collection in words: every number with its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spexplain.dashboard.cli.output.collection_text import (
    build_lines,
    collection_lines,
    collection_summary,
)
from spexplain.data.build.build_report import BuildReport
from spexplain.data.collection.collection import CollectionError


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
