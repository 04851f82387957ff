"""Clicks and first reasons go before what refines them, while the thread of all pages is behind."""

import threading
from typing import Any

from spexplain.dashboard.server.limits.backlog import EVERY_S, Backlog
from spexplain.dashboard.session.background.worker_share import SharedWorkers

_END_S = 30


class Told:
    """Workers that note what they have been told."""

    def __init__(self) -> None:
        self.may: list[bool] = []

    def refine(self, may: bool) -> None:
        self.may.append(may)


def test_what_refines_waits_while_the_page_is_late_and_not_for_ever():
    at, told = 0.0, Told()
    workers: Any = told
    backlog = Backlog(workers, clock=lambda: at)
    for late in (0.0, 0.3, 0.0):
        at += EVERY_S + late
        backlog()
    assert told.may == [True, False, True]
    told.may.clear()
    for _ in range(20):  # late each time: every three seconds there is a turn nevertheless
        at += EVERY_S + 0.4
        backlog()
    assert 2 <= sum(told.may) <= 4


def test_held_refinements_begin_once_they_may_and_answers_are_not_held():
    workers, done = SharedWorkers(2, "backlog-test"), threading.Event()
    share = workers.share()
    workers.refine(False)
    refining = share.later.submit(done.set)
    assert share.submit(lambda: "answer").result(_END_S) == "answer"
    assert not done.wait(0.1)
    assert workers.n_waiting == 1
    workers.refine(True)
    refining.result(_END_S)
    workers.shutdown()
