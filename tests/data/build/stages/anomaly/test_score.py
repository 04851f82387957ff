"""Eight scores of every spectrum, one network or one a bin, and explanations of any of them."""

import dataclasses
from typing import get_args

import numpy as np
import pytest
from spexplain.core.explain.entry import explain
from spexplain.core.models.anomaly.rankings import rank
from spexplain.core.models.anomaly.scores import Score
from spexplain.data.build.all_stages import BuildCancelled, BuildSettings, build
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.autoencoders import load_autoencoders
from spexplain.data.lenses.lenses import LensError, open_lenses
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens


@pytest.fixture
def noisy(copied, quick):
    """The collection with S/N that differ, and settings of four networks."""
    catalog = copied.catalog
    catalog["sn_median"] = np.linspace(3, 30, len(catalog))
    wide = dataclasses.replace(quick, model_per_bin=True, sn_bins=4, explain_score="chi2")
    return copied, wide


def test_every_score_in_the_table_is_what_its_target_gives(built):
    lens = open_lenses(built)["anomaly"]
    assert lens.targets == get_args(Score)
    for row in (0, 3, 50):
        for name in lens.targets:
            direct = lens.target(name, row)(lens.prepared(row)[None])[0]
            assert lens.scores(name)[row] == pytest.approx(direct, rel=1e-4)
    with pytest.raises(LensError, match="'median'"):
        lens.scores("median")


def test_the_filter_and_the_trimming_of_a_target_may_be_chosen(built):
    lens = open_lenses(built)["anomaly"]
    flux = lens.prepared(0)[None]
    usual = lens.target("filtered-mse", 0)(flux)
    assert lens.target("filtered-mse", 0, width_kms=5000)(flux) != usual
    assert lens.target("trimmed-mse", 0, trimmed=0.3)(flux) < lens.target("trimmed-mse", 0)(flux)
    np.testing.assert_allclose(
        lens.target("filtered-mse", 0, width_kms=0)(flux), lens.target("mse", 0)(flux), rtol=1e-5
    )


def test_the_mean_squared_error_is_that_of_the_reconstruction(built):
    lens = open_lenses(built)["anomaly"]
    residual = lens.reconstruction(3) - lens.prepared(3)
    assert np.mean(residual**2) == pytest.approx(lens.verdict(3).score, rel=1e-5)


def test_the_overlap_of_the_tops_is_kept(built):
    run = RunStore(built.path).find("score")
    overlap = run.table("overlap")
    assert len(overlap) == 2 * 8 * 8
    alike = overlap[overlap["score"] == overlap["other"]]
    assert (alike["shared"] == 1).all()
    # 119 spectra: the top 1000 is all of them.
    assert (overlap[overlap["top"] == 1000]["shared"] == 1).all()
    scores = run.table("scores")
    top = {name: set(scores["row"][rank(scores[name]) <= 100]) for name in ("mse", "chi2")}
    here = overlap.set_index(["top", "score", "other"])["shared"]
    assert here[100, "mse", "chi2"] == pytest.approx(len(top["mse"] & top["chi2"]) / 100)


def test_ranks_within_bins_of_signal_to_noise_start_at_one_in_each(noisy):
    collection, settings = noisy
    build(collection, settings=settings, only=["score"])
    scores = RunStore(collection.path).find("score").table("scores")
    counts = scores["sn_bin"].value_counts()
    assert len(counts) == 4
    assert counts.max() - counts.min() <= 1
    for _, inside in scores.groupby("sn_bin"):
        assert sorted(inside["rank_in_bin"]) == list(range(1, len(inside) + 1))
        ordered = inside.sort_values("rank_in_bin")["mse"].to_numpy()
        assert (np.diff(ordered) <= 0).all()


