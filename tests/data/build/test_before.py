"""What a stage takes over from the run it goes on from."""

import os

import numpy as np
import pytest
import zarr
from spexplain.data.build.before import Before
from spexplain.data.collection.runs import RunDraft, RunStore

N = 2500  # two shards and a part of one


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("collection"))
    with store.draft("stage", "a", params={}, inputs={}) as draft:
        with draft.rows_writer("spectra", N, 3) as writer:
            writer.append(np.arange(3 * N).reshape(N, 3))
        draft.write_facts("sample", {"n": 1})
        draft.write_facts("recipe", {"n": 2})
        draft.metrics["n"] = 5
    return Before(store.get("stage", "a"), 2600)


@pytest.mark.parametrize(("n_rows", "n_there"), [(N, N), (N + 1, 2048), (4000, 2048)])
def test_whole_shards_are_the_same_files_and_the_last_is_left(before, tmp_path, n_rows, n_there):
    draft = RunDraft(tmp_path)
    address, found = before.keep_rows(draft, "spectra", n_rows)
    assert (address, found) == (str(tmp_path / "spectra.zarr"), n_there)
    values = np.asarray(zarr.open_array(address, mode="r")[:])
    assert values.shape == (n_rows, 3)
    np.testing.assert_array_equal(values[:n_there], before.run.read_array("spectra")[:n_there])
    shard = "spectra.zarr/c/0/0"
    assert os.path.samefile(tmp_path / shard, before.run.path / shard)
    # what an attempt that was broken off has left is found again
    assert before.keep_rows(draft, "spectra", n_rows) == (address, n_there)


def test_files_are_kept_by_name_or_all_but_what_is_of_the_run(before, tmp_path):
    before.keep(RunDraft(tmp_path), "recipe.json", "not there")
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.json"]
    before.keep(RunDraft(tmp_path))
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"recipe.json", "sample.json", "spectra.zarr"}


def test_a_model_says_what_came_since_if_it_is_the_collections_own(before):
    rows = np.array([3, 2599, 2600, 2700])
    own = before.trained(rows)
    assert (own["made_as"], own["added_since"], own["n_new"]) == ("a", 2, 2)
    assert own["growth_note"].startswith("trained before 2 of these were added")
    assert before.trained(rows[:2])["growth_note"] == ""
    before.run.metrics["trained_on"] = "demo"
    assert before.trained(rows) == {"n_new": 2}
