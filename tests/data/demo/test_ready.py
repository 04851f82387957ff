"""A demo counts as finished only if it is complete and of the sources installed now."""

from __future__ import annotations

import json
import shutil

import pytest
from spexplain.data.collection.runs import RunStore
from spexplain.data.demo.ready import finished_demo, mark_finished
from spexplain.data.files.folders import demo_path


@pytest.fixture
def copied(small_demo, monkeypatch, tmp_path):
    """A copy of the small demo in a home of its own."""
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path))
    shutil.copytree(small_demo, demo_path(small=True))
    return demo_path(small=True)


def test_a_demo_built_to_the_end_is_finished_and_none_is_not(copied):
    assert finished_demo(small=True) == copied
    assert finished_demo() is None


def test_stages_added_on_demand_leave_it_finished(copied):
    current = RunStore(copied).current()
    RunStore(copied).set_current(current | {"tune": "0123456789abcdef"})
    assert finished_demo(small=True) == copied


def test_a_run_that_was_deleted_is_missed(copied):
    stage, key = next(iter(RunStore(copied).current().items()))
    shutil.rmtree(copied / "runs" / f"{stage}-{key}")
    assert finished_demo(small=True) is None


@pytest.mark.parametrize("mark", ["", "[]", "{}", '{"sources": 1, "runs": 2}'])
def test_a_damaged_mark_is_no_mark(copied, mark):
    (copied / "demo.json").write_text(mark)
    assert finished_demo(small=True) is None
    mark_finished(copied)
    assert finished_demo(small=True) == copied


def test_other_sources_build_again(copied):
    mark = json.loads((copied / "demo.json").read_text())
    (copied / "demo.json").write_text(json.dumps(mark | {"sources": "of last week"}))
    assert finished_demo(small=True) is None
