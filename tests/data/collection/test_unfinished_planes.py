"""A first look at a plane that is being laid out, and none where it cannot be read."""

import numpy as np
from spexplain.data.collection.runs import RunDraft, RunStore
from spexplain.data.collection.unfinished_planes import early_plane, write_early

SETTINGS = {"early": 250, "iterations": 500, "pca": None}


def test_what_was_written_last_is_read(tmp_path):
    store = RunStore(tmp_path)
    assert early_plane(store, "embed-p21") is None
    draft = RunDraft(store.path / ".embed-p21-0123.partial")
    draft.path.mkdir(parents=True)
    rows, xy = np.array([3, 5, 8]), np.arange(6.0).reshape(3, 2)
    write_early(draft, rows, xy - 1, 24, SETTINGS)
    write_early(draft, rows, xy, 49, SETTINGS)
    found = early_plane(store, "embed-p21")
    assert found is not None
    assert (found.step, found.n_steps, found.settings) == (49, 750, SETTINGS)
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.xy, xy.astype(np.float32))
    assert early_plane(store, "embed-o25") is None


def test_one_that_cannot_be_read_is_none(tmp_path):
    store = RunStore(tmp_path)
    draft = store.path / ".embed-o25-0123.partial"
    draft.mkdir(parents=True)
    (draft / "early.parquet").write_bytes(b"PAR1 and no more")
    assert early_plane(store, "embed-o25") is None
