"""Grid search and planes of the AGN study, against scikit-learn on the same spectra."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC
from spexplain.core.models.splits import split_rows
from spexplain.core.models.svm.tuning import TuneSettings
from spexplain.data.build.agn_study import AgnStudy
from spexplain.data.build.all_stages import BuildCancelled, build
from spexplain.data.build.stages.agn.tune import best_machine, tuned_machines
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.plane_points import open_planes

KINDS = ["intermediate", "type 1", "type 2"]


@pytest.fixture(scope="module")
def tuning(quick):
    """A search of a few points for two kernels."""
    tune = TuneSettings(kernels=("linear", "rbf"), c_decades=4, gamma_decades=3, rounds=0)
    return dataclasses.replace(quick, study=AgnStudy(tune=tune))


@pytest.fixture(scope="module")
def tuned(built, tuning, tmp_path_factory):
    import shutil

    copy = Collection.open(shutil.copytree(built.path, tmp_path_factory.mktemp("tuned") / "c"))
    build(copy, settings=tuning, only=["tune"])
    return RunStore(copy.path)


def sample(store, collection):
    """Spectra, labels and split of the labelled rows."""
    prepared = store.find("prepare-p21")
    rows = prepared.table("rows")["row"].to_numpy()
    labels = collection.catalog["label"].to_numpy(str)[rows]
    known = labels != ""
    split = split_rows(labels[known], validation=0.16, test=0.20, seed=0)
    return prepared.read_array("spectra")[known], labels[known], split


def test_linear_machines_have_no_gamma_and_others_one(tuned):
    grid = tuned.find("tune").table("grid")
    assert grid[grid["kernel"] == "linear"]["gamma"].isna().all()
    assert (grid[grid["kernel"] == "rbf"]["gamma"] > 0).all()
    assert not grid.duplicated(["task", "kernel", "c", "gamma"]).any()
    assert grid["macro_f"].between(0, 1).all()


def test_the_best_of_a_kernel_is_the_highest_point_of_its_grid(tuned):
    run = tuned.find("tune")
    grid = run.table("grid")
    for task, kernels in run.metrics["tasks"].items():
        for kernel, found in kernels.items():
            mine = grid[(grid["task"] == task) & (grid["kernel"] == kernel)]
            best = mine[mine["macro_f"] == mine["macro_f"].max()]
            assert found["cross_validated_f"] == mine["macro_f"].max()
            assert found["settings"]["c"] == best["c"].min()  # of equals the smoothest
            assert found["points"] == len(mine)
    chosen = best_machine(run)
    scores = {k: f["cross_validated_f"] for k, f in run.metrics["tasks"]["three"].items()}
    assert scores[chosen.kernel] == max(scores.values())
    assert len(tuned_machines(run)) == 4


def test_validation_spectra_judge_and_test_spectra_play_no_part(tuned, built):
    run = tuned.find("tune")
    spectra, labels, split = sample(tuned, built)
    assert run.metrics["n_train"] == np.sum(split == "train")
    for found in run.metrics["tasks"]["three"].values():
        said = found["settings"]
        kernel = {"kernel": "linear"} if said["kernel"] == "linear" else {"gamma": said["gamma"]}
        machine = SVC(C=said["c"], class_weight="balanced", **kernel)
        machine.fit(spectra[split == "train"], labels[split == "train"])
        held_out = split == "validation"
        f = f1_score(
            labels[held_out], machine.predict(spectra[held_out]), labels=KINDS, average="macro"
        )
        assert found["validation_f"] == pytest.approx(f)


def test_a_search_broken_off_ends_with_the_same_grid(copied, tuning, tuned):
    told = []
    with pytest.raises(BuildCancelled):
        build(
            copied,
            settings=tuning,
            only=["tune"],
            progress=lambda stage, done, *_: told.append(stage),
            cancelled=lambda: told.count("tune") > 4,
        )
    (partial,) = copied.path.glob("runs/.tune-*.partial")
    points = sorted(partial.glob("part-*.json"))
    assert points
    points[0].write_text('{"points": [[0.0')  # cut off while it was written
    build(copied, settings=tuning, only=["tune"])
    again, once = RunStore(copied.path).find("tune"), tuned.find("tune")
    order = ["task", "kernel", "c", "gamma"]
    one, other = (run.table("grid").sort_values(order, ignore_index=True) for run in (again, once))
    assert one.equals(other)
    assert again.metrics == once.metrics
    assert not list(again.path.glob("part-*"))


def test_a_plane_separates_a_type_as_far_as_its_neighbours_are_of_it(evaluated):
    run = evaluated.runs["planes"]
    labels = evaluated.collection.catalog["label"].to_numpy(str)
    for one in run.metrics["planes"]:
        table = run.table(one["name"])
        mine, xy = labels[table["row"]], table[["x", "y"]].to_numpy()
        nearest = NearestNeighbors(n_neighbors=11).fit(xy).kneighbors(xy)[1][:, 1:]
        own = np.mean(mine[nearest] == mine[:, None], axis=1) > 0.5
        for kind, share in one["separation"].items():
            assert share == pytest.approx(own[mine == kind].mean())
        assert one["n"] == len(table)


def test_a_plane_of_two_types_holds_two_types(evaluated):
    labels = evaluated.collection.catalog["label"].to_numpy(str)
    planes = open_planes(evaluated.collection)
    three, two = (planes[one["name"]] for one in evaluated.runs["planes"].metrics["planes"])
    assert set(labels[three.rows]) == set(KINDS)
    assert set(labels[two.rows]) == {"type 1", "type 2"}
    for plane in (three, two):
        assert (np.diff(plane.rows) > 0).all()
        assert plane.xy.shape == (len(plane.rows), 2)
        assert np.isfinite(plane.xy).all()


def test_planes_are_named_and_titled_and_say_their_settings(evaluated, study):
    planes = open_planes(evaluated.collection)
    for choice in study.study.planes:
        plane = planes[choice.name]
        assert plane.title == choice.title
        assert plane.settings["perplexity"] == choice.settings.perplexity
        assert plane.settings["standardise"] == choice.settings.standardise
        assert {"trustworthiness", "knn_recall"} <= set(plane.metrics)
        assert "name" not in plane.metrics
    assert [*planes][:2] == ["agn", "anomaly"]  # those of --planes come last


def test_planes_broken_off_are_the_same_planes(copied, study, evaluated):
    told = []
    with pytest.raises(BuildCancelled):
        build(
            copied,
            settings=study,
            only=["planes"],
            progress=lambda stage, done, *_: told.append((stage, done)),
            cancelled=lambda: ("planes", 1) in told,
        )
    (partial,) = copied.path.glob("runs/.planes-*.partial")
    assert len(list(partial.glob("part-*.json"))) >= 1
    build(copied, settings=study, only=["planes"])
    again, once = RunStore(copied.path).find("planes"), evaluated.runs["planes"]
    assert [one["name"] for one in again.metrics["planes"]] == [
        one["name"] for one in once.metrics["planes"]
    ]
    name = once.metrics["planes"][0]["name"]
    np.testing.assert_array_equal(again.table(name), once.table(name))
    assert not list(again.path.glob("part-*"))
