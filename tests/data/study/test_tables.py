"""The printed tables: every cell is a figure of a run, a share of one, or the paper's."""

import dataclasses
import json

import numpy as np
import pytest
from spexplain.data.collection.runs import RunStore
from spexplain.data.study import published_p21 as paper
from spexplain.data.study.figure_intervals import share_interval
from spexplain.data.study.tables import evaluation_tables

KINDS = ("intermediate", "type 1", "type 2")


@pytest.fixture(scope="module")
def tables(evaluated):
    return {table.key: table for table in evaluated.tables}


def test_they_come_in_the_papers_order_and_every_row_has_every_cell(tables):
    assert list(tables) == [
        "sample",
        "preparation",
        "hyperparameters_three",
        "hyperparameters_two",
        "test_three",
        "test_two",
        "by_class",
        "confusion",
        "confusion_normalised",
        "reliability",
        "reliability_bins",
        "sets",
        "training_time",
        "noise",
        "noise_kernels",
        "noise_kernels_intervals",
        "examples_wrong",
        "examples_right",
        "splits",
        "planes",
    ]
    for table in tables.values():
        assert table.title
        assert all(len(row) == len(table.columns) for row in table.rows), table.key
        assert len(set(table.columns)) == len(table.columns), table.key


def test_they_survive_being_written_as_json(evaluated):
    for table in evaluated.tables:
        said = json.loads(json.dumps(table.to_dict(), allow_nan=False))
        assert said["columns"] == list(table.columns)
        assert [tuple(row) for row in said["rows"]] == list(table.rows)


def test_the_sample_is_that_of_the_catalog(evaluated, tables):
    labels = evaluated.collection.catalog["label"]
    assert [row[0] for row in tables["sample"].rows] == list(KINDS)
    for kind, total, theirs, train, validation, test in tables["sample"].rows:
        assert total == train + validation + test
        assert total in (np.sum(labels == kind), np.sum(labels == kind) - 1)  # one is unusable
        assert theirs == paper.SAMPLE[kind]


def test_the_preparation_is_the_papers(evaluated, tables):
    rows = {row[0]: row[1:] for row in tables["preparation"].rows}
    for name in ("first wavelength, Å", "last wavelength, Å", "points", "unit flux at, Å"):
        here, theirs = rows[name]
        assert here == pytest.approx(theirs)
    used = rows["spectra that cover it"][0]
    left_out = rows["spectra left out"][0]
    assert used + left_out == evaluated.collection.n_spectra
    assert left_out == 1


def test_hyperparameters_say_where_they_come_from(evaluated, tables):
    table = tables["hyperparameters_three"]
    assert [row[:3] for row in table.rows] == [("linear", 0.07, None), ("rbf", 1e-2, 1e-3)]
    assert [row[5:] for row in table.rows] == [paper.BEST["three"][k] for k in ("linear", "rbf")]
    assert "--tune" in table.note
    assert tables["hyperparameters_two"].rows[0][1] == 0.4
    prepared = RunStore(evaluated.collection.path).find("prepare-p21")
    runs = evaluated.runs | {"tune": evaluated.runs["evaluate"]}
    tuned = {one.key: one for one in evaluation_tables(evaluated.collection, runs, prepared)}
    assert "grid search" in tuned["hyperparameters_three"].note
    assert "--tune" not in tuned["hyperparameters_three"].note


def test_the_paper_gives_means_for_three_types_only(evaluated, tables):
    machines = evaluated.runs["evaluate"].metrics["machines"]
    for row, machine in zip(tables["test_three"].rows, machines, strict=False):
        said = machine["test"]
        assert row[1:4] == (said["macro_precision"], said["macro_recall"], said["macro_f"])
        assert row[7:] == paper.TEST[row[0]]
    (two,) = tables["test_two"].rows
    assert two[7:] == (None, None, None)


