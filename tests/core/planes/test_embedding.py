import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors
from spexplain.core.planes.embedding import embed, quality_sample
from spexplain.core.planes.principal_components import fit_components
from spexplain.core.planes.quality import plane_quality
from spexplain.core.planes.tsne import EmbedSettings, lay_out

QUICK = EmbedSettings(perplexity=15, early=60, iterations=120)


def groups(n_each=40, n_groups=4, n_pixels=60, seed=0):
    rng = np.random.default_rng(seed)
    centres = 3 * rng.normal(size=(n_groups, n_pixels))
    group = np.repeat(np.arange(n_groups), n_each)
    return (centres[group] + rng.normal(size=(len(group), n_pixels))).astype(np.float32), group


@pytest.mark.parametrize("method", ["opentsne", "sklearn"])
def test_neighbours_on_the_plane_are_of_the_same_group(method):
    spectra, group = groups(n_each=20)
    options = dataclasses.replace(QUICK, perplexity=8, method=method, iterations=250)
    plane = embed(spectra, options)
    distance = np.linalg.norm(plane.xy[:, None] - plane.xy[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert np.mean(group[distance.argmin(axis=1)] == group) > 0.95
    assert plane.quality.trustworthiness > 0.8


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_threads():
    spectra, _ = groups()
    first, again, threaded = (embed(spectra[::2], QUICK, jobs=jobs) for jobs in (1, 1, 2))
    assert first.xy.tobytes() == again.xy.tobytes() == threaded.xy.tobytes()


def test_a_perplexity_too_large_is_reduced_and_recorded():
    spectra, _ = groups(n_each=4, n_groups=2)
    assert embed(spectra, QUICK).settings.perplexity == (8 - 1) // 3


def test_five_points_are_enough_and_four_too_few():
    spectra, _ = groups()
    assert np.isfinite(embed(spectra[:5], QUICK).xy).all()
    with pytest.raises(ValueError, match="5 finite points"):
        embed(spectra[:4], QUICK)
    with pytest.raises(ValueError, match="5 finite points"):
        embed(np.full((10, 20), np.nan, np.float32), dataclasses.replace(QUICK, pca=None))


def test_equal_spectra_do_no_harm():
    assert np.isfinite(embed(np.ones((30, 20), np.float32), QUICK).xy).all()


def test_progress_counts_to_the_end_and_an_exception_stops_it():
    spectra, _ = groups()
    seen = []
    embed(spectra, QUICK, callback=lambda done, total: seen.append((done, total)))
    assert seen == sorted(set(seen))
    assert seen[-1][0] >= 0.9 * seen[-1][1] == 0.9 * 180

    def stop(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(spectra, QUICK, callback=stop)


def test_standardising_lets_a_faint_pixel_decide():
    rng = np.random.default_rng(0)
    spectra = np.column_stack([1000 * rng.normal(size=120), np.repeat([0.0, 1.0], 60)])
    parted = []
    for standardise in (False, True):
        options = dataclasses.replace(QUICK, pca=None, standardise=standardise, iterations=250)
        xy = embed(spectra.astype(np.float32), options).xy
        distance = np.linalg.norm(xy[:, None] - xy[None], axis=2)
        np.fill_diagonal(distance, np.inf)
        parted.append(np.mean((distance.argmin(axis=1) < 60) == (np.arange(120) < 60)))
    assert parted[0] < 0.75
    assert parted[1] > 0.95


def test_the_grid_of_transforms_and_the_trees_agree_on_what_is_near():
    # Beyond 3000 points the other gradient is used.
    spectra, group = groups(n_each=760, n_pixels=5)
    xy, _ = lay_out(spectra, dataclasses.replace(QUICK, early=50, iterations=30))
    centres = np.stack([xy[group == g].mean(axis=0) for g in range(4)])
    nearest = np.linalg.norm(xy[:, None] - centres[None], axis=2).argmin(axis=1)
    assert np.mean(nearest == group) > 0.9


def test_components_are_orthonormal_signed_by_their_largest_loading_and_recover_a_plane():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(30, 2)))[0].T
    spectra = (rng.normal(size=(200, 2)) * [5, 2]) @ basis + 1
    found = fit_components(spectra, 2)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(2), atol=1e-5)
    assert (found.axes[[0, 1], np.abs(found.axes).argmax(axis=1)] > 0).all()
    rebuilt = found.project(spectra) @ found.axes + found.centre
    np.testing.assert_allclose(rebuilt, spectra, atol=1e-4)
    joined = np.concatenate([found.project(spectra[:70]), found.project(spectra[70:])])
    np.testing.assert_allclose(joined, found.project(spectra), atol=1e-5)
    again = fit_components(spectra.astype(np.float32), 2, overwrite=True)
    assert again.axes.tobytes() == found.axes.tobytes()


