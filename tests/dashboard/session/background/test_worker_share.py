"""Whoever asks for much waits for themselves, and nobody else does."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from functools import partial

import pytest
from spexplain.dashboard.session.background.worker_share import SharedWorkers

_END_S = 30


@pytest.fixture
def workers():
    made = SharedWorkers(2, "shared-test")
    yield made
    made.shutdown()


def test_work_is_done_and_errors_come_back(workers: SharedWorkers):
    share = workers.share()
    assert share.submit(pow, 2, 5).result(_END_S) == 32
    with pytest.raises(ZeroDivisionError):
        share.submit(lambda: 1 / 0).result(_END_S)


def test_one_visitor_never_holds_all_threads(workers: SharedWorkers):
    held, begun = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        begun.release()
        assert held.wait(_END_S)

    greedy, modest = workers.share(), workers.share()
    waits = [greedy.submit(hold) for _ in range(50)]
    assert begun.acquire(timeout=_END_S)
    # The other's work runs while 49 pieces of the greedy one's wait.
    assert modest.submit(lambda: "done").result(_END_S) == "done"
    assert workers.n_waiting == 49
    held.set()
    for work in waits:
        work.result(_END_S)
    assert workers.n_waiting == 0


def test_visitors_take_turns():
    workers = SharedWorkers(2, "shared-test")
    held, order, lock = threading.Event(), [], threading.Lock()

    def note(name: str) -> None:
        with lock:
            order.append(name)

    # Both threads are taken, so that what follows waits.
    blocks = [workers.share().submit(held.wait, _END_S) for _ in range(2)]
    many, few = workers.share(), workers.share()
    asked = [many.submit(partial(note, "many")) for _ in range(20)]
    asked += [few.submit(partial(note, "few")) for _ in range(2)]
    held.set()
    for work in [*blocks, *asked]:
        work.result(_END_S)
    assert max(at for at, name in enumerate(order) if name == "few") < 8
    workers.shutdown()


def test_what_waits_at_the_end_is_cancelled_and_nothing_begins_after():
    workers = SharedWorkers(2, "shared-test")
    held = threading.Event()
    share = workers.share()
    running = share.submit(held.wait, _END_S)
    waiting = share.submit(lambda: None)
    workers.shutdown()
    with pytest.raises(CancelledError):
        waiting.result(_END_S)
    held.set()
    running.result(_END_S)
    with pytest.raises(CancelledError):
        share.submit(lambda: None).result(_END_S)


def test_work_that_is_cancelled_while_it_waits_is_not_done(workers: SharedWorkers):
    held, done = threading.Event(), []
    share = workers.share()
    running = share.submit(held.wait, _END_S)
    waiting = share.submit(partial(done.append, 1))
    assert waiting.cancel()
    held.set()
    running.result(_END_S)
    share.submit(lambda: None).result(_END_S)
    assert done == []


def test_times_are_told_and_one_thread_is_too_few():
    told: list[float] = []
    workers = SharedWorkers(2, "shared-test", told.append)
    workers.share().submit(lambda: None).result(_END_S)
    workers.shutdown()
    assert len(told) == 1
    assert told[0] >= 0
    with pytest.raises(ValueError, match="not 1"):
        SharedWorkers(1, "shared-test")


def test_what_refines_waits_for_answers_and_leaves_them_a_thread():
    workers = SharedWorkers(2, "shared-test")
    held, order, begun = threading.Event(), [], threading.Semaphore(0)

    def hold() -> None:
        begun.release()
        assert held.wait(_END_S)

    first, second, third = (workers.share() for _ in range(3))
    refining = [one.later.submit(hold) for one in (first, second)]
    assert begun.acquire(timeout=_END_S)
    # One of the two threads is kept: an answer comes while both visitors refine theirs.
    assert third.submit(lambda: "done").result(_END_S) == "done"
    assert not begun.acquire(blocking=False)
    answers = [third.submit(hold)]  # now both are taken
    assert begun.acquire(timeout=_END_S)
    refining += [third.later.submit(order.append, "refined")]
    answers += [one.submit(order.append, "answered") for one in (first, second)]
    held.set()
    for work in [*answers, *refining]:
        work.result(_END_S)
    assert order == ["answered", "answered", "refined"]
    workers.shutdown()


def test_a_visitor_holds_no_more_threads_by_refining():
    workers = SharedWorkers(3, "shared-test")
    held, begun = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        begun.release()
        assert held.wait(_END_S)

    greedy = workers.share()
    waits = [to.submit(hold) for _ in range(9) for to in (greedy, greedy.later)]
    assert all(begun.acquire(timeout=_END_S) for _ in range(2))
    assert workers.share().submit(lambda: "done").result(_END_S) == "done"
    held.set()
    for work in waits:
        work.result(_END_S)
    workers.shutdown()


def test_what_refines_gets_a_quarter_of_the_threads():
    workers = SharedWorkers(8, "shared-test")
    held, begun = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        begun.release()
        assert held.wait(_END_S)

    refining = [workers.share().later.submit(hold) for _ in range(8)]
    assert all(begun.acquire(timeout=_END_S) for _ in range(2))
    assert not begun.acquire(timeout=0.2)
    held.set()
    for work in refining:
        work.result(_END_S)
    workers.shutdown()


def test_who_waits_for_their_own_refinement_keeps_their_turn():
    workers = SharedWorkers(2, "shared-test")
    order: list[str] = []
    refined, answered = threading.Event(), threading.Event()
    held = threading.Event()
    first, second, third, fourth = (workers.share() for _ in range(4))
    refining = first.later.submit(refined.wait, _END_S)
    running = second.submit(answered.wait, _END_S)
    asked = [first.submit(order.append, "first")]
    asked += [third.submit(lambda: (order.append("third"), held.wait(_END_S)))]
    asked += [fourth.submit(order.append, "fourth")]
    answered.set()  # a thread is free, and the first visitor's is not
    running.result(_END_S)
    while not order:
        pass
    refined.set()
    refining.result(_END_S)
    asked[0].result(_END_S)
    held.set()
    for work in asked:
        work.result(_END_S)
    assert order == ["third", "first", "fourth"]
    workers.shutdown()
