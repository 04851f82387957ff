"""A tab's slow work: the newest request is shown, and none to a page that has gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.dashboard.session.background.latest_wins import Answer, Background


@dataclass(frozen=True)
class Step:
    number: int
    complete: bool = False


class ByHand(Executor):
    """Work is done when it is told to be: what happens in between is the test's to choose."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        return future

    def work(self) -> None:
        """Do the first piece that waits."""
        future, fn = self.waiting.pop(0)
        try:
            future.set_result(fn())
        except Exception as error:  # noqa: BLE001
            future.set_exception(error)


class Page:
    """A page that takes callbacks up when asked to, and what it was shown."""

    def __init__(self) -> None:
        self.pool, self.calls, self.closing = ByHand(), [], []
        self.shown: list[Answer[Step]] = []
        session: Any = SimpleNamespace(
            pool=self.pool, schedule=self.calls.append, on_close=self.closing.append
        )
        self.work: Background[Step] = Background(session, self.shown.append)

    def take_up(self) -> None:
        while self.calls:
            self.calls.pop(0)()

    @property
    def numbers(self) -> list[int]:
        return [answer.result.number for answer in self.shown if answer.result]


@pytest.fixture
def page() -> Page:
    return Page()


def counting(*numbers: int) -> Any:
    def work(cancelled: Callable[[], bool]) -> Iterator[Step]:
        for number in numbers:
            if cancelled():
                raise Cancelled
            yield Step(number, complete=number == numbers[-1])

    return work


def test_the_answer_is_shown_in_the_page_and_not_before_it_takes_it(page: Page) -> None:
    page.work.request(counting(1))
    assert page.pool.waiting
    page.pool.work()
    assert page.shown == []
    page.take_up()
    assert page.numbers == [1]
    assert page.shown[0].last


def test_of_answers_that_come_faster_than_they_are_taken_the_newest_is_shown(page: Page) -> None:
    page.work.request(counting(1, 2, 3))
    page.pool.work()
    assert len(page.calls) == 1  # the page was asked once
    page.take_up()
    assert page.numbers == [3]


def test_a_request_in_place_of_one_that_waits_is_the_only_one_worked_on(page: Page) -> None:
    page.work.request(counting(1))
    page.work.request(counting(2))
    page.work.request(counting(3))
    while page.pool.waiting:
        page.pool.work()
    page.take_up()
    assert page.numbers == [3]


def test_an_answer_that_was_not_taken_up_before_the_next_request_is_dropped(page: Page) -> None:
    page.work.request(counting(1))
    page.pool.work()
    page.work.request(counting(2))
    page.take_up()
    assert page.numbers == []
    page.pool.work()
    page.take_up()
    assert page.numbers == [2]


def test_an_answer_on_its_way_to_the_page_when_it_is_cancelled_is_dropped() -> None:
    page = Page()

    def passed_over(answer: Answer[Step]) -> bool:
        page.work.cancel()  # the page's thread is quicker than the worker's
        return False

    session: Any = SimpleNamespace(
        pool=page.pool, schedule=page.calls.append, on_close=page.closing.append
    )
    page.work = Background(session, page.shown.append, passed_over=passed_over)
    page.work.request(counting(1))
    page.pool.work()
    page.take_up()
    assert page.shown == []


def test_what_runs_is_told_that_nobody_wants_it(page: Page) -> None:
    asked = []

    def work(cancelled: Callable[[], bool]) -> Iterator[Step]:
        asked.append(cancelled())
        page.work.cancel()  # while it runs, another tab is opened
        asked.append(cancelled())
        yield Step(1)

    page.work.request(work)
    page.pool.work()
    page.take_up()
    assert asked == [False, True]
    assert page.numbers == []


def test_a_page_that_closes_lets_go_of_the_work(page: Page) -> None:
    page.work.request(counting(1, 2))
    (let_go,) = page.closing
    let_go()
    while page.pool.waiting:
        page.pool.work()
    page.take_up()
    assert page.shown == []


def test_what_goes_wrong_is_shown_as_the_last_answer(page: Page) -> None:
    def work(cancelled: Callable[[], bool]) -> Iterator[Step]:
        yield Step(1)
        raise ValueError("3000 segments of 1000 pixels")

    page.work.request(work)
    page.pool.work()
    page.take_up()
    assert page.shown[-1].last
    assert "3000" in str(page.shown[-1].error)
    # … and the next request is none the worse.
    page.work.request(counting(2))
    page.pool.work()
    page.take_up()
    assert page.numbers[-1] == 2


def test_giving_up_is_no_error(page: Page) -> None:
    def work(cancelled: Callable[[], bool]) -> Iterator[Step]:
        yield Step(1)
        raise Cancelled

    page.work.request(work)
    page.pool.work()
    page.take_up()
    assert [answer.error for answer in page.shown] == [None]


def test_requests_from_many_threads_end_with_one_of_them_shown(page: Page) -> None:
    threads = [
        threading.Thread(target=page.work.request, args=[counting(number)]) for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while page.pool.waiting:
        page.pool.work()
    page.take_up()
    assert len(page.numbers) == 1