def test_quality_is_one_for_a_faithful_plane_and_chance_for_a_shuffled_one():
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(300, 2))
    spectra = flat @ np.linalg.qr(rng.normal(size=(20, 2)))[0].T
    faithful = plane_quality(spectra, flat)
    assert faithful.trustworthiness == pytest.approx(1)
    assert faithful.knn_recall == pytest.approx(1)
    shuffled = plane_quality(spectra, rng.permutation(flat))
    assert shuffled.trustworthiness < 0.6
    assert shuffled.knn_recall == pytest.approx(10 / 299, abs=0.02)


@settings(max_examples=15)
@given(st.integers(4, 120), st.integers(0, 50))
def test_trustworthiness_is_scikit_learns_and_recall_counts_neighbours(n, seed):
    rng = np.random.default_rng(seed)
    spectra = rng.normal(size=(n, 6)) + 3
    xy = spectra[:, :2] + 0.3 * rng.normal(size=(n, 2))
    found = plane_quality(spectra, xy)
    assert found.trustworthiness == pytest.approx(
        trustworthiness(spectra, xy, n_neighbors=found.k), abs=1e-9
    )
    near = [
        NearestNeighbors(n_neighbors=found.k).fit(points).kneighbors(return_distance=False)
        for points in (spectra, xy)
    ]
    shared = [len(set(a) & set(b)) for a, b in zip(*near, strict=True)]
    assert found.knn_recall == pytest.approx(np.mean(shared) / found.k)
    assert found.n == found.n_asked == n


def test_some_points_asked_judge_as_all_do_and_are_counted():
    rng = np.random.default_rng(1)
    spectra = rng.normal(size=(900, 10))
    xy = spectra[:, :2] + 0.1 * rng.normal(size=(900, 2))
    whole = plane_quality(spectra, xy)
    some = plane_quality(spectra, xy, points=rng.choice(900, 300, replace=False))
    assert (some.n, some.n_asked) == (900, 300)
    assert some.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)
    assert some.knn_recall == pytest.approx(whole.knn_recall, abs=0.02)


def test_a_plane_is_judged_on_all_its_points_unless_they_are_too_many():
    among, asked = quality_sample(7000, EmbedSettings())
    assert among.tolist() == asked.tolist() == list(range(7000))
    among, asked = quality_sample(20_000, EmbedSettings())
    assert (len(among), len(asked)) == (20_000, 8000)
    among, asked = quality_sample(100_000, EmbedSettings())
    assert (len(among), len(asked), asked.max() < 32_000) == (32_000, 8000, True)
    assert (np.diff(among) > 0).all()


def test_scikit_learn_s_fewest_steps_are_said_before_anything_is_done():
    assert EmbedSettings(method="sklearn", early=1, iterations=249).method == "sklearn"
    with pytest.raises(ValueError, match="250 steps, got early=20 and iterations=30"):
        EmbedSettings(method="sklearn", early=20, iterations=30)


def test_a_plane_is_judged_alike_without_a_copy_of_its_features():
    rng = np.random.default_rng(3)
    features, xy = rng.normal(size=(40, 6)).astype(np.float32), rng.normal(size=(40, 2))
    kept = features.copy()
    found = plane_quality(features, xy)
    np.testing.assert_array_equal(features, kept)
    assert plane_quality(features, xy, overwrite_features=True) == found
