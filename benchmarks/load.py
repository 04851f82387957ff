"""Many visitors at once, as JSON: seconds from a click to the spectrum it opens, errors, memory.

Sends to a server of its own on 127.0.0.1 alone, for a bounded time. Each visitor is a websocket
that sends what a browser sends (the page, PULL-DOC, document_ready, a step with the arrow keys
every few seconds) and draws nothing, so that the times are the server's. One comes before the
others, while models are being loaded, and is not counted:

    python benchmarks/load.py survey --visitors 40 --seconds 60 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import numpy as np
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

_SERVE = "from spexplain.dashboard.cli import main; main()"
_MOST_VISITORS, _MOST_SECONDS = 100, 600
_PATIENCE_S = 60.0
_WARM_S = 15.0
_VERDICT = re.compile(r"class=(?:&quot;|\\*[\"'])id(?:&quot;|\\*[\"'])")


@dataclass
class Seen:
    """What all visitors have seen.

    Attributes
    ----------
    ready_s, click_s
        Seconds until a page had its first spectrum to show, and from a click to the next.
    errors
        What went wrong, in words.
    """

    ready_s: list[float] = field(default_factory=list)
    click_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One page, as its browser would talk of it.

    Parameters
    ----------
    at
        The page's address.
    seen
        Written to.
    """

    def __init__(self, at: str, seen: Seen) -> None:
        self._at, self._seen = at, seen
        self._socket: WebSocketClientConnection | None = None
        self._n = 0
        self._shell = ""

    async def stay(self, seconds: float, pause_s: float, dice: random.Random) -> None:
        """Open the page, and step through the list until the time is over."""
        try:
            began = time.perf_counter()
            await self._open()
            self._seen.ready_s.append(time.perf_counter() - began)
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                await asyncio.sleep(pause_s * dice.uniform(0.5, 1.5))
                await self._step()
        except (OSError, TimeoutError, ValueError, ConnectionError) as error:
            self._seen.errors.append(f"{type(error).__name__}: {error}"[:200])
        finally:
            if self._socket is not None:
                self._socket.close()

    async def _open(self) -> None:
        page = await AsyncHTTPClient().fetch(self._at, request_timeout=_PATIENCE_S)
        token = re.findall(r'"token":\s*"([^"]+)"', page.body.decode())[-1]
        request = HTTPRequest(
            self._at.replace("http", "ws", 1) + "ws", headers={"Origin": self._at.rstrip("/")}
        )
        self._socket = await websocket_connect(
            request, subprotocols=["bokeh", token], max_message_size=2**28
        )
        await self._until(lambda kind, _: kind == "ACK")
        await self._send("PULL-DOC-REQ", {})
        text = await self._until(lambda kind, _: kind == "PULL-DOC-REPLY")
        self._shell = next(_models(json.loads(text), "ShellPart"))
        await self._event("document_ready", {"type": "map"})

    async def _step(self) -> None:
        before = time.perf_counter()
        data = {"type": "map", "entries": [["step", 1]]}
        values = {"type": "map", "entries": [["model", {"id": self._shell}], ["data", data]]}
        await self._event("data_event", values)
        await self._until(lambda kind, text: kind == "PATCH-DOC" and bool(_VERDICT.search(text)))
        self._seen.click_s.append(time.perf_counter() - before)

    async def _event(self, name: str, values: dict[str, Any]) -> None:
        told = {"type": "event", "name": name, "values": values}
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": told}
        await self._send("PATCH-DOC", {"events": [event]})

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self._socket is not None
        self._n += 1
        for part in ({"msgid": str(self._n), "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(part))

    async def _until(self, wanted: Any) -> str:
        """The content of the next message that is wanted; what comes before is read past."""
        end = time.perf_counter() + _PATIENCE_S
        while True:
            header = json.loads(await self._frame(end))
            await self._frame(end)
            content = await self._frame(end)
            for _ in range(2 * header.get("num_buffers", 0)):
                await self._frame(end)
            if wanted(header["msgtype"], content):
                return content

    async def _frame(self, end: float) -> str:
        assert self._socket is not None
        left = max(end - time.perf_counter(), 0.01)
        frame = await asyncio.wait_for(self._socket.read_message(), left)
        if frame is None:
            raise ConnectionError("the server closed the connection")
        return frame if isinstance(frame, str) else ""


def _models(node: Any, class_name: str) -> Iterator[str]:
    """Ids of the components of a class in a page's document."""
    if isinstance(node, dict):
        if node.get("attributes", {}).get("class_name") == class_name:
            yield node["id"]
        for part in node.values():
            yield from _models(part, class_name)
    elif isinstance(node, list):
        for part in node:
            yield from _models(part, class_name)


def figures(at: str) -> dict[str, float]:
    """What the server says of itself."""
    straight = build_opener(ProxyHandler({}))
    with straight.open(at + "metrics", timeout=_PATIENCE_S) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    found = {name: float(value) for name, value in pairs}
    names = ("spexplain_sessions", "process_resident_memory_bytes", "process_cpu_seconds_total")
    return {name: found[name] for name in names if name in found}


async def measure(at: str, n: int, seconds: float, pause_s: float) -> dict[str, Any]:
    """All visitors, and the server before, at the end, and once they have left."""
    seen, dice = Seen(), random.Random(0)
    await Visitor(at, Seen()).stay(_WARM_S, 2.0, dice)
    before = await asyncio.to_thread(figures, at)
    visits = [
        Visitor(at, seen).stay(seconds, pause_s, random.Random(dice.random())) for _ in range(n)
    ]
    await asyncio.gather(*visits)
    end = await asyncio.to_thread(figures, at)
    for _ in range(60):  # a session outlives its socket by a while
        await asyncio.sleep(1)
        after = await asyncio.to_thread(figures, at)
        if after["spexplain_sessions"] <= before["spexplain_sessions"]:
            break
    return {
        "visitors": n,
        "seconds": seconds,
        "pause_s": pause_s,
        "clicks": len(seen.click_s),
        "ready_s": _spread(seen.ready_s),
        "click_s": _spread(seen.click_s),
        "errors": len(seen.errors),
        "first_errors": seen.errors[:3],
        "server": {"before": before, "end": end, "after": after},
        "load_average": os.getloadavg(),
    }


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    at = np.percentile(values, [50, 95, 100])
    return {name: round(float(v), 3) for name, v in zip(("p50", "p95", "max"), at, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path)
    parser.add_argument("--visitors", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=4.0, help="between a visitor's clicks")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (0 < options.visitors <= _MOST_VISITORS and 0 < options.seconds <= _MOST_SECONDS):
        parser.error(f"at most {_MOST_VISITORS} visitors and {_MOST_SECONDS} seconds")
    command = [sys.executable, "-c", _SERVE, "serve", str(options.collection), "--no-browser"]
    server = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        at = re.findall(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        found = asyncio.run(measure(at, options.visitors, options.seconds, options.pause))
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
    print(json.dumps(found, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
