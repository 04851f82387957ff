"""The latest request wins, stale ones let go, and an error is an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from spexplain.core.explain.entry import Cancelled
from spexplain.dashboard.session.background.browser_tab import BrowserTab
from spexplain.dashboard.session.background.latest_wins import Answer, Background

PATIENCE_S = 10.0


@dataclass
class Result:
    name: str
    complete: bool = True


class Inbox:
    """Answers in order; ``wait`` blocks until one is the last of its request."""

    def __init__(self) -> None:
        self.answers: list[Answer[Any]] = []
        self._last = threading.Semaphore(0)

    def __call__(self, answer: Answer[Any]) -> None:
        self.answers.append(answer)
        if answer.last:
            self._last.release()

    def wait(self) -> None:
        assert self._last.acquire(timeout=PATIENCE_S)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def in_background(pool: ThreadPoolExecutor, inbox: Inbox, **how: Any) -> Background[Result]:
    """Answers are shown on the thread they come from: there is no page."""
    return Background(BrowserTab(pool, lambda call: call()), inbox, **how)


def simply(*names: str) -> Callable[..., Iterator[Result]]:
    def work(cancelled: Callable[[], bool]) -> Iterator[Result]:
        for name in names:
            yield Result(name, complete=name == names[-1])

    return work


def test_results_come_in_order_and_only_the_complete_one_is_last(
    pool: ThreadPoolExecutor, inbox: Inbox
) -> None:
    in_background(pool, inbox).request(simply("coarse", "finer", "full"))
    inbox.wait()
    assert [(answer.result.name, answer.last) for answer in inbox.answers] == [
        ("coarse", False),
        ("finer", False),
        ("full", True),
    ]
    times = [answer.elapsed_ms for answer in inbox.answers]
    assert times == sorted(times)


def test_loading_is_not_computing(pool: ThreadPoolExecutor, inbox: Inbox) -> None:
    now = [0.0]

    def slow_to_load(_: Callable[[], bool]) -> Iterator[Result]:
        now[0] += 3.0

        def compute() -> Iterator[Result]:
            now[0] += 0.25
            yield Result("full", complete=True)

        return compute()

    in_background(pool, inbox, clock=lambda: now[0]).request(slow_to_load)
    inbox.wait()
    assert inbox.answers[0].elapsed_ms == 250.0


def test_a_newer_request_cancels_the_running_one_and_skips_those_between(
    pool: ThreadPoolExecutor, inbox: Inbox
) -> None:
    started, let_go, begun = threading.Event(), threading.Event(), []

    def slow(cancelled: Callable[[], bool]) -> Iterator[Result]:
        started.set()
        while not cancelled():
            pass
        let_go.set()
        raise Cancelled("stale")
        yield  # makes this a generator

    def noted(name: str) -> Callable[..., Iterator[Result]]:
        def work(cancelled: Callable[[], bool]) -> Iterator[Result]:
            begun.append(name)
            yield Result(name)

        return work

    live = in_background(pool, inbox)
    live.request(slow)
    assert started.wait(PATIENCE_S)
    for name in ("second", "third", "newest"):
        live.request(noted(name))
    inbox.wait()
    assert let_go.is_set()
    assert begun[-1] == "newest"
    assert "second" not in begun  # replaced before the slow one had let go
    assert [answer.result.name for answer in inbox.answers] == ["newest"]


def test_an_answer_to_a_stale_request_is_dropped(pool: ThreadPoolExecutor, inbox: Inbox) -> None:
    go_on, live = threading.Event(), in_background(pool, inbox)

    def deaf(cancelled: Callable[[], bool]) -> Iterator[Result]:
        assert go_on.wait(PATIENCE_S)
        yield Result("stale")

    live.request(deaf)
    live.request(simply("new"))
    go_on.set()
    inbox.wait()
    assert [answer.result.name for answer in inbox.answers] == ["new"]


def test_an_error_is_delivered_and_the_next_request_still_runs(
    pool: ThreadPoolExecutor, inbox: Inbox
) -> None:
    def broken(cancelled: Callable[[], bool]) -> Iterator[Result]:
        raise ValueError("n_segments 4000 is more than 1000 pixels")
        yield

    live = in_background(pool, inbox)
    live.request(broken)
    inbox.wait()
    live.request(simply("fine"))
    inbox.wait()
    error, fine = inbox.answers
    assert str(error.error) == "n_segments 4000 is more than 1000 pixels"
    assert error.result is None
    assert fine.result.name == "fine"


def test_cancelling_silences_the_running_request(pool: ThreadPoolExecutor, inbox: Inbox) -> None:
    started, ended = threading.Event(), threading.Event()

    def slow(cancelled: Callable[[], bool]) -> Iterator[Result]:
        started.set()
        while not cancelled():
            pass
        ended.set()
        yield Result("too late")

    live = in_background(pool, inbox)
    live.request(slow)
    assert started.wait(PATIENCE_S)
    live.cancel()
    assert ended.wait(PATIENCE_S)
    live.request(simply("after"))
    inbox.wait()
    assert [answer.result.name for answer in inbox.answers] == ["after"]


def test_one_visitor_holds_one_thread_at_most() -> None:
    with ThreadPoolExecutor(4) as wide:
        running, most, lock = 0, 0, threading.Lock()
        inbox = Inbox()
        live = in_background(wide, inbox)

        def work(cancelled: Callable[[], bool]) -> Iterator[Result]:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            yield Result("done")
            with lock:
                running -= 1

        for _ in range(50):
            live.request(work)
        inbox.wait()
    assert most == 1


def test_what_is_superseded_while_it_waits_for_a_thread_is_never_begun(inbox: Inbox) -> None:
    with ThreadPoolExecutor(1) as pool:
        held, begun = threading.Event(), []
        pool.submit(held.wait, PATIENCE_S)
        work = in_background(pool, inbox)

        def old(cancelled: Callable[[], bool]) -> Iterator[Result]:
            begun.append("old")  # such as a model that is being read
            return simply("old")(cancelled)

        work.request(old)
        work.request(simply("new"))
        held.set()
        inbox.wait()
    assert (begun, [answer.result for answer in inbox.answers]) == ([], [Result("new")])
