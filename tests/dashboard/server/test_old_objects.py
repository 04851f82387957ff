"""Old objects cost no search for garbage, and are searched once nobody is there."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from spexplain.dashboard.server import old_objects as module
from spexplain.dashboard.server.old_objects import OldObjects


class Circle:
    """Garbage that only a search finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_put_aside_is_searched_again_when_the_last_page_is_left():
    n_sessions = [1]
    old = OldObjects(lambda: n_sessions[0])
    circle: Any = Circle()
    gone = weakref.ref(circle)
    old.put_aside()
    assert gc.get_freeze_count() > 0
    del circle
    gc.collect()
    assert gone() is not None  # as long as somebody would have to wait for it
    old.rest()
    assert gone() is not None
    n_sessions[0] = 0
    old.rest()
    assert gone() is None
    assert gc.get_freeze_count() > 0


@pytest.mark.parametrize(("others", "rests"), [(0, True), (1, False)])
def test_it_rests_a_while_after_the_last_page(
    monkeypatch: pytest.MonkeyPatch, others: int, rests: bool
):
    monkeypatch.setattr(module, "_REST_S", 0.0)
    rested: list[bool] = []

    async def leave() -> None:
        old = OldObjects(lambda: others)
        monkeypatch.setattr(old, "rest", lambda: rested.append(True))
        no_context: Any = None
        await old.on_session_destroyed(no_context)  # nothing was put aside yet
        await asyncio.sleep(0)
        assert not rested
        old.put_aside()
        await old.on_session_destroyed(no_context)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert rested == [True] * rests
