"""A server ends when it is told to, whoever reads what it says."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

_SERVE = "from spexplain.dashboard.cli import main; main()"
_READ, _END_S = "read", 30


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("reader", [_READ, "gone"])
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
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
