"""Clusters of all explanations: as many as there are spectra, none of them copied."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from spexplain.core.explain import clusters
from spexplain.data.build.all_stages import build
from spexplain.data.build.dust.reddening import reddening_of_lines
from spexplain.data.build.dust.row_lines import row_lines
from spexplain.data.build.stages.anomaly import cluster, embed_explanations
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.explained_anomalies import open_reasons


@pytest.fixture
def everything(copied, quick, monkeypatch):
    """All of it explained, as if that were very many."""
    for module in (clusters, cluster):
        monkeypatch.setattr(module, "_MANY", 50)
    monkeypatch.setattr(clusters, "_OF_MANY", 60)
    monkeypatch.setattr(embed_explanations, "_LAID_OUT", 60)
    build(copied, settings=dataclasses.replace(quick, top_percent=100), only=["embed-reasons"])
    return copied


def _every_spectrum_has_weights_their_error_and_what_survives(everything):
    store = RunStore(everything.path)
    explained, prepared = store.find("explain"), store.find("prepare-o25")
    rows = explained.table("explained")["row"]
    assert rows.tolist() == prepared.table("rows")["row"].tolist()
    weights, errors, survival = (
        explained.read_array(name) for name in ("weights", "errors", "survival")
    )
    assert weights.shape == errors.shape == survival.shape
    assert np.isfinite(explained.table("explained")["r2"]).all()
    known = np.isfinite(errors).all(axis=1)
    assert known.mean() > 0.9
    assert (errors[known] > 0).all()
    # Of five exposures; the three that lead share three places in each.
    np.testing.assert_allclose(survival[known] * 5, np.round(survival[known] * 5), atol=1e-5)
    assert (survival[known].sum(axis=1) <= 3 + 1e-5).all()


def _reasons_are_browsed_where_their_spectra_are(everything):
    reasons = open_reasons(everything)
    prepared = RunStore(everything.path).find("prepare-o25")
    assert len(reasons.rows) == everything.n_spectra - len(prepared.table("reasons"))
    assert not (reasons.run.path / "spectra.zarr").exists()
    at = np.array([0, 3, 50])
    there = np.searchsorted(prepared.table("rows")["row"], reasons.rows[at])
    np.testing.assert_array_equal(reasons.spectra(at), prepared.read_array("spectra")[there])
    labels, means = reasons.built()[0], reasons.run.read_array("mean_spectra")
    for number in range(reasons.k):
        mine = reasons.spectra(np.flatnonzero(labels == number))
        np.testing.assert_allclose(means[number], mine.mean(axis=0), rtol=1e-4)


def _lines_by_chunks_are_those_measured_at_once(everything, quick):
    reasons = open_reasons(everything)
    dust = reddening_of_lines(everything, quick.dust)
    pd.testing.assert_frame_equal(
        reasons.run.table("lines"), row_lines(everything, reasons.rows, dust), rtol=1e-6
    )


def _the_plane_of_very_many_is_laid_out_on_some_and_holds_all(everything):
    run = RunStore(everything.path).find("embed-reasons")
    assert run.metrics["n_laid_out"] == 60 < run.metrics["n"]
    xy = run.table("xy")
    assert xy["row"].tolist() == sorted(open_reasons(everything).rows)
    assert np.isfinite(xy[["x", "y"]].to_numpy()).all()


def test_all_explained_are_clustered_laid_out_and_browsed(everything, quick):
    # One build for all: it takes seconds.
    _every_spectrum_has_weights_their_error_and_what_survives(everything)
    _reasons_are_browsed_where_their_spectra_are(everything)
    _lines_by_chunks_are_those_measured_at_once(everything, quick)
    _the_plane_of_very_many_is_laid_out_on_some_and_holds_all(everything)
