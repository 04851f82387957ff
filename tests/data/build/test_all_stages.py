import dataclasses
import json
import shutil

import numpy as np
import pytest
import zarr
from spexplain.core.models.autoencoder.training import VaeTrainer
from spexplain.data.build.all_stages import BuildCancelled, BuildError, build, stage_names
from spexplain.data.collection.collection import Collection, CollectionError
from spexplain.data.collection.runs import RunStore

UNUSABLE = 7


def bytes_of(collection):
    """Every file of the runs but how long they took."""
    root = collection.path / "runs"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in ("timings.json", ".lock")
    }


class StopAt:
    """Cancels when a stage has reported a number of times."""

    def __init__(self, stage, times=1):
        self.stage, self.left = stage, times

    def __call__(self, stage, _done, _total, _message=""):
        self.left -= stage == self.stage

    def cancelled(self):
        return self.left <= 0


def test_every_stage_is_built_once_and_then_kept_whatever_the_number_of_jobs(
    labelled, built, quick
):
    first = build(labelled, settings=quick, jobs=3)
    assert set(first.built) == set(stage_names())
    assert not first.kept
    assert not first.skipped
    assert bytes_of(labelled) == bytes_of(built)
    second = build(labelled.path, settings=quick)
    assert set(second.kept) == set(stage_names())
    assert not second.built
    assert bytes_of(labelled) == bytes_of(built)


def test_a_report_can_be_printed_as_json(built, quick):
    report = build(built, settings=quick)
    assert json.loads(json.dumps(dataclasses.asdict(report)))["path"] == str(built.path)


def test_a_build_cancelled_in_every_stage_in_turn_ends_at_the_same_bytes(labelled, built, quick):
    # "built" holds the same spectra and was never interrupted.
    # Scores and explanations of so few spectra are done in one go.
    for stage in [name for name in stage_names() if name not in ("score", "explain")]:
        stop = StopAt(stage, times=3 if stage == "vae" else 1)
        with pytest.raises(BuildCancelled, match="continues from here"):
            build(labelled, settings=quick, progress=stop, cancelled=stop.cancelled)
        assert RunStore(labelled.path).find(stage) is None
    assert not build(labelled, settings=quick, jobs=2).skipped
    assert bytes_of(labelled) == bytes_of(built)


def forget(collection, stage):
    """As if the stage had not been done."""
    shutil.rmtree(RunStore(collection.path).find(stage).path)


def test_finished_stages_survive_a_failure_and_are_not_done_again(copied, quick, monkeypatch):
    def fail(_self):
        raise OSError("disk full")

    forget(copied, "vae")
    with monkeypatch.context() as broken:
        broken.setattr(VaeTrainer, "best", fail)
        with pytest.raises(BuildError, match="stage vae failed: disk full"):
            build(copied, settings=quick)
    assert build(copied, settings=quick).built == ("vae",)


@pytest.fixture
def half_trained(copied, quick):
    """The collection with its autoencoder stopped halfway."""
    forget(copied, "vae")
    stop = StopAt("vae", times=8)
    with pytest.raises(BuildCancelled):
        build(copied, settings=quick, progress=stop, cancelled=stop.cancelled)
    return copied


def test_the_autoencoder_goes_on_where_it_was_stopped(half_trained, quick, monkeypatch):
    epochs = []
    run_epoch = VaeTrainer.run_epoch
    monkeypatch.setattr(VaeTrainer, "run_epoch", lambda self: epochs.append(1) or run_epoch(self))
    build(half_trained, settings=quick)
    curve = RunStore(half_trained.path).find("vae").table("training")
    assert len(epochs) == len(curve) - 8
    assert curve["epoch"].tolist() == list(range(1, len(curve) + 1))


def test_a_damaged_checkpoint_costs_time_and_nothing_else(half_trained, built, quick):
    (checkpoint,) = half_trained.path.glob("runs/.vae-*.partial/checkpoint.safetensors")
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    build(half_trained, settings=quick)
    assert bytes_of(half_trained) == bytes_of(built)


def test_a_changed_setting_redoes_its_stage_and_what_follows_from_it(copied, quick):
    explaining = dataclasses.replace(quick.explain, factor=0.8)
    report = build(copied, settings=dataclasses.replace(quick, explain=explaining, k=3))
    assert sorted(report.built) == ["cluster", "embed-reasons", "explain"]
    # What was there before still is: going back costs nothing.
    assert sorted(build(copied, settings=quick).kept) == sorted(stage_names())


def test_only_builds_what_is_asked_for_and_what_that_needs(labelled, quick):
    report = build(labelled, settings=quick, only=["score"])
    assert sorted(report.built) == ["prepare-o25", "score", "vae"]
    report = build(labelled, settings=quick, only=["embed-p21"])
    assert sorted(report.built) == ["embed-p21", "prepare-p21"]
    assert RunStore(labelled.path).find("score") is not None
    with pytest.raises(BuildError, match="no stage 'tsne'; the stages are prepare-o25"):
        build(labelled, only=["tsne"])


def test_every_spectrum_is_either_prepared_or_has_its_reason(built):
    for name in ("prepare-p21", "prepare-o25"):
        run = RunStore(built.path).find(name)
        rows, reasons = run.table("rows")["row"], run.table("reasons")
        assert sorted([*rows, *reasons["row"]]) == list(range(built.n_spectra))
        assert reasons["row"].tolist() == [UNUSABLE]
        assert "3500" in reasons["reason"][0] or "3728" in reasons["reason"][0]
        assert run.array("spectra").shape == (len(rows), run.array("wavelength").shape[0])
        assert np.isfinite(run.read_array("spectra")).all()