def test_by_class_is_the_best_machines_and_agrees_with_its_confusion_matrix(evaluated, tables):
    counts = np.array([row[1:] for row in tables["confusion"].rows])
    right = np.diag(counts)
    for at, row in enumerate(tables["by_class"].rows):
        kind, precision, recall, f, *ends, n = row[:8]
        theirs = row[8:]
        for value, text in zip((precision, recall, f), ends, strict=True):
            low, high = map(float, text.split("–"))
            assert low - 0.005 <= value <= high + 0.005
        assert (kind, n) == (KINDS[at], counts[at].sum())
        assert precision == pytest.approx(right[at] / max(counts[:, at].sum(), 1))
        assert recall == pytest.approx(right[at] / counts[at].sum())
        assert f == pytest.approx(2 * right[at] / (counts[at].sum() + counts[:, at].sum()))
        assert tuple(theirs) == paper.BY_CLASS[kind]
    assert evaluated.best["settings"]["kernel"] in tables["by_class"].title


def test_the_confusion_matrix_says_which_way_it_is_read(tables):
    raw, shares = tables["confusion"], tables["confusion_normalised"]
    assert raw.columns == ("true type", *(f"called {kind}" for kind in KINDS))
    assert [row[0] for row in raw.rows] == list(KINDS)
    for counts, part in zip(raw.rows, shares.rows, strict=True):
        assert all(isinstance(n, int) for n in counts[1:])
        np.testing.assert_allclose(part[1:4], np.array(counts[1:]) / sum(counts[1:]))
    assert "19 of 115 intermediate spectra type 2" in raw.note


def test_figures_of_few_spectra_have_their_intervals(tables):
    for key in ("test_three", "test_two", "by_class", "confusion_normalised", "splits"):
        table = tables[key]
        assert "fewer than 200 spectra" in table.note
        ends = [at for at, name in enumerate(table.columns) if name.startswith("95 % of ")]
        assert ends
        assert all(isinstance(row[at], str) for row in table.rows for at in ends)


def test_times_are_means_and_spreads_of_what_was_measured(evaluated, tables):
    seconds = evaluated.runs["timing"].metrics["seconds"]
    for kernel, mean, spread, median, theirs in tables["training_time"].rows:
        assert mean == median == pytest.approx(sum(seconds[kernel]) / 2)
        assert spread == pytest.approx(abs(seconds[kernel][0] - seconds[kernel][1]) / 2)
        assert theirs == paper.TRAINING_SECONDS[kernel]
    n = evaluated.runs["timing"].metrics["n"]
    assert f"mean of 2, {n} spectra" in tables["training_time"].title
    note = tables["training_time"].note
    assert (
        note
        == "By the clock of this machine, other work on it included; the paper's: an i7-6700HQ."
    )


def test_a_run_that_other_work_held_up_shows_in_the_median(evaluated):
    timing = evaluated.runs["timing"]
    held = dict(timing.metrics, repeats=5, seconds={"linear": [2.0, 2.0, 2.0, 2.0, 42.0]})
    runs = evaluated.runs | {"timing": dataclasses.replace(timing, metrics=held)}
    prepared = RunStore(evaluated.collection.path).find("prepare-p21")
    said = {one.key: one for one in evaluation_tables(evaluated.collection, runs, prepared)}
    table = said["training_time"]
    cells = dict(zip(table.columns, table.rows[0], strict=True))
    assert cells["mean"] == 10
    assert cells["median"] == 2
    assert "during some of the runs" in table.note


def test_noise_stands_beside_the_papers_noise_and_beside_nothing_where_it_gave_none(
    evaluated, tables
):
    said, table = evaluated.runs["noise"].metrics, tables["noise"]
    for at, row in enumerate(table.rows):
        cells = dict(zip(table.columns, row, strict=True))
        assert cells["sigma"] == said["sigmas"][at]
        assert cells["mean F"] == said["macro_f"][at]
        assert cells["spread"] == said["spread"][at]
        for kind in KINDS:
            assert cells[f"F {kind}"] == said["by_class"][kind]["f"][at]
    theirs = [dict(zip(table.columns, row, strict=True))["paper: mean F"] for row in table.rows]
    assert theirs == [None, 0.74, None]  # of sigma 0, 1 and 30 the paper has the second


