"""Libraries that threads load when they need them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from spexplain.core.compute.threads import thread_pool


def test_scipy_is_whole_before_threads_load_parts_of_it_at_once() -> None:
    code = """
import sys, threading
from spexplain.core.compute.threads import thread_pool

assert "scipy" not in sys.modules
sys.setswitchinterval(1e-5)
names = ["scipy.ndimage", "scipy.special", "scipy.linalg", "sklearn.base"]
together = threading.Barrier(len(names))

def load(name):
    together.wait()
    __import__(name)

with thread_pool(len(names), "loads") as pool:
    assert "scipy" in sys.modules
    [*pool.map(load, names)]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_its_threads_bear_its_name() -> None:
    with thread_pool(1, "loads") as pool:
        name = pool.submit(lambda: __import__("threading").current_thread().name).result()
    assert name.startswith("loads")


def test_there_is_one_thread_at_least() -> None:
    with pytest.raises(ValueError, match="max_workers"):
        thread_pool(0, "loads")