def test_each_bin_has_a_network_that_its_spectra_are_scored_by(noisy):
    collection, settings = noisy
    report = build(collection, settings=settings)
    assert not report.skipped
    lens, store = open_lenses(collection)["anomaly"], RunStore(collection.path)
    networks = load_autoencoders(store.find("vae"))
    assert len(networks.vaes) == 4
    curve = store.find("vae").table("training")
    assert set(curve["sn_bin"]) == {0, 1, 2, 3}
    for row in (0, 40, 80, 119):
        assert lens.target("mse", row)(lens.prepared(row)[None])[0] == pytest.approx(
            lens.columns["score"][row], rel=1e-4
        )
    first, last = (lens.vae_of(row).to_arrays()["output.bias"] for row in (0, 119))
    assert not np.array_equal(first, last)
    # A spectrum from outside is scored by the network of its S/N, or the last if that is unknown.
    outside, flux = OutsideLens(collection, lens), lens.prepared(40)
    for sn_median, row in ((3, 0), (30, 119), (np.nan, 119)):
        target = outside.target("mse", flux, sn_median)
        assert target.vae is lens.vae_of(row)
        assert outside.verdict(flux, sn_median).score == target(flux[None])[0]
    # What is explained: the highest by the score asked for, each by its own network.
    explained = store.find("explain").table("explained")
    at = lens.rows.searchsorted(explained["row"])
    assert sorted(rank(lens.scores("chi2"))[at]) == list(range(1, 9))
    row = int(explained["row"][0])
    direct = explain(lens.prepared(row), lens.target("chi2", row), settings.explain)
    np.testing.assert_allclose(
        store.find("explain").read_array("weights")[0], direct.weights, rtol=1e-5, atol=1e-9
    )


def test_the_top_may_be_taken_from_each_bin(noisy):
    collection, settings = noisy
    settings = dataclasses.replace(
        settings, model_per_bin=False, top_percent=10, top_in_bins=True, sn_bins=2
    )
    build(collection, settings=settings, only=["explain"])
    store = RunStore(collection.path)
    bins = store.find("score").table("scores").set_index("row")["sn_bin"]
    explained = store.find("explain").table("explained")["row"]
    assert bins[explained].value_counts().to_dict() == {0: 6, 1: 6}


def test_segments_that_follow_each_spectrum_are_explained_and_clustered(copied, quick):
    slic = dataclasses.replace(quick.explain, segmentation="slic")
    report = build(copied, settings=dataclasses.replace(quick, explain=slic), only=["cluster"])
    assert "cluster" in report.built
    store = RunStore(copied.path)
    run, lens = store.find("explain"), open_lenses(copied)["anomaly"]
    labels, weights = run.read_array("labels"), run.read_array("weights")
    assert labels.shape == (8, len(lens.wave_rest_aa))
    assert weights.shape == (8, labels.max() + 1)
    unit = store.find("cluster").read_array("unit")
    assert unit.shape == (8, 20)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1)


def test_explaining_goes_on_where_it_was_broken_off(copied, quick, monkeypatch):
    from spexplain.data.build.stages.anomaly import explain as stage_explain

    monkeypatch.setattr(stage_explain, "_CHUNK", 3)
    settings = dataclasses.replace(quick, explain=dataclasses.replace(quick.explain, factor=0.7))
    told = []

    def listen(stage, done, *_):
        told.append((stage, done))

    with pytest.raises(BuildCancelled):
        build(
            copied,
            settings=settings,
            only=["explain"],
            progress=listen,
            cancelled=lambda: ("explain", 3) in told,
        )
    assert len(list(copied.path.glob("runs/.explain-*.partial/chunks-explain/*.npz"))) == 2
    build(copied, settings=settings, only=["explain"])
    again = RunStore(copied.path).find("explain")
    assert not list(again.path.glob("chunks-*"))
    once = build_afresh(copied, settings)
    np.testing.assert_array_equal(again.read_array("weights"), once.read_array("weights"))


def build_afresh(collection, settings):
    for number, path in enumerate(collection.path.glob("runs/explain-*/run.json")):
        path.parent.rename(path.parent.with_name(f"elsewhere-{number}"))
    build(collection, settings=settings, only=["explain"])
    return RunStore(collection.path).find("explain")


def test_the_weights_of_the_loss_may_be_searched_for(copied, quick):
    pairs = ((0.0, 8.6), (1.0, 2.0))
    settings = dataclasses.replace(quick, vae_search=pairs, vae_search_epochs=2)
    build(copied, settings=settings, only=["vae"])
    run = RunStore(copied.path).find("vae")
    trials = run.table("search")
    assert list(zip(trials["alpha"], trials["lam"], strict=True)) == list(pairs)
    best = trials.loc[trials["reconstruction"].idxmin()]
    assert (run.metrics["alpha"], run.metrics["lam"]) == (best["alpha"], best["lam"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sn_bins": 0}, "sn_bins=0"),
        ({"dust": "moon"}, "dust must be one of .* got 'moon'"),
        ({"explain_score": "median"}, "explain_score must be one of .* got 'median'"),
        ({"model_per_bin": True, "plane_features": "latent"}, "one autoencoder"),
    ],
)
def test_settings_that_do_not_fit_are_quoted(wrong, message):
    with pytest.raises(ValueError, match=message):
        BuildSettings(**wrong)
