"""Clusters as built, read back as the page shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from spexplain.dashboard.clusters import open_clusters
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.lens import open_lenses


def test_clusters_of_the_demo_fit_its_lens(small_demo: Path) -> None:
    collection = Collection.open(small_demo)
    lens = open_lenses(collection)["anomaly"]
    found = open_clusters(collection)
    numbers = lens.columns["cluster"].dropna().astype(int)
    assert {cluster.number: cluster.n for cluster in found} == numbers.value_counts().to_dict()
    for cluster in found:
        np.testing.assert_array_equal(cluster.wave_rest_aa, lens.wave_rest_aa)
        assert cluster.spectrum.shape == cluster.labels.shape == lens.wave_rest_aa.shape
        assert cluster.labels.max() + 1 == len(cluster.weights)
        assert (cluster.weights >= 0).all()
        assert len(cluster.top()) == 3
        members = numbers.index[numbers == cluster.number]
        mean = np.mean([lens.prepared(int(row)) for row in members], axis=0)
        np.testing.assert_allclose(cluster.spectrum, mean, rtol=1e-4)


def test_nothing_built_no_clusters(tmp_path: Path) -> None:
    with CollectionWriter.create(tmp_path / "bare", np.arange(4000.0, 4010.0), {}):
        pass
    assert open_clusters(Collection.open(tmp_path / "bare")) == []