def test_predictions_say_which_spectra_the_fit_has_seen(built):
    run = RunStore(built.path).find("svm")
    table = run.table("predictions").set_index("row")
    labels = built.catalog["label"].reindex(table.index)
    assert set(table["split"][labels == ""]) == {""}
    assert set(table["split"][labels != ""]) == {"train", "validation", "test"}
    assert table["correct"].isna().eq(labels == "").all()
    assert (table["correct"].dropna() == (table["predicted"] == labels)[labels != ""]).all()
    assert run.metrics["test"]["macro_f"] > 0.9
    assert run.metrics["unseen"] == run.metrics["test"]


def test_planted_spikes_score_highest_and_explain_themselves(built):
    store = RunStore(built.path)
    scores = store.find("score").table("scores").set_index("row")
    assert sorted(scores.nsmallest(2, "rank").index) == [3, 60]
    explained = store.find("explain")
    first = explained.table("explained")["row"].tolist().index(3)
    weights, labels = explained.read_array("weights")[first], explained.read_array("labels")
    wave = store.find("prepare-o25").read_array("wavelength")
    strongest = wave[labels == np.abs(weights).argmax()]
    assert strongest.min() <= 6010 <= strongest.max()
    clusters = store.find("cluster").table("clusters").set_index("row")["cluster"]
    assert clusters[3] == clusters[60]


def test_a_small_collection_without_labels_or_models_says_why_each_stage_is_skipped(
    unlabelled, quick
):
    report = build(unlabelled, settings=quick)
    assert "need 2 classes" in report.skipped["svm"]
    assert "too few to train" in report.skipped["vae"]
    assert report.skipped["score"] == "needs vae, which was skipped"
    assert {"embed-p21", "embed-o25"} <= set(report.built)
    assert not list(unlabelled.path.glob("runs/.*partial"))


def test_given_models_are_applied_with_their_preparation(unlabelled, built, quick):
    report = build(unlabelled, settings=quick, models=built.path)
    assert not report.skipped
    ours, theirs = RunStore(unlabelled.path), RunStore(built.path)
    for stage in ("prepare-p21", "prepare-o25"):
        np.testing.assert_array_equal(
            ours.find(stage).read_array("wavelength"), theirs.find(stage).read_array("wavelength")
        )
    assert ours.find("svm").metrics["trained_on"] == theirs.find("svm").key
    assert ours.find("svm").metrics["unseen"] is None
    assert ours.find("svm").metrics["lent"]["test"] == theirs.find("svm").metrics["test"]
    assert len(ours.find("score").table("scores")) == unlabelled.n_spectra - 1


def test_given_models_are_judged_by_labels_they_never_saw(write, tmp_path, built, quick):
    other = write(tmp_path / "other", ["type 1", "type 2", "intermediate"] * 4, seed=5)
    build(other, settings=quick, models=built.path, only=["svm"])
    assert RunStore(other.path).find("svm").metrics["unseen"]["n"] == 11
    assert RunStore(other.path).find("svm").metrics["unseen"]["macro_f"] > 0.9


def test_the_demos_models_serve_when_nothing_else_can(unlabelled, built, home, quick):
    shutil.copytree(built.path, home / "demo")
    report = build(unlabelled, settings=dataclasses.replace(quick, vae_from=50))
    assert not report.skipped
    trained_on = RunStore(unlabelled.path).find("vae").metrics["trained_on"]
    assert trained_on == RunStore(built.path).find("vae").key


def test_models_that_are_not_there_are_an_error(unlabelled, labelled):
    with pytest.raises(BuildError, match="labelled has no models"):
        build(unlabelled, models=labelled.path)
    with pytest.raises(BuildError, match="its own models"):
        build(unlabelled, models=unlabelled.path)
    with pytest.raises(CollectionError, match="no collection at"):
        build(unlabelled.path / "nowhere")


@pytest.mark.parametrize("n", [1, 4, 6])
def test_a_handful_of_spectra_builds_what_it_can(n, write, tmp_path, built, quick):
    few = write(tmp_path / "few", [""] * n)
    report = build(few, settings=quick, models=built.path)
    assert "embed-p21" in report.built  # on the lender's plane, however few
    assert ("cluster" in report.built) == (n >= 3)
    assert ("embed-reasons" in report.built) == (n >= 5)
    for reason in report.skipped.values():
        assert str(n) in reason or reason == "needs cluster, which was skipped"


def test_nothing_usable_is_a_reason_not_a_crash(write, tmp_path, quick):
    collection = write(tmp_path / "blank", ["type 1"])
    flux = zarr.open_group(collection.path / "spectra.zarr", mode="r+")["flux"]
    flux[:] = np.nan
    blank = Collection.open(collection.path)
    report = build(blank, settings=quick)
    assert "none of 1 spectra can be used" in report.skipped["prepare-p21"]
    assert not report.built


def test_two_builds_at_once_do_not_mix(unlabelled, quick):
    seen = []

    def build_again(stage, *_):
        if not seen:
            seen.append(stage)
            with pytest.raises(BuildError, match="another build is running"):
                build(unlabelled, settings=quick)

    build(unlabelled, settings=quick, only=["prepare-p21"], progress=build_again)
    assert seen
