"""The figures of an evaluation, each against scikit-learn on the same spectra."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)
from sklearn.svm import SVC
from spexplain.core.models.splits import split_rows
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.models.svm.training import SvmSettings
from spexplain.data.build.all_stages import BuildCancelled, build
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.trained_models import (
    load_type_classifier,
    probability_column,
)
from spexplain.data.study.evaluation import evaluate

KINDS = ["intermediate", "type 1", "type 2"]


@dataclasses.dataclass
class Sample:
    rows: np.ndarray
    spectra: np.ndarray
    labels: np.ndarray
    split: np.ndarray


@pytest.fixture(scope="module")
def sample(evaluated) -> Sample:
    """The labelled spectra that the collection's own run prepared, and how P21 splits them."""
    store = RunStore(evaluated.collection.path)
    prepared = store.find("prepare-p21")
    rows = prepared.table("rows")["row"].to_numpy()
    labels = evaluated.collection.catalog["label"].to_numpy(str)[rows]
    known = labels != ""
    split = split_rows(labels[known], validation=0.16, test=0.20, seed=0)
    return Sample(rows[known], prepared.read_array("spectra")[known], labels[known], split)


def plain_machine(c: float, **kernel) -> CoupledSvc:
    machine = SVC(C=c, class_weight="balanced", **(kernel or {"kernel": "linear"}))
    return CoupledSvc(machine)


def figures(sample: Sample, machine, fit_on, part, kinds=KINDS) -> dict:
    inside = np.isin(sample.labels, kinds)
    fit = inside & np.isin(sample.split, fit_on)
    judged = inside & (sample.split == part)
    machine.fit(sample.spectra[fit], sample.labels[fit])
    said, true = machine.predict(sample.spectra[judged]), sample.labels[judged]
    precision, recall, f, n = precision_recall_fscore_support(
        true, said, labels=kinds, zero_division=0
    )
    return {
        "confusion": confusion_matrix(true, said, labels=kinds).tolist(),
        "accuracy": accuracy_score(true, said),
        "macro_precision": precision.mean(),
        "macro_recall": recall.mean(),
        "macro_f": f.mean(),
        "f": f,
        "n": n,
    }


@pytest.mark.parametrize(
    ("at", "machine", "kinds"),
    [
        (0, plain_machine(0.07), KINDS),
        (1, plain_machine(1e-2, kernel="rbf", gamma=1e-3), KINDS),
        (2, plain_machine(0.4), ["type 1", "type 2"]),
    ],
)
@pytest.mark.parametrize(
    ("part", "fit_on"), [("validation", ["train"]), ("test", ["train", "validation"])]
)
def test_each_machine_is_judged_as_scikit_learn_judges_it(
    evaluated, sample, at, machine, kinds, part, fit_on
):
    said = evaluated.runs["evaluate"].metrics["machines"][at][part]
    plain = figures(sample, machine, fit_on, part, kinds)
    assert said["classes"] == kinds
    assert said["confusion"] == plain["confusion"]
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f"):
        assert said[name] == pytest.approx(plain[name])
    assert [said["by_class"][kind]["f"] for kind in kinds] == pytest.approx(plain["f"])
    assert [said["by_class"][kind]["n"] for kind in kinds] == plain["n"].tolist()


def test_the_best_of_each_task_is_chosen_on_validation_spectra_alone(evaluated):
    machines = evaluated.runs["evaluate"].metrics["machines"]
    for task in ("three", "two"):
        mine = [one for one in machines if one["task"] == task]
        best = [one for one in mine if one.get("best")]
        assert len(best) == 1
        highest = max(one["validation"]["macro_f"] for one in mine)
        assert best[0]["validation"]["macro_f"] == highest


def test_every_labelled_spectrum_is_counted_once(evaluated, sample):
    counts = evaluated.runs["evaluate"].metrics["counts"]
    assert list(counts) == KINDS
    for kind, parts in counts.items():
        for part, n in parts.items():
            assert n == np.sum((sample.labels == kind) & (sample.split == part))
    assert sum(sum(parts.values()) for parts in counts.values()) == len(sample.rows)


def test_the_kept_probabilities_are_of_the_test_spectra_and_of_the_kept_machine(evaluated, sample):
    run = evaluated.runs["evaluate"]
    said = run.table("test-three")
    assert said["row"].tolist() == sample.rows[sample.split == "test"].tolist()
    assert said["true"].tolist() == sample.labels[sample.split == "test"].tolist()
    shares = said[[probability_column(kind) for kind in KINDS]].to_numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert said["predicted"].tolist() == [KINDS[at] for at in shares.argmax(axis=1)]
    machine = load_type_classifier(run, "best-three")
    again = np.exp(machine.log_proba(sample.spectra[sample.split == "test"]))
    np.testing.assert_allclose(shares, again)
    plain = plain_machine(0.07)
    fit = sample.split != "test"
    plain.fit(sample.spectra[fit].astype(float), sample.labels[fit])
    theirs = plain.predict_proba(sample.spectra[~fit].astype(float))
    np.testing.assert_allclose(shares, theirs, atol=5e-3)


