"""The scheduler alone, with stages that compute nothing."""

import threading
import time

import pytest
import torch
from spexplain.data.build.scheduler import BuildError, Lanes, Task
from spexplain.data.build.settings import BuildSettings
from spexplain.data.build.stage import BuildCancelled, Stage, StageSkipped
from spexplain.data.collection.runs import RunStore


class Record:
    """What ran, when, and how many at once."""

    def __init__(self):
        self.order, self.at_once, self.most = [], 0, 0
        self.lock = threading.Lock()

    def stage(self, name, needs=(), seconds=0.0, error=None, threads=False):
        def run(work):
            with self.lock:
                self.order.append(name)
                self.at_once += 1
                self.most = max(self.most, self.at_once)
            try:
                for step in range(10):
                    work.report(step, 10)
                    time.sleep(seconds / 10)
                if error is not None:
                    raise error
                work.draft.metrics["threads"] = (work.threads, torch.get_num_threads())
            finally:
                with self.lock:
                    self.at_once -= 1

        return Stage(name, 1, needs, lambda _settings: {}, run, threads=threads)


@pytest.fixture
def record():
    return Record()


@pytest.fixture
def lanes(unlabelled):
    def make(jobs=2, progress=lambda *_: None, cancelled=lambda: False):
        return Lanes(
            unlabelled, BuildSettings(), {}, jobs=jobs, progress=progress, cancelled=cancelled
        )

    return make


def tasks(*stages):
    return [Task(stage, "key", {}, dict.fromkeys(stage.needs, "key")) for stage in stages]


def test_a_stage_waits_for_what_it_needs_wherever_it_stands(record, lanes):
    chain = [record.stage("c", ("b",)), record.stage("b", ("a",)), record.stage("a")]
    outcome = lanes().run(tasks(*chain))
    assert record.order == ["a", "b", "c"]
    assert list(outcome.seconds) == ["a", "b", "c"]


def test_two_stages_run_side_by_side_and_never_three(record, lanes):
    lanes(jobs=8).run(tasks(*(record.stage(name, seconds=0.1) for name in "abcde")))
    assert record.most == 2


def test_one_job_means_one_stage_at_a_time_in_the_given_order(record, lanes):
    lanes(jobs=1).run(tasks(*(record.stage(name, seconds=0.02) for name in "abcd")))
    assert record.most == 1
    assert record.order == list("abcd")


def test_only_stages_that_gain_from_threads_get_more_and_torch_is_left_as_it_was(
    record, lanes, unlabelled
):
    before = torch.get_num_threads()
    lanes(jobs=6).run(tasks(record.stage("one"), record.stage("many", threads=True)))
    store = RunStore(unlabelled.path)
    assert store.get("one", "key").metrics["threads"] == [1, 1]
    assert store.get("many", "key").metrics["threads"] == [3, 3]
    assert torch.get_num_threads() == before


def test_what_needs_a_skipped_stage_is_skipped_too_and_the_rest_is_done(record, lanes):
    outcome = lanes().run(
        tasks(
            record.stage("a", error=StageSkipped("no labels")),
            record.stage("b", ("a",)),
            record.stage("c", ("b",)),
            record.stage("d"),
        )
    )
    assert outcome.skipped == {
        "a": "no labels",
        "b": "needs a, which was skipped",
        "c": "needs b, which was skipped",
    }
    assert list(outcome.seconds) == ["d"]
    assert "b" not in record.order


def test_a_failure_stops_the_other_lane_and_keeps_what_was_finished(record, lanes, unlabelled):
    stages = [
        record.stage("first"),
        record.stage("bad", ("first",), error=ValueError("flux is negative")),
        record.stage("long", ("first",), seconds=20),
    ]
    with pytest.raises(BuildError, match="stage bad failed: flux is negative"):
        lanes().run(tasks(*stages))
    store = RunStore(unlabelled.path)
    assert store.get("first", "key") is not None
    assert store.get("long", "key") is None


def test_a_fault_of_the_program_is_not_dressed_up_as_one_of_the_data(record, lanes):
    with pytest.raises(AttributeError, match="typo"):
        lanes().run(tasks(record.stage("a", error=AttributeError("typo"))))


def test_cancelling_ends_both_lanes_soon(record, lanes, unlabelled):
    stop = threading.Event()

    def progress(_stage, done, _total, _message=""):
        if done == 3:
            stop.set()

    with pytest.raises(BuildCancelled, match="continues from here"):
        lanes(progress=progress, cancelled=stop.is_set).run(
            tasks(record.stage("a", seconds=8), record.stage("b", seconds=8))
        )
    for name in ("a", "b"):  # neither came to its end
        assert RunStore(unlabelled.path).get(name, "key") is None


def test_what_is_there_is_kept_even_if_what_it_was_made_from_is_gone(record, lanes):
    stages = [record.stage("a"), record.stage("b", ("a",))]
    lanes().run(tasks(*stages))
    outcome = lanes().run(tasks(stages[1]))
    assert outcome.kept == ["b"]
    assert record.order == ["a", "b"]


def test_progress_is_never_told_by_two_at_once_and_ends_at_the_end(record, lanes):
    speaking, words = threading.Lock(), []

    def progress(stage, done, total, message=""):
        assert speaking.acquire(blocking=False)
        time.sleep(0.001)
        words.append((stage, done, total, message))
        speaking.release()

    lanes(progress=progress).run(tasks(record.stage("a"), record.stage("b")))
    for name in "ab":
        last = [word for word in words if word[0] == name][-1]
        assert last[1] == last[2]
