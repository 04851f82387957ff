"""A server ends when it is told to, whoever reads what it says."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from spexplain.dashboard.server import server as module
from spexplain.dashboard.server.access.terms import Terms

_SERVE = "from spexplain.dashboard.cli import main; main()"
# As where libraries are being loaded or code is being compiled, which nothing interrupts.
_BUSY = """
import time
from spexplain.dashboard.server import server as serve
serve.warm = lambda workspace, stopping: (print("busy", flush=True), time.sleep(600))
"""
_READ, _END_S = "read", 30


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("reader", "told"), [(_READ, signal.SIGINT), ("gone", signal.SIGTERM)])
def test_a_server_ends_quietly_also_where_nobody_reads_it(
    small_demo: Path, reader: str, told: signal.Signals
) -> None:
    command = [sys.executable, "-c", _SERVE, "serve", str(small_demo), "--no-browser"]
    server = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stderr is not None
    try:
        assert "http://" in server.stdout.readline()
        if reader != _READ:
            server.stdout.close()  # as `spexplain serve DIR | head -1` leaves it
        server.send_signal(told)
        assert server.wait(_END_S) == 0
        assert server.stderr.read() == ""
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
        server.stderr.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_while_it_is_getting_warm(small_demo: Path, told: signal.Signals) -> None:
    command = [sys.executable, "-c", _BUSY + _SERVE, "serve", str(small_demo), "--no-browser"]
    server = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline() + server.stdout.readline()
        assert "busy" in said
        assert "http://" in said
        server.send_signal(told)
        assert server.wait(_END_S) == 0
        assert server.communicate()[1] == ""
    finally:
        server.kill()
        server.communicate()


def test_ctrl_c_while_the_page_is_put_together_waits_for_nothing(
    small_demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, told = threading.Event(), threading.Event()

    def busy(workspace, stopping) -> None:
        begun.set()
        assert told.wait(_END_S)
        assert stopping()

    def interrupted(*_words, **_options) -> None:
        assert begun.wait(_END_S)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "warm", busy)
    monkeypatch.setattr(module.pn, "serve", interrupted)
    module.run(module.open_workspace(small_demo), Terms(port=0), open_browser=False)
    told.set()
