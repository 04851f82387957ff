"""Of a collection of many spectra a sample is laid out, and the others placed: it is told."""

from __future__ import annotations

import dataclasses

import numpy as np
from spexplain.data.build.all_stages import build
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.plane_points import open_planes


def test_a_plane_of_many_is_laid_out_on_a_sample_under_a_key_of_its_own(copied, quick):
    usual = RunStore(copied.path).find("embed-o25")
    few = dataclasses.replace(quick, plane_rows=60)
    assert build(copied, only=["embed-o25"], settings=few).built == ("embed-o25",)
    run = RunStore(copied.path).find("embed-o25")
    assert run.key != usual.key
    assert run.metrics["n_laid_out"] == 60 < run.metrics["n"]
    plane = open_planes(copied)["anomaly"]
    assert "60 laid out, the others placed" in plane.title
    assert np.array_equal(plane.rows, usual.table("xy")["row"])
    assert np.isfinite(plane.xy).all()


def test_a_collection_of_fewer_keeps_its_plane(copied, quick):
    enough = dataclasses.replace(quick, plane_rows=copied.n_spectra)
    assert build(copied, only=["embed-o25"], settings=enough).built == ()