def test_examples_are_test_spectra_by_their_names(evaluated, tables):
    said = evaluated.runs["evaluate"].table("test-three")
    ids = evaluated.collection.catalog["id"]
    known = {ids[row]: at for at, row in enumerate(said["row"])}
    numbers = []
    for key, right in (("examples_wrong", False), ("examples_right", True)):
        for number, name, *shares, called, true in tables[key].rows:
            one = said.iloc[known[name]]
            assert (called, true) == (one["predicted"], one["true"])
            assert (called == true) is right
            assert sum(shares) == pytest.approx(1)
            assert shares == [one[f"p_{kind.replace(' ', '_')}"] for kind in KINDS]
            numbers.append(number)
    assert numbers == list(range(1, len(numbers) + 1))


def test_splits_say_that_no_object_repeats(tables):
    table = tables["splits"]
    assert [row[0] for row in table.rows] == ["random", "stratified"]
    assert "No object here has two spectra" in table.note


def test_planes_are_described_by_what_was_measured_of_them(evaluated, tables):
    table, planes = tables["planes"], evaluated.runs["planes"].metrics["planes"]
    assert table.columns[5 : 5 + len(KINDS)] == KINDS
    labels = evaluated.collection.catalog["label"].to_numpy(str)
    for row, plane in zip(table.rows, planes, strict=True):
        cells = dict(zip(table.columns, row, strict=True))
        assert cells["plane"] == plane["title"]
        assert cells["points"] == cells["measured on"] == plane["n"]
        assert cells["trustworthiness"] == plane["of_spectra"]["trustworthiness"]
        assert cells["kNN recall"] == plane["of_spectra"]["knn_recall"]
        rows = evaluated.runs["planes"].table(plane["name"])["row"]
        for kind, share in plane["separation"].items():
            n = int(np.sum(labels[rows] == kind))
            assert n < 200
            assert cells[f"95 % of {kind}"] == share_interval(round(share * n), n)
    assert table.rows[1][5] is None  # intermediate spectra are not on a plane of types 1 and 2


def test_the_document_for_programs_repeats_the_best_machine_at_its_top(evaluated):
    said, best = evaluated.to_dict(), evaluated.best
    json.dumps(said, allow_nan=False)
    assert (said["kernel"], said["c"], said["gamma"]) == ("linear", 0.07, None)
    assert said["tuned"] is False
    for name in ("n", "accuracy", "macro_precision", "macro_recall", "macro_f", "confusion"):
        assert said[name] == best["test"][name]
    assert [one["key"] for one in said["tables"]] == [one.key for one in evaluated.tables]


def test_the_papers_own_numbers_agree_with_each_other():
    assert sum(paper.SAMPLE.values()) == 3346
    # A mean over the types is what stands in its table of means.
    means = np.mean([*paper.BY_CLASS.values()], axis=0)
    np.testing.assert_allclose(means, paper.TEST["linear"], atol=0.01)
    for precision, recall, f in paper.BY_CLASS.values():
        assert f == pytest.approx(2 * precision * recall / (precision + recall), abs=0.01)
    for sigma, mean in paper.NOISE_F["mean"].items():
        kinds = [curve[sigma] for name, curve in paper.NOISE_F.items() if name != "mean"]
        assert min(kinds) <= mean <= max(kinds)
    # 20 % of 3346 spectra test; of each type about that share.
    for (true, _), (_, of) in paper.CONFUSED.items():
        assert of == pytest.approx(0.2 * paper.SAMPLE[true], rel=0.12)
