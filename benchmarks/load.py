"""Many visitors at once, as JSON: seconds from a deed to its answer, errors, memory, processor.

Sends to a server of its own on 127.0.0.1 alone, for a bounded time. Each visitor is a websocket
that sends what a browser sends and draws nothing, so that the times are the server's: it steps to
the next spectrum, moves a slider, draws a lasso or drops a file every few seconds. One comes before
the others, while models are being loaded, and is not counted. In the third quarter another sends
fifty messages a second and waits for nothing. A real browser clicks all the while, if there is one:

    python benchmarks/load.py survey --visitors 50 --seconds 300 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import numpy as np
from load_browser import clicks_in_a_browser
from load_visitor import PATIENCE_S, Seen, Visitor
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.demo.simulate.fits import write_sdss_lite

_SERVE = "from spexplain.dashboard.cli import main; main()"
_MOST_VISITORS, _MOST_SECONDS = 100, 600
_WARM_S = 15.0
_EVERY_S = 2.0  # the server's memory is looked at
_LEAVE_S = 90  # a session outlives its socket by a while
DEEDS = ("click", "slide", "lasso", "drop")
"""What visitors do, in the shares of --deeds."""


def figures(at: str) -> dict[str, float]:
    """What the server says of itself."""
    straight = build_opener(ProxyHandler({}))
    with straight.open(at + "metrics", timeout=PATIENCE_S) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    found = {name: float(value) for name, value in pairs}
    names = ("spexplain_sessions", "process_resident_memory_bytes", "process_cpu_seconds_total")
    return {name: found[name] for name in names if name in found}


def page_thread_s(process: int) -> float:
    """Processor time of the thread that all pages share; NaN where the system does not say."""
    with suppress(OSError):
        told = Path(f"/proc/{process}/task/{process}/stat").read_text()
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return float("nan")


async def measure(at: str, process: int, options: argparse.Namespace) -> dict[str, Any]:
    """All visitors, and the server before, at the end, and once they have left."""
    seen, dice, file = Seen(), random.Random(0), ("mine.fits", _file())
    deeds = tuple(options.deeds)
    warm = Visitor(at, Seen(), ("click",), file)
    await warm.stay(time.monotonic() + _WARM_S, 2.0, dice)
    before, thread_s = await asyncio.to_thread(figures, at), page_thread_s(process)
    began = time.monotonic()
    end = began + options.seconds
    visits: list[Any] = [
        Visitor(at, seen, deeds, file).stay(end, options.pause, random.Random(dice.random()))
        for _ in range(options.visitors)
    ]
    if options.hammer:
        hammer = Visitor(at, seen, ("click",), file)
        visits.append(hammer.hammer(began + options.seconds / 2, began + 0.75 * options.seconds))
    memory = asyncio.create_task(_memory(at, end))
    browser = asyncio.to_thread(clicks_in_a_browser, at, end, options.pause)
    (in_browser, wrong), *_ = await asyncio.gather(browser, *visits)
    after, thread_s = await asyncio.to_thread(figures, at), page_thread_s(process) - thread_s
    cpu_s = after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
    n_deeds = sum(name != "reasons" for name, _, _ in seen.deeds) + len(in_browser)
    left = await _left(at, before["spexplain_sessions"])
    return {
        "visitors": options.visitors,
        "seconds": options.seconds,
        "pause_s": options.pause,
        "ready_s": spread(seen.ready_s),
        "deeds": {n: spread([s for d, _, s in seen.deeds if d == n]) for n in (*DEEDS, "reasons")},
        "click_by_quarter_s": quarters(seen, began, options.seconds),
        "reasons_by_quarter_s": quarters(seen, began, options.seconds, of="reasons"),
        "browser_click_s": spread(in_browser),
        "browser_error": wrong,
        "errors": len(seen.errors),
        "first_errors": seen.errors[:20],
        "server_cpu_ms_per_deed": round(1000 * cpu_s / max(n_deeds, 1), 1),
        "page_thread_ms_per_deed": round(1000 * thread_s / max(n_deeds, 1), 1),
        "server_cpu_share": round(cpu_s / options.seconds, 2),
        "memory_mb_by_eighth": await memory,
        "sessions_before_end_after": [
            before["spexplain_sessions"], after["spexplain_sessions"], left["spexplain_sessions"],
        ],
        "memory_mb_after": round(left["process_resident_memory_bytes"] / 2**20),
        "load_average": os.getloadavg(),
    }  # fmt: skip


async def _memory(at: str, end: float) -> list[int]:
    """Median of the server's memory in each eighth of the time, in MB."""
    found = []
    while time.monotonic() < end:
        with suppress(OSError):
            told = await asyncio.to_thread(figures, at)
            found.append(told["process_resident_memory_bytes"] / 2**20)
        await asyncio.sleep(_EVERY_S)
    return [round(float(np.median(part))) for part in np.array_split(found, 8) if len(part)]


async def _left(at: str, wanted: float) -> dict[str, float]:
    """The server once its visitors' sessions are gone, or after a minute and a half."""
    for _ in range(_LEAVE_S):
        left = await asyncio.to_thread(figures, at)
        if left["spexplain_sessions"] <= wanted:
            break
        await asyncio.sleep(1)
    return left


def quarters(
    seen: Seen, began: float, seconds: float, *, of: str = "click"
) -> list[dict[str, float]]:
    """Of the clicks, or first reasons, that were asked for in each quarter of the time."""
    found: list[list[float]] = [[], [], [], []]
    for name, at, took in seen.deeds:
        if name == of:
            found[min(int(4 * (at - began) / seconds), 3)].append(took)
    return [spread(part) for part in found]


def spread(values: list[float]) -> dict[str, float]:
    """Number, median, 95th percentile and largest."""
    if not values:
        return {"n": 0}
    at = np.percentile(values, [50, 95, 100])
    named = zip(("p50", "p95", "max"), at, strict=True)
    return {"n": len(values)} | {name: round(float(v), 3) for name, v in named}


def _file() -> bytes:
    """One that an SDSS user would drop."""
    wave = np.geomspace(3800.0, 9200.0, 3800)
    flux = np.random.default_rng(0).normal(3, 0.3, wave.size)
    one = Spectrum("9901-59000-0001", wave, flux, np.full(wave.size, 10.0), z=0.1)
    with tempfile.TemporaryDirectory() as folder:
        return write_sdss_lite(one, Path(folder) / "spec-9901-59000-0001.fits").read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path)
    parser.add_argument("--visitors", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=4.0, help="between a visitor's deeds")
    parser.add_argument(
        "--deeds", nargs="+", choices=DEEDS, default=[*["click"] * 6, *["slide"] * 2, *DEEDS[2:]],
        help="what is chosen from at random; one named twice is done twice as often",
    )  # fmt: skip
    parser.add_argument("--hammer", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (0 < options.visitors <= _MOST_VISITORS and 0 < options.seconds <= _MOST_SECONDS):
        parser.error(f"at most {_MOST_VISITORS} visitors and {_MOST_SECONDS} seconds")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server ends with it
    command = [sys.executable, "-c", _SERVE, "serve", str(options.collection), "--no-browser"]
    server = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        at = re.findall(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        found = asyncio.run(measure(at, server.pid, options))
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
    print(json.dumps(found, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
