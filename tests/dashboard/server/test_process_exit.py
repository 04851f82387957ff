"""A process ends when its work is done, with its own exit code, whatever a thread still does."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: leaving ends the one it is called in.
_SCRIPT = """
import sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from spexplain.dashboard.server.process_exit import THREADS, leave
pool = ThreadPoolExecutor(1, thread_name_prefix=THREADS)
{work}
pool.shutdown(wait=False)
leave(3)
print("the usual way")
"""
_DONE = "pool.submit(int).result()"
_BUSY = "pool.submit(time.sleep, 600)"


@pytest.mark.parametrize(("work", "code", "said"), [(_DONE, 0, "the usual way"), (_BUSY, 3, "")])
def test_only_a_thread_that_still_computes_cuts_it_short(work: str, code: int, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(work=work)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (code, said, "")
