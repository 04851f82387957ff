import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from spexplain.data.collection.runs import Run, RunError, RunStore, run_key
from spexplain.data.files.arrays.row_arrays import RowsWriter


def test_the_key_depends_on_settings_inputs_and_version_but_not_on_their_order():
    base = run_key("svm", 1, {"c": 0.07, "kernel": "linear"}, {"a": "1", "b": "2"})
    assert base == run_key("svm", 1, {"kernel": "linear", "c": 0.07}, {"b": "2", "a": "1"})
    others = {
        run_key("vae", 1, {"c": 0.07, "kernel": "linear"}, {"a": "1", "b": "2"}),
        run_key("svm", 2, {"c": 0.07, "kernel": "linear"}, {"a": "1", "b": "2"}),
        run_key("svm", 1, {"c": 0.08, "kernel": "linear"}, {"a": "1", "b": "2"}),
        run_key("svm", 1, {"c": 0.07, "kernel": "linear"}, {"a": "1", "b": "3"}),
    }
    assert base not in others
    assert len(others) == 4


def test_a_run_comes_back_as_it_was_written(tmp_path):
    store = RunStore(tmp_path)
    table = pd.DataFrame({"row": [1, 5], "reason": ["", "no data"]})
    with store.draft("score", "k1", params={"a": 1}, inputs={"collection": "c"}) as draft:
        draft.write_table("scores", table)
        draft.write_array("weights", np.arange(6.0).reshape(2, 3))
        draft.write_facts("recipe", {"name": "p21"})
        draft.metrics["f"] = np.float32(0.5)
        draft.metrics["nothing"] = float("nan")
    store.set_current({"score": "k1"})
    run = store.find("score")
    pd.testing.assert_frame_equal(run.table("scores"), table)
    np.testing.assert_array_equal(run.read_array("weights"), np.arange(6.0).reshape(2, 3))
    assert run.facts("recipe") == {"name": "p21"}
    assert run.metrics == {"f": 0.5, "nothing": None}
    assert (run.key, run.params, run.inputs) == ("k1", {"a": 1}, {"collection": "c"})


def break_off(store, key, resumable):
    with store.draft("vae", key, params={}, inputs={}, resumable=resumable) as draft:
        draft.write_facts("checkpoint", {"epoch": 3})
        raise KeyboardInterrupt


def test_a_broken_off_run_leaves_nothing_unless_it_can_go_on(tmp_path):
    store = RunStore(tmp_path)
    for resumable in (False, True):
        with pytest.raises(KeyboardInterrupt):
            break_off(store, "k", resumable)
        assert store.get("vae", "k") is None
        assert bool(list(store.path.iterdir())) == resumable
    with store.draft("vae", "k", params={}, inputs={}, resumable=True) as draft:
        assert json.loads((draft.path / "checkpoint.json").read_text()) == {"epoch": 3}


def test_what_other_settings_left_half_done_is_cleared_away(tmp_path):
    store = RunStore(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        break_off(store, "old", resumable=True)
    with store.draft("vae", "new", params={}, inputs={}, resumable=True):
        pass
    assert [path.name for path in store.path.iterdir()] == ["vae-new"]


def test_damage_is_reported_with_the_place(tmp_path):
    store = RunStore(tmp_path)
    with store.draft("score", "k", params={}, inputs={}):
        pass
    run = store.get("score", "k")
    with pytest.raises(RunError, match=r"score-k/scores.parquet is not there; spexplain check"):
        run.table("scores")
    with pytest.raises(RunError, match=r"score-k/weights.zarr is not there; spexplain check"):
        run.array("weights")
    (run.path / "run.json").write_text("{}")
    with pytest.raises(RunError, match="score-k is not a finished run"):
        Run.open(run.path)
    (store.path / "current.json").write_text("[")
    with pytest.raises(RunError, match=r"current\.json cannot be read"):
        store.find("score")


@pytest.mark.parametrize("blocks", [[5], [1024, 1024, 7], [300] * 8, [1, 2500]])
def test_rows_written_in_any_blocks_read_back_the_same(tmp_path, blocks):
    rows = np.random.default_rng(0).normal(size=(sum(blocks), 3)).astype(np.float32)
    store = RunStore(tmp_path)
    with (
        store.draft("s", "k", params={}, inputs={}) as draft,
        draft.rows_writer("spectra", len(rows), 3) as writer,
    ):
        for block in np.split(rows, np.cumsum(blocks)[:-1]):
            writer.append(block)
    np.testing.assert_array_equal(store.get("s", "k").read_array("spectra"), rows)


def test_missing_rows_are_noticed(tmp_path):
    with (
        pytest.raises(ValueError, match="2 rows given"),
        RowsWriter(tmp_path / "a", 3, 2) as writer,
    ):
        writer.append(np.zeros((2, 2)))


def test_what_was_made_once_is_not_made_again_until_the_run_is_whole(tmp_path):
    store, made = RunStore(tmp_path), []

    def make() -> dict[str, int]:
        made.append(1)
        return {"n": len(made)}

    def broken_off() -> None:
        with store.draft("tune", "k", params={}, inputs={}, resumable=True) as draft:
            assert draft.made_once("linear", make) == {"n": 1}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    with store.draft("tune", "k", params={}, inputs={}, resumable=True) as draft:
        assert draft.made_once("linear", make) == {"n": 1}
        (draft.path / "part-linear.json").write_text('{"made": {')  # cut off as it was written
        assert draft.made_once("linear", make) == {"n": 2}
        draft.drop_parts()
    assert not list(store.get("tune", "k").path.glob("part-*"))


def test_facts_that_are_no_object_are_told_by_their_file(tmp_path: Path):
    store = RunStore(tmp_path)
    with store.draft("svm", "k", params={}, inputs={}) as draft:
        draft.write_facts("recipe", {"a": 1})
    run = store.get("svm", "k")
    assert run is not None
    assert run.facts("recipe") == {"a": 1}
    (run.path / "recipe.json").write_text("[1]")
    with pytest.raises(RunError, match=r"recipe\.json cannot be read \(a list, where names"):
        run.facts("recipe")
