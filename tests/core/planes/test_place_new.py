import numpy as np
import pytest
from spexplain.core.planes import place_new
from spexplain.core.planes.place_new import PlaneMap
from spexplain.core.planes.tsne import EmbedSettings, lay_out


@pytest.fixture(scope="module")
def clumps():
    """Four clumps in ten dimensions, laid out; a line runs through each."""
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(4), 60)
    features = 8 * rng.normal(size=(4, 10))[kind] + rng.normal(size=(240, 10))
    xy, _ = lay_out(features, EmbedSettings(perplexity=15, early=100, iterations=200))
    return features, xy, kind


def test_spectra_left_out_come_to_lie_where_they_would(clumps):
    features, xy, kind = clumps
    out = np.arange(0, 240, 8)
    kept = np.setdiff1d(np.arange(240), out)
    placed = PlaneMap(features[kept], xy[kept]).place(features[out])
    away = np.hypot(*(placed - xy[out]).T)
    middles = np.array([xy[kind == k].mean(axis=0) for k in range(4)])
    nearest = np.hypot(*(placed[:, None] - middles).transpose(2, 0, 1)).argmin(axis=1)
    np.testing.assert_array_equal(nearest, kind[out])
    assert np.median(away) < 0.15 * xy.std()


def test_each_is_placed_for_itself_and_alike_every_time(clumps):
    features, xy, _ = clumps
    plane = PlaneMap(features, xy)
    new = features[:5] + 0.1
    together = plane.place(new)
    np.testing.assert_array_equal(together, np.concatenate([plane.place(one[None]) for one in new]))


def test_one_that_is_on_the_plane_lies_by_its_twin(clumps):
    features, xy, _ = clumps
    placed = PlaneMap(features, xy).place(features[:20])
    assert np.median(np.hypot(*(placed - xy[:20]).T)) < 0.1 * xy.std()


@pytest.mark.parametrize("grid_from", [10**6, 0])  # by a tree, and by a grid
def test_many_come_to_lie_where_each_would_alone(clumps, grid_from, monkeypatch):
    features, xy, _ = clumps
    monkeypatch.setattr(place_new, "_GRID_FROM", grid_from)
    xy = xy + np.array([40, -7])  # the middle is not where openTSNE has it
    plane, new = PlaneMap(features, xy), features[::6] + 0.1
    many = plane.place_many(new)
    assert np.median(np.hypot(*(many - plane.place(new)).T)) < 0.1 * xy.std()
    parts = [PlaneMap(features, xy).place_many(part) for part in np.split(new, 4)]
    assert many.tobytes() == np.concatenate(parts).tobytes()


def test_nonsense_is_refused(clumps):
    features, xy, _ = clumps
    with pytest.raises(ValueError, match="got 240 and 3"):
        PlaneMap(features, xy[:3])
    with pytest.raises(ValueError, match="must be finite"):
        PlaneMap(features, xy).place(np.full((1, 10), np.nan))


def test_what_is_like_nothing_on_the_plane_is_told_apart():
    rng = np.random.default_rng(3)
    features = rng.normal(size=(400, 5))
    plane = PlaneMap(features, rng.normal(size=(400, 2)))
    alike, strange = rng.normal(size=(200, 5)), rng.normal(30, 1, size=(5, 5))
    assert plane.far_from_all(alike).mean() < 0.05
    assert plane.far_from_all(strange).all()
    assert not plane.far_from_all(features[:20]).any()
