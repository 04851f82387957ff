"""What each stage leaves, held against the same worked out directly."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.explain.entry import explain
from spexplain.core.spectra.prepare.recipes import recipe_from_dict
from spexplain.core.targets.anomaly_score import VaeScore
from spexplain.data.build.all_stages import BuildSettings, build
from spexplain.data.build.stages import prepare as stage_prepare
from spexplain.data.build.stages.agn import svm as stage_svm
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.trained_models import load_vae, svm_path
from spexplain.data.files.arrays.named_arrays import load_arrays
from spexplain.data.files.sklearn_models import load_classifier


@pytest.fixture
def store(built):
    return RunStore(built.path)


@pytest.mark.parametrize("name", ["prepare-p21", "prepare-o25"])
def test_preparing_in_chunks_is_preparing_at_once(name, built, store):
    run = store.find(name)
    recipe = recipe_from_dict(run.facts("recipe"))
    (_, flux, ivar), *rest = built.chunks(built.n_spectra)
    assert not rest
    z = built.catalog["z"].to_numpy()
    on_grid, reasons = recipe.to_grid(built.wave_rest_aa, flux, ivar, z)
    usable = reasons == ""
    kept = recipe.kept_wavelengths(np.isnan(on_grid[usable]).sum(axis=0), usable.sum())
    np.testing.assert_array_equal(
        run.read_array("spectra"), recipe.finish(on_grid[usable][:, kept])
    )
    np.testing.assert_array_equal(run.read_array("wavelength"), recipe.wave_rest_aa[kept])
    np.testing.assert_array_equal(run.table("rows")["row"], np.flatnonzero(usable))


@pytest.mark.parametrize("rows", [7, 119])
def test_the_size_of_chunks_does_not_matter(rows, copied, store, quick, monkeypatch):
    expected = store.find("prepare-o25")
    monkeypatch.setattr(stage_prepare, "_CHUNK_ROWS", rows)
    other = RunStore(copied.path)
    for path in other.path.glob("prepare-o25-*/run.json"):
        path.parent.rename(path.parent.with_name("elsewhere"))
    build(copied, settings=quick, only=["prepare-o25"])
    found = other.find("prepare-o25")
    assert found.path.name != "elsewhere"
    np.testing.assert_array_equal(found.read_array("spectra"), expected.read_array("spectra"))
    assert found.metrics == expected.metrics


def test_the_released_codes_filling_takes_the_samples_median(copied, quick):
    o25 = dataclasses.replace(quick.o25, fill="code")
    build(copied, settings=dataclasses.replace(quick, o25=o25), only=["prepare-o25"])
    run = RunStore(copied.path).find("prepare-o25")
    recipe = recipe_from_dict(run.facts("recipe"))
    kept, median = run.read_array("kept"), run.read_array("sample_median")
    (_, flux, ivar), *_ = copied.chunks(copied.n_spectra)
    on_grid, _ = recipe.to_grid(copied.wave_rest_aa, flux, ivar, copied.catalog["z"].to_numpy())
    on_grid = on_grid[run.table("rows")["row"]][:, kept]
    filled = run.read_array("spectra")
    missing = np.isnan(on_grid)
    assert missing.any()  # the sky line, where few enough have it to keep the wavelength
    scale = np.nanmedian(on_grid / filled, axis=1, keepdims=True)
    expected = np.broadcast_to(median[kept], filled.shape)
    np.testing.assert_allclose((filled * scale)[missing], expected[missing], rtol=1e-4)


def test_probabilities_are_those_of_the_saved_classifier(store):
    run = store.find("svm")
    classifier = load_classifier(svm_path(run.path))
    spectra = store.find("prepare-p21").read_array("spectra")
    table = run.table("predictions")
    expected = classifier.predict_proba(spectra)
    for at, label in enumerate(classifier.classes_):
        found = table["p_" + label.replace(" ", "_")]
        np.testing.assert_allclose(found, expected[:, at], atol=1e-9)
    np.testing.assert_array_equal(table["predicted"], classifier.predict(spectra))


def test_more_labels_than_are_trained_on_are_all_judged(copied, quick, monkeypatch):
    monkeypatch.setattr(stage_svm, "_CHUNK_ROWS", 7)
    report = build(copied, settings=dataclasses.replace(quick, svm_rows=50), only=["svm"])
    run = RunStore(copied.path).find("svm")
    split = run.table("predictions").set_index("row")["split"]
    labelled = copied.catalog["label"].reindex(split.index) != ""
    assert (split != "").sum() == 50
    assert run.metrics["unseen"]["n"] == (labelled & ~split.isin(["train", "validation"])).sum()
    assert run.metrics["unseen"]["n"] == run.metrics["test"]["n"] + labelled.sum() - 50
    said = f"learned on 50 of {labelled.sum()} labelled spectra, drawn at random from each type"
    assert said in report.notes["svm"]


def test_the_autoencoder_learns_from_a_sample_when_there_are_more(copied, quick):
    build(copied, settings=dataclasses.replace(quick, vae_rows=40), only=["vae"])
    metrics = RunStore(copied.path).find("vae").metrics
    assert metrics["n_trained_on"] + metrics["n_validation"] == 40


def test_the_autoencoder_learns_from_galaxies_and_scores_all(write, tmp_path, quick):
    classes = ["GALAXY"] * 80 + ["QSO"] * 40
    copied = write(tmp_path / "some", ["type 1", "type 2"] * 60, classes=classes)
    build(copied.path, settings=quick, only=["score"])
    store = RunStore(copied.path)
    run, rows = store.find("vae"), store.find("prepare-o25").table("rows")["row"]
    learnt = run.table("sample")
    assert learnt["row"].tolist() == rows[rows < 80].tolist()
    assert (learnt["split"] == "validation").sum() == run.metrics["n_validation"]
    assert run.metrics["left_out"] == {"QSO": (rows >= 80).sum()}
    assert f"not learnt from: {(rows >= 80).sum()} QSO" in run.metrics["sample_note"]
    assert store.find("score").table("scores")["row"].tolist() == rows.tolist()
    everything = build(copied.path, settings=dataclasses.replace(quick, learn_from="all"))
    assert "of whatever class" in everything.notes["vae"]


def test_too_few_galaxies_are_said_to_be_so(write, tmp_path, quick):
    classes = ["GALAXY"] * 5 + ["QSO"] * 115
    copied = write(tmp_path / "some", [""] * 120, classes=classes)
    report = build(copied.path, settings=quick, only=["vae"])
    assert "5 usable galaxies of 120 spectra are too few" in report.skipped["vae"]
    assert "learn from all of them" in report.skipped["vae"]


def test_a_training_without_classes_and_cut_short_says_both(store):
    note = store.find("vae").metrics
    assert "gives none of them a class" in note["sample_note"]
    assert note["cut_short"] == ("cut short at the 12 epochs" in note["training_note"])


def test_the_training_curve_is_kept_and_the_best_epoch_is_its_lowest(store):
    run = store.find("vae")
    curve = run.table("training")
    assert curve["validation_loss"].idxmin() + 1 == run.metrics["best_epoch"]
    assert curve["validation_loss"].min() == run.metrics["validation_loss"]
    assert curve["validation_loss"].iloc[-1] < 0.9 * curve["validation_loss"].iloc[0]


def test_scores_are_those_of_the_saved_autoencoder_and_ranks_follow(store):
    scores = store.find("score").table("scores")
    target = VaeScore(load_vae(store.find("vae")), "mse")
    expected = target(store.find("prepare-o25").read_array("spectra"))
    np.testing.assert_allclose(scores["mse"], expected, rtol=1e-5)
    assert sorted(scores["rank"]) == list(range(1, len(scores) + 1))
    by_rank = scores.sort_values("rank")["mse"].to_numpy()
    assert (np.diff(by_rank) <= 0).all()


def test_explanations_are_what_explain_gives_for_the_highest_scores(store, quick):
    run, prepared = store.find("explain"), store.find("prepare-o25")
    explained = run.table("explained")
    scores = store.find("score").table("scores").set_index("row")
    assert sorted(scores["rank"].reindex(explained["row"])) == list(range(1, 9))
    target = VaeScore(load_vae(store.find("vae")), "mse")
    position = prepared.table("rows")["row"].tolist().index(explained["row"][2])
    direct = explain(prepared.array("spectra")[position], target, quick.explain)
    np.testing.assert_allclose(run.read_array("weights")[2], direct.weights, rtol=1e-6)
    assert explained["r2"][2] == pytest.approx(direct.r2)
    np.testing.assert_array_equal(run.read_array("labels"), direct.labels)


def test_a_share_of_the_spectra_is_explained_where_that_is_more_than_the_least(copied, quick):
    settings = dataclasses.replace(quick, top_percent=10, top_at_least=3)
    build(copied, settings=settings, only=["explain"])
    assert len(RunStore(copied.path).find("explain").table("explained")) == 12


def test_clusters_are_summed_up_by_their_members(built, store):
    run = store.find("cluster")
    clusters = run.table("clusters")
    prepared = store.find("prepare-o25")
    rows = prepared.table("rows")["row"].tolist()
    summary = run.table("summary")
    for number in range(run.metrics["k"]):
        members = clusters["row"][clusters["cluster"] == number]
        spectra = prepared.read_array("spectra")[[rows.index(row) for row in members]]
        np.testing.assert_allclose(
            run.read_array("mean_spectra")[number], spectra.mean(axis=0), rtol=1e-5
        )
        assert summary["n"][number] == len(members)
        expected = built.catalog["z"].to_numpy()[members].mean()
        assert summary["median_z"][number] == pytest.approx(expected, abs=0.006)
    scan = run.table("scan")
    assert scan["k"].tolist() == sorted(scan["k"])
    assert (scan["silhouette"].between(-1, 1)).all()


def test_a_plane_keeps_the_map_from_spectra_to_what_it_lays_out(store, quick):
    arrays, _ = load_arrays(store.find("embed-p21").path / "components.safetensors")
    spectra = store.find("prepare-p21").read_array("spectra")
    scores = ((spectra - arrays["centre"]) / arrays["scale"]) @ arrays["axes"].T
    assert scores.shape == (len(spectra), quick.embed_p21.pca)
    variance = scores.var(axis=0)
    assert (np.diff(variance) <= 1e-3 * variance[0]).all()


def test_the_anomaly_plane_can_show_the_latent_space_instead(copied, store, quick):
    settings = dataclasses.replace(quick, plane_features="latent")
    build(copied, settings=settings, only=["embed-o25"])
    run = RunStore(copied.path).find("embed-o25")
    assert run.metrics["features"] == "latent"
    assert "vae" in run.inputs
    assert not np.allclose(run.table("xy")["x"], store.find("embed-o25").table("xy")["x"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"top_percent": 0.0}, "top_percent=0.0"),
        ({"top_percent": 101.0}, "top_percent=101.0"),
        ({"k": 0}, "k=0"),
        ({"vae_rows": 0}, "vae_rows=0"),
        ({"learn_from": "stars"}, "learn_from must be one of .* got 'stars'"),
        ({"plane_features": "colours"}, "plane_features must be one of .* got 'colours'"),
    ],
)
def test_settings_that_make_no_sense_are_quoted(wrong, message):
    with pytest.raises(ValueError, match=message):
        BuildSettings(**wrong)
