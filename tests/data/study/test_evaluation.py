"""The stages on demand, and the tables made of them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from spexplain.core.models.svm.training import SvmSettings
from spexplain.core.models.svm.tuning import TuneSettings
from spexplain.core.planes.quality import plane_quality
from spexplain.data.build.agn_study import AgnStudy, plane_choices, task_rows
from spexplain.data.build.all_stages import BuildCancelled, BuildError, build
from spexplain.data.build.stages.agn.tune import best_machine, tuned_machines
from spexplain.data.collection.runs import RunStore
from spexplain.data.study.evaluation import evaluate, tuned_build
from spexplain.data.study.examples import numbered_examples


@pytest.fixture(scope="module")
def studied(quick):
    """Settings under which every stage on demand takes about a second."""
    study = AgnStudy(
        tune=TuneSettings(kernels=("linear", "rbf"), c_decades=4, gamma_decades=1.5, rounds=1),
        machines=(
            ("three", SvmSettings()),
            ("three", SvmSettings("rbf", 1e-3, 1e-3)),
            ("two", SvmSettings(c=0.4)),
        ),
        sigmas=(0.1, 30.0),
        noise_repeats=2,
        time_repeats=2,
        planes=tuple(choice for choice in plane_choices((5.0, 10.0)) if choice.task == "three"),
    )
    return dataclasses.replace(quick, study=study)


def test_a_default_build_does_none_of_it(built):
    assert {"tune", "evaluate", "noise", "timing", "planes"}.isdisjoint(
        RunStore(built.path).current()
    )


def test_the_evaluation_says_what_the_stages_measured(copied, studied):
    found = evaluate(copied, settings=studied)
    said = found.to_dict()
    assert said["kernel"] == "linear"  # the other is too soft to tell types apart
    assert said["macro_f"] == found.best["test"]["macro_f"] > 0.9
    assert said["macro_f"] == np.mean([kind["f"] for kind in said["by_class"].values()])
    tables = {table["key"]: table for table in said["tables"]}
    assert len(tables["test_three"]["rows"]) == 2
    assert tables["test_three"]["rows"][0][7:] == [0.948, 0.936, 0.942]
    assert np.sum([row[1:] for row in tables["confusion"]["rows"]]) == said["n"]
    normalised = np.array([row[1:4] for row in tables["confusion_normalised"]["rows"]])
    np.testing.assert_allclose(normalised.sum(axis=1), 1)
    calm, wild = said["noise"]["macro_f"]
    assert calm > 0.9 > 0.7 > wild
    assert len(said["training_time"]["seconds"]["linear"]) == 2
    assert "grouped" not in said["splits"]  # no positions, so no repeats


def test_what_was_evaluated_is_kept_until_the_classifier_is_another(copied, studied):
    first = evaluate(copied, settings=studied)
    again = evaluate(copied, settings=studied)
    assert [run.key for run in again.runs.values()] == [run.key for run in first.runs.values()]
    build(copied, settings=studied)
    assert RunStore(copied.path).find("evaluate") is not None  # a build does not forget it
    other = dataclasses.replace(studied.p21, n_points=500)
    build(copied, settings=dataclasses.replace(studied, p21=other), only=None)
    assert RunStore(copied.path).find("evaluate") is None  # it speaks of other spectra now


def test_tuning_goes_on_where_it_stopped_and_then_classifies(copied, studied):
    points = []

    def stop_late(_stage, done, _total, message=""):
        points.append((done, message))

    with pytest.raises(BuildCancelled):
        tuned_build(copied, settings=studied, progress=stop_late, cancelled=lambda: len(points) > 6)
    partial = next(RunStore(copied.path).path.glob(".tune-*.partial"))
    assert list(partial.glob("part-three-linear.json"))
    report = tuned_build(copied, settings=studied)
    assert {"tune", "svm"} <= set(report.built)
    store = RunStore(copied.path)
    tuned = store.find("tune")
    best = best_machine(tuned)
    assert {task for task, _ in tuned_machines(tuned)} == {"three", "two"}
    grid = tuned.table("grid")
    assert grid[grid["task"] == "three"]["macro_f"].max() == max(
        said["cross_validated_f"] for said in tuned.metrics["tasks"]["three"].values()
    )
    assert store.find("svm").params["svm"]["c"] == best.c
    evaluated = evaluate(copied, settings=studied).to_dict()
    assert evaluated["tuned"]
    assert {one["settings"]["kernel"] for one in evaluated["machines"]} == {"linear", "rbf"}


def test_planes_are_measured_each_for_itself(copied, studied):
    build(copied, settings=studied, only=["planes"])
    store = RunStore(copied.path)
    run, prepared = store.find("planes"), store.find("prepare-p21")
    assert [one["settings"]["perplexity"] for one in run.metrics["planes"]] == [5, 10, 5, 10]
    one = run.metrics["planes"][0]
    table = run.table(one["name"])
    rows = prepared.table("rows")["row"].to_numpy()
    assert (copied.catalog["label"].iloc[table["row"]] != "").all()
    spectra = prepared.read_array("spectra")[np.searchsorted(rows, table["row"])]
    quality = plane_quality(spectra, table[["x", "y"]].to_numpy())
    assert one["of_spectra"] == dataclasses.asdict(quality)


def test_too_few_labels_are_counted(unlabelled, studied):
    with pytest.raises(
        BuildError, match=r"two types with 10 spectra .* there are none \(ingest --labels"
    ):
        evaluate(unlabelled, settings=studied)


def test_repeats_of_an_object_stay_on_one_side(write, tmp_path, studied):
    collection = write(tmp_path / "pairs", ["type 1", "type 2", "intermediate"] * 20)
    catalog = collection.catalog.assign(ra=np.arange(60) // 6 * 1.0, dec=0.0)
    catalog.to_parquet(collection.path / "catalog.parquet")
    found = evaluate(collection.path, settings=studied).to_dict()
    assert found["split"] == "grouped"
    assert "grouped" in found["splits"]
    run = RunStore(collection.path).find("evaluate")
    assert run.metrics["n_objects"] == 10


def test_examples_take_turns_between_kinds_of_mistake():
    said = pd.DataFrame(
        {
            "row": range(6),
            "true": ["a", "a", "a", "b", "a", "b"],
            "predicted": ["b", "b", "b", "a", "a", "b"],
            "log_odds": [2.2, 1.4, 0.8, 0.4, 2.2, 1.4],
            "p_a": [0.1, 0.2, 0.3, 0.6, 0.9, 0.2],
            "p_b": [0.9, 0.8, 0.7, 0.4, 0.1, 0.8],
        }
    )
    chosen = numbered_examples(said, each=2)
    assert chosen["row"].tolist() == [0, 3, 4, 5]
    assert chosen["number"].tolist() == [1, 2, 3, 4]
    assert chosen["correct"].tolist() == [False, False, True, True]
    np.testing.assert_allclose(chosen["confidence"], [0.9, 0.6, 0.9, 0.8])


def test_tasks_are_all_types_or_the_two_of_the_paper():
    labels = np.array(["", "type 2", "LINER", "type 1"])
    assert task_rows(labels, "three").tolist() == [1, 2, 3]
    assert task_rows(labels, "two").tolist() == [1, 3]
