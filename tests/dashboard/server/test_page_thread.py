"""What workers want done to a page is done on its thread, and together where more has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from spexplain.dashboard.server import page_thread as module
from spexplain.dashboard.server.page_thread import schedule_of
from tornado.ioloop import IOLoop


class Page:
    """A document whose thread is busy until ``turn``, and that says when it is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.turns: list[Callable[[], None]] = []
        self.there: list[Callable[[], None]] = []
        self.gone: list[Callable[[object], None]] = []
        self.on_session_destroyed = self.gone.append
        monkeypatch.setattr(module.pn.state, "onload", self.there.append)

    def add_next_tick_callback(self, callback: Callable[[], None]) -> None:
        self.turns.append(callback)

    def turn(self) -> None:
        self.turns.pop(0)()


def run(monkeypatch: pytest.MonkeyPatch, does: Callable[[Page, Any], Any]) -> None:
    async def inside() -> None:
        IOLoop.current()  # as a server has made it
        page: Any = Page(monkeypatch)
        await does(page, schedule_of(page))

    asyncio.run(inside())


async def _heard() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_without_a_document_all_is_done_at_once():
    done: list[str] = []
    schedule_of(None)(lambda: done.append("now"))
    assert done == ["now"]


def test_what_comes_while_the_thread_is_busy_is_done_in_one_turn_in_its_order(monkeypatch):
    async def does(page: Page, schedule: Any) -> None:
        done: list[int] = []
        page.there[0]()
        for n in range(3):
            schedule(lambda n=n: done.append(n))
        await _heard()
        assert (done, len(page.turns)) == ([], 1)
        page.turn()
        assert done == [0, 1, 2]
        schedule(lambda: done.append(3))  # and the next has a turn of its own
        await _heard()
        page.turn()
        assert done == [0, 1, 2, 3]

    run(monkeypatch, does)


def test_what_comes_before_the_page_is_there_waits_for_it(monkeypatch):
    async def does(page: Page, schedule: Any) -> None:
        done: list[str] = []
        schedule(lambda: done.append("early"))
        await _heard()
        assert not page.turns
        page.there[0]()
        schedule(lambda: done.append("late"))
        await _heard()
        page.turn()
        assert (done, page.turns) == (["early", "late"], [])

    run(monkeypatch, does)


def test_nothing_is_asked_of_a_page_that_has_gone(monkeypatch):
    async def does(page: Page, schedule: Any) -> None:
        page.there[0]()
        schedule(lambda: None)
        page.gone[0](None)
        await _heard()
        assert not page.turns

    run(monkeypatch, does)


def test_one_that_fails_keeps_the_others_from_nothing(monkeypatch):
    async def does(page: Page, schedule: Any) -> None:
        done: list[str] = []
        page.there[0]()
        schedule(lambda: done.append("before"))
        schedule(lambda: done[7])
        schedule(lambda: done.append("after"))
        await _heard()
        with pytest.raises(IndexError):
            page.turn()
        assert done == ["before", "after"]

    run(monkeypatch, does)


def test_after_a_change_what_is_left_unsent_is_sent(monkeypatch):
    asked: list[Any] = []
    monkeypatch.setattr(module, "send_what_waits", asked.append)

    async def does(page: Page, schedule: Any) -> None:
        page.there[0]()
        schedule(lambda: None)
        await _heard()
        page.turn()
        for _ in range(100):
            await asyncio.sleep(0.01)
            if asked:
                break
        assert asked == [page]

    run(monkeypatch, does)
