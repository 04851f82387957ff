"""Reading processes forked from one that has imported all they need, where only reading is asked.

To start one anew takes a second of processor, mostly imports; most tests of what is read start
several. They are the same processes with the same limits, but for how they begin: that is what
`test_bounded_reader` and `test_reading_process` look at, and they start them as the program does.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from types import SimpleNamespace
from typing import Any

import pytest

MODULE = "spexplain.data.ingest.reader_processes.reading_process"
# What some files make it import: that takes longer still.
LOADED_LATE = ("h5py", "pandas", "specutils")
_CHILD = f"""
import os, sys
from {MODULE} import main
os.setsid()
os.dup2(orders.fileno(), 0)
os.dup2(answers.fileno(), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
for pipe in (orders, answers):
    pipe.close()
sys.stdin = open(0)
main()
"""


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([MODULE, *LOADED_LATE])
    with pytest.MonkeyPatch.context() as patch:
        # As a process started anew is told.
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "1")
        forkserver.ensure_running()
    return context


class ForkedReader:
    """What a `subprocess.Popen` of a reading process is to who asks it to read."""

    def __init__(self, command: Sequence[str], **_: Any) -> None:
        assert command[-1] == MODULE
        context = _context()
        orders, ours = context.Pipe(duplex=False)
        heard, answers = context.Pipe(duplex=False)
        told = {"orders": orders, "answers": answers}
        self._process = context.Process(target=exec, args=(_CHILD, told), daemon=True)
        self._process.start()
        self.stdin = os.fdopen(os.dup(ours.fileno()), "wb")
        self.stdout = os.fdopen(os.dup(heard.fileno()), "rb")
        for pipe in (orders, ours, heard, answers):
            pipe.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(MODULE, timeout or 0.0)
        return self.returncode


SUBPROCESS = SimpleNamespace(
    Popen=ForkedReader,
    PIPE=subprocess.PIPE,
    DEVNULL=subprocess.DEVNULL,
    TimeoutExpired=subprocess.TimeoutExpired,
)
"""As much of the module as who asks to read has need of."""
