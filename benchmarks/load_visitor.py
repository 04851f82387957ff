"""A visitor without a browser: a websocket that sends what browsers send, and reads what comes."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

PATIENCE_S = 60.0
_VERDICT = re.compile(r"class=(?:&quot;|\\*[\"'])id(?:&quot;|\\*[\"'])")
_SLIDE_STEPS, _SLIDE_S = 5, 0.1
# What is looked for in a page: components by their class or a field they have, others by name.
_NAMED = ("bands", "plane-image", "plane-figure", "flux-figure")
_CLASSES = {"ShellPart": "shell", "DropPart": "drop"}

_GONE = (OSError, TimeoutError, HTTPClientError, WebSocketClosedError)
Dice = random.Random


@dataclass
class Seen:
    """What all visitors have seen.

    Attributes
    ----------
    ready_s
        Seconds until a page had its first spectrum to show.
    deeds
        (deed, when it began on ``time.monotonic``, seconds until its answer).
    errors
        What went wrong, in words.
    """

    ready_s: list[float] = field(default_factory=list)
    deeds: list[tuple[str, float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One page, as its browser would talk of it.

    Parameters
    ----------
    at
        The page's address.
    seen
        Written to.
    deeds
        What is done in turn, at random: click, slide, lasso, drop.
    dropped
        Name and content of the file that is dropped.
    """

    def __init__(
        self, at: str, seen: Seen, deeds: tuple[str, ...], dropped: tuple[str, bytes]
    ) -> None:
        self._at, self._seen, self._deeds = at, seen, deeds
        self._file = {"name": dropped[0], "content": base64.b64encode(dropped[1]).decode()}
        self._socket: WebSocketClientConnection | None = None
        self._n = self._n_segments = 0
        self._open = ""  # what kind of spectrum
        self._parts: dict[str, str] = {}  # what it is → id of its model
        self._tall = False
        self._waiting: list[tuple[Callable[[str, str], bool], asyncio.Future[str]]] = []

    async def stay(self, until: float, pause_s: float, dice: Dice) -> None:
        """Open the page, and do something every few seconds until the time is over."""
        reading, deed, began = None, "open", time.monotonic()
        try:
            await self._connect()
            reading = asyncio.create_task(self._read())
            await self._begin()
            self._seen.ready_s.append(time.monotonic() - began)
            while time.monotonic() < until:
                await asyncio.sleep(pause_s * dice.uniform(0.5, 1.5))
                deed = dice.choice(self._deeds)
                await getattr(self, f"_{deed}")(dice)
        except (*_GONE, ValueError, KeyError) as error:
            at_s = time.monotonic() - began
            what = f"{deed}, ended after {at_s:.0f} s: {type(error).__name__}: {error}"
            self._seen.errors.append(what[:200])
        finally:
            self._leave(reading)

    async def hammer(self, begin: float, until: float) -> None:
        """Steps and slides without a pause, and never waits for an answer: 50 messages a second."""
        reading, dice = None, Dice(0)
        try:
            await asyncio.sleep(max(begin - time.monotonic(), 0))
            await self._connect()
            reading = asyncio.create_task(self._read())
            await self._begin()
            while time.monotonic() < until:
                await self._tell("shell", ["step", 1])
                await self._choose(dice.randrange(20, 120))
                await asyncio.sleep(0.04)
        except _GONE as error:
            self._seen.errors.append(f"who hammers: {type(error).__name__}: {error}"[:200])
        finally:
            self._leave(reading)

    def _leave(self, reading: asyncio.Task[None] | None) -> None:
        if reading is not None:
            reading.cancel()
        if self._socket is not None:
            self._socket.close()

    async def _connect(self) -> None:
        page = await AsyncHTTPClient().fetch(self._at, request_timeout=PATIENCE_S)
        token = re.findall(r'"token":\s*"([^"]+)"', page.body.decode())[-1]
        request = HTTPRequest(
            self._at.replace("http", "ws", 1) + "ws", headers={"Origin": self._at.rstrip("/")}
        )
        self._socket = await websocket_connect(
            request, subprotocols=["bokeh", token], max_message_size=2**28
        )

    async def _begin(self) -> None:
        await self._answer(lambda kind, _: kind == "ACK")
        reply = self._expect(lambda kind, _: kind == "PULL-DOC-REPLY")
        await self._send("PULL-DOC-REQ", {})
        await self._got(reply, "document")
        await self._event("document_ready", {"type": "map"})
        sides = (("inner_width", 480), ("inner_height", 400))
        for attr, value in sides:  # as a browser tells of its frames
            await self._change("plane-figure", attr, value)

    async def _click(self, _: Dice) -> None:
        """The next spectrum of the list: the verdict is the click, colours the first reasons."""
        began = time.monotonic()
        verdict = self._expect(lambda kind, text: kind == "PATCH-DOC" and _verdict(text))
        reasons = self._expect(self._has_reasons)
        await self._tell("shell", ["step", 1])
        await self._got(verdict, "verdict")
        self._open = "listed"
        self._seen.deeds.append(("click", began, time.monotonic() - began))
        if "flux-figure" in self._parts:  # the words above take another line: it is drawn anew
            self._tall = not self._tall
            await self._change("flux-figure", "inner_height", 219 if self._tall else 211)
        await self._got(reasons, "reasons")
        self._seen.deeds.append(("reasons", began, time.monotonic() - began))

    async def _slide(self, dice: Dice) -> None:
        """A hand on the slider of segments; timed from where it rests."""
        if not self._open:
            await self._click(dice)
            return
        stops = [n for n in range(20, 120) if n != self._n_segments]
        *on_the_way, self._n_segments = dice.sample(stops, _SLIDE_STEPS + 1)
        for n_segments in on_the_way:
            await self._choose(n_segments)
            await asyncio.sleep(_SLIDE_S)
        began = time.monotonic()
        reasons = self._expect(self._has_reasons)
        await self._choose(self._n_segments)
        await self._got(reasons, "reasons")
        self._seen.deeds.append(("slide", began, time.monotonic() - began))

    async def _lasso(self, dice: Dice) -> None:
        """Around a part of the plane."""
        began = time.monotonic()
        x, y = dice.uniform(-20, 20), dice.uniform(-20, 20)
        corners = {"x": [x - 15, x + 15, x + 15, x - 15], "y": [y - 15, y - 15, y + 15, y + 15]}
        drawn = self._expect(lambda kind, text: self._changed("plane-image", kind, text))
        geometry = {"type": "map", "entries": [["type", "poly"], *map(list, corners.items())]}
        plane = {"id": self._parts["plane-figure"]}
        entries = [["model", plane], ["geometry", geometry], ["final", True]]
        await self._event("selectiongeometry", {"type": "map", "entries": entries})
        await self._got(drawn, "plane")
        self._seen.deeds.append(("lasso", began, time.monotonic() - began))

    async def _drop(self, dice: Dice) -> None:
        """A file of one's own; where it is open already no other verdict would come."""
        if self._open == "dropped":
            await self._click(dice)
        began = time.monotonic()
        verdict = self._expect(lambda kind, text: kind == "PATCH-DOC" and _verdict(text))
        await self._tell("drop", *map(list, self._file.items()))
        await self._got(verdict, "verdict")
        self._open = "dropped"
        self._seen.deeds.append(("drop", began, time.monotonic() - began))

    async def _choose(self, n_segments: int) -> None:
        await self._tell("knobs", ["name", "n_segments"], ["value", n_segments])

    async def _tell(self, part: str, *entries: list[Any]) -> None:
        data = {"type": "map", "entries": entries}
        model = {"id": self._parts[part]}
        values = {"type": "map", "entries": [["model", model], ["data", data]]}
        await self._event("data_event", values)

    async def _change(self, part: str, attr: str, value: Any) -> None:
        model = {"id": self._parts[part]}
        event = {"kind": "ModelChanged", "model": model, "attr": attr, "new": value}
        await self._send("PATCH-DOC", {"events": [event]})

    async def _event(self, name: str, values: dict[str, Any]) -> None:
        told = {"type": "event", "name": name, "values": values}
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": told}
        await self._send("PATCH-DOC", {"events": [event]})

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self._socket is not None
        self._n += 1
        for part in ({"msgid": str(self._n), "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(part))

    async def _answer(self, wanted: Callable[[str, str], bool]) -> str:
        return await self._got(self._expect(wanted), "answer")

    def _expect(self, wanted: Callable[[str, str], bool]) -> asyncio.Future[str]:
        """The content of the next message that is wanted."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        return future

    async def _got(self, future: asyncio.Future[str], what: str) -> str:
        try:
            return await asyncio.wait_for(future, PATIENCE_S)
        except TimeoutError as error:
            raise TimeoutError(f"no {what}") from error

    async def _read(self) -> None:
        with suppress(ConnectionError):
            while True:
                header = json.loads(await self._frame())
                await self._frame()
                content = await self._frame()
                for _ in range(2 * header.get("num_buffers", 0)):
                    await self._frame()
                self._take(header["msgtype"], content)
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(ConnectionError("the server closed the connection"))

    def _take(self, kind: str, content: str) -> None:
        if kind == "PULL-DOC-REPLY" or any(f'"{n}"' in content for n in _NAMED):
            self._parts |= dict(_models(json.loads(content)))
        left = []
        for wanted, future in self._waiting:
            if not future.done() and wanted(kind, content):
                future.set_result(content)
            if not future.done():
                left.append((wanted, future))
        self._waiting = left

    async def _frame(self) -> str:
        assert self._socket is not None
        frame = await self._socket.read_message()
        if frame is None:
            raise ConnectionError("the server closed the connection")
        return frame if isinstance(frame, str) else ""

    def _changed(self, part: str, kind: str, text: str) -> bool:
        if kind != "PATCH-DOC" or part not in self._parts or f'"{self._parts[part]}"' not in text:
            return False
        return any(
            event.get("model", {}).get("id") == self._parts[part] and event.get("attr") == "data"
            for event in json.loads(text)["events"]
        )

    def _has_reasons(self, kind: str, text: str) -> bool:
        """Whether a message brings the colours of an explanation, and does not take them away."""
        if not self._changed("bands", kind, text):
            return False
        for event in json.loads(text)["events"]:
            if event.get("model", {}).get("id") == self._parts["bands"]:
                data = event.get("data", event.get("new", {}))
                if any(values for name, values in data.get("entries", []) if name == "left"):
                    return True
        return False


def _verdict(text: str) -> bool:
    return bool(_VERDICT.search(text))


def _models(node: Any) -> Iterator[tuple[str, str]]:
    """What is looked for in a document or a patch, and its id."""
    if isinstance(node, dict):
        has = node.get("attributes")
        if isinstance(has, dict) and "id" in node:
            if has.get("name") in _NAMED:
                yield has["name"], node["id"]
            if has.get("class_name") in _CLASSES:
                yield _CLASSES[has["class_name"]], node["id"]
            if has.get("class_name") == "FormPart" and '"n_segments"' in json.dumps(has):
                yield "knobs", node["id"]
        for part in node.values():
            yield from _models(part)
    elif isinstance(node, list):
        for part in node:
            yield from _models(part)
