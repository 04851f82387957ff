"""A plane in the making is kept beside its run, and the next build goes on with it."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.planes.tsne import LayoutState
from spexplain.data.build.all_stages import BuildCancelled, build
from spexplain.data.build.kept_layout import KeptLayout
from spexplain.data.collection.runs import RunStore


def state(step):
    rng = np.random.default_rng(step)
    return LayoutState(step, *rng.normal(size=(3, 7, 2)), np.array([[step, 2.5]]))


def test_what_was_kept_is_what_comes_back(tmp_path):
    kept = KeptLayout(tmp_path / "layout.safetensors")
    assert kept.load() is None
    for step in (25, 50):
        kept.save(state(step))
    found = KeptLayout(tmp_path / "layout.safetensors").load()
    assert found is not None
    assert found.step == 50
    for name in ("xy", "gains", "update", "costs"):
        np.testing.assert_array_equal(getattr(found, name), getattr(state(50), name))
    assert kept.costs().to_dict("records") == [{"step": 50, "cost": 2.5}]
    kept.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_one_costs_time_and_nothing_else(tmp_path):
    path = tmp_path / "layout.safetensors"
    KeptLayout(path).save(state(25))
    path.write_bytes(path.read_bytes()[:-40])
    assert KeptLayout(path).load() is None
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
            cancelled=lambda: len(told) > 1,
        )
    before = len(told)
    build(copied, only=["embed-p21"], settings=settings, progress=first_of)
    again = RunStore(copied.path).find("embed-p21")
    assert again is not None
    assert told[before][0] > told[0][0]
    assert again.table("xy").equals(wanted)
    assert again.table("costs")["cost"].iloc[-1] == pytest.approx(costs["cost"].iloc[-1], abs=1e-3)
    assert not list(again.path.glob("layout*"))
