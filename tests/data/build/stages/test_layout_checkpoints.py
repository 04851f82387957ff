"""A plane in the making is kept beside its run, and the next build goes on with it."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.planes.tsne import EmbedSettings, LayoutState
from spexplain.data.build.all_stages import BuildCancelled, build
from spexplain.data.build.stages.layout_checkpoints import LayoutCheckpoints
from spexplain.data.collection.runs import RunDraft, RunStore
from spexplain.data.lenses.plane_points import open_planes


def state(step):
    rng = np.random.default_rng(step)
    return LayoutState(step, *rng.normal(size=(3, 7, 2)), np.array([[step, 2.5]]))


def kept_in(folder):
    return LayoutCheckpoints(
        RunDraft(folder), np.arange(7), EmbedSettings(early=100, iterations=200)
    )


def test_what_was_kept_is_what_comes_back(tmp_path):
    kept = kept_in(tmp_path)
    assert kept.load() is None
    for step in (25, 50):
        kept.save(state(step))
    found = kept_in(tmp_path).load()
    assert found is not None
    assert found.step == 50
    for name in ("xy", "gains", "update", "costs"):
        np.testing.assert_array_equal(getattr(found, name), getattr(state(50), name))
    assert kept.costs().to_dict("records") == [{"step": 50, "cost": 2.5}]
    kept.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_one_costs_time_and_nothing_else(tmp_path):
    path = tmp_path / "layout.safetensors"
    kept_in(tmp_path).save(state(25))
    path.write_bytes(path.read_bytes()[:-40])
    assert kept_in(tmp_path).load() is None
    assert not path.exists()


def test_a_build_broken_off_in_a_plane_goes_on_with_it(copied, quick):
    steps = dataclasses.replace(quick.embed_p21, early=60, iterations=90)
    settings = dataclasses.replace(quick, embed_p21=steps)
    build(copied, only=["embed-p21"], settings=settings)
    whole = RunStore(copied.path).find("embed-p21")
    assert whole is not None
    wanted, costs = whole.table("xy"), whole.table("costs")
    whole.path.rename(whole.path.with_name("apart"))
    told: list[tuple[int, str]] = []

    def first_of(stage, done, total, message):
        if stage == "embed-p21" and message.startswith("KL divergence"):
            told.append((done, message))

    with pytest.raises(BuildCancelled):
        build(
            copied,
            only=["embed-p21"],
            settings=settings,
            progress=first_of,
            cancelled=lambda: len(told) > 2,
        )
    before = len(told)
    _can_be_looked_at_meanwhile(copied, wanted)
    build(copied, only=["embed-p21"], settings=settings, progress=first_of)
    again = RunStore(copied.path).find("embed-p21")
    assert again is not None
    assert told[before][0] > told[before - 1][0]
    assert again.table("xy").equals(wanted)
    assert again.table("costs").equals(costs)
    assert again.metrics == whole.metrics
    assert not [*again.path.glob("layout*"), *again.path.glob("early*")]
    assert "unfinished" not in open_planes(copied, unfinished=True)["agn"].title


def _can_be_looked_at_meanwhile(collection, finished):
    assert "agn" not in open_planes(collection)
    plane = open_planes(collection, unfinished=True)["agn"]
    assert plane.title == "t-SNE of AGN spectra, unfinished: step 109 of 150"
    assert plane.rows.tolist() == finished["row"].tolist()
    assert plane.xy.shape == (len(plane.rows), 2)
    assert plane.metrics == {}
    assert plane.settings["early"] == 60