def test_the_machine_of_two_types_knows_two(evaluated):
    run = evaluated.runs["evaluate"]
    assert list(load_type_classifier(run, "best-two").classes) == ["type 1", "type 2"]
    assert set(run.table("test-two")["true"]) == {"type 1", "type 2"}


def test_kinds_of_split_differ_in_nothing_else(evaluated, sample):
    found = evaluated.runs["evaluate"].metrics["splits"]
    assert list(found) == ["random", "stratified"]  # no positions: no object is known to repeat
    assert found["random"] == evaluated.runs["evaluate"].metrics["machines"][0]["test"]
    split = split_rows(sample.labels, method="stratified", validation=0.16, test=0.20, seed=0)
    other = dataclasses.replace(sample, split=split)
    plain = figures(other, plain_machine(0.07), ["train", "validation"], "test")
    assert found["stratified"]["confusion"] == plain["confusion"]
    assert np.ptp(np.sum(found["stratified"]["confusion"], axis=1)) == 0


def test_the_noise_test_starts_at_the_test_set_and_adds_what_it_says(evaluated, sample):
    said, best = evaluated.runs["noise"].metrics, evaluated.best
    assert said["macro_f"][0] == pytest.approx(best["test"]["macro_f"], abs=1e-6)
    assert said["spread"][0] == 0
    machine = load_type_classifier(evaluated.runs["evaluate"], "best-three")
    test = sample.split == "test"
    for at, sigma in enumerate(said["sigmas"]):
        found = []
        for draw in range(said["repeats"]):
            noise = np.random.default_rng([0, draw]).normal(size=sample.spectra[test].shape)
            shares = machine.log_proba(sample.spectra[test] + sigma * noise)
            predicted = np.array(KINDS)[shares.argmax(axis=1)]
            found.append(f1_score(sample.labels[test], predicted, labels=KINDS, average="macro"))
        assert said["macro_f"][at] == pytest.approx(np.mean(found), abs=2e-6)
        assert said["spread"][at] == pytest.approx(np.std(found), abs=2e-6)


def test_training_times_are_of_every_machine_of_all_types(evaluated, sample):
    said = evaluated.runs["timing"].metrics
    assert said["n"] == np.sum(sample.split != "test")
    assert list(said["seconds"]) == ["linear", "rbf"]
    assert all(len(times) == 2 == said["repeats"] for times in said["seconds"].values())
    assert all(second > 0 for times in said["seconds"].values() for second in times)


def test_nothing_half_done_is_left_in_a_finished_run(evaluated):
    for run in evaluated.runs.values():
        assert not list(run.path.glob("part-*"))


def test_an_evaluation_broken_off_comes_to_the_same_figures(copied, study, evaluated):
    told = []
    with pytest.raises(BuildCancelled):
        build(
            copied,
            settings=study,
            only=["evaluate"],
            progress=lambda stage, done, *_: told.append((stage, done)),
            cancelled=lambda: ("evaluate", 2) in told,
        )
    (partial,) = copied.path.glob("runs/.evaluate-*.partial")
    kept = {path.name for path in partial.glob("part-*.json")}
    assert {"part-three-linear.json", "part-three-rbf.json"} <= kept
    # One that was cut off while it was written costs time, not the evaluation.
    (partial / "part-three-linear.json").write_text('{"made": {"validation"')
    build(copied, settings=study, only=["evaluate"])
    again = RunStore(copied.path).find("evaluate")
    assert again.key == evaluated.runs["evaluate"].key
    assert again.metrics == evaluated.runs["evaluate"].metrics
    table = evaluated.runs["evaluate"].table("test-three")
    assert again.table("test-three").equals(table)


def test_a_sample_can_be_drawn_from_more_labels_than_wanted(copied, study):
    few = dataclasses.replace(study.study, rows=60, machines=(("three", SvmSettings()),))
    build(copied, settings=dataclasses.replace(study, study=few), only=["evaluate"])
    counts = RunStore(copied.path).find("evaluate").metrics["counts"]
    assert sum(sum(parts.values()) for parts in counts.values()) == 60


def test_asking_for_another_split_is_another_evaluation(copied, study):
    one_machine = dataclasses.replace(study.study, machines=(("three", SvmSettings()),))
    one_machine = dataclasses.replace(one_machine, sigmas=(0.1,), time_repeats=1)
    settings = dataclasses.replace(study, study=one_machine)
    random = evaluate(copied, settings=settings)
    stratified = evaluate(copied, settings=settings, split="stratified")
    assert random.to_dict()["split"] == "random"
    assert stratified.to_dict()["split"] == "stratified"
    assert random.runs["evaluate"].key != stratified.runs["evaluate"].key
    said = random.to_dict()["splits"]["stratified"]["confusion"]
    assert said == stratified.best["test"]["confusion"]
