import gc
import subprocess
import sys

import pytest
from spexplain.core.compute import blas as module
from spexplain.core.compute.blas import hold_one_blas_thread, one_blas_thread
from spexplain.core.compute.workers import Workers
from threadpoolctl import threadpool_info, threadpool_limits


def threads():
    return {info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}


_ALONE = """
import sys
from spexplain.core.compute.blas import one_blas_thread
from threadpoolctl import threadpool_info
print("scipy.linalg" in sys.modules)
with one_blas_thread():
    import scipy.linalg
    print({info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"})
"""


class Holder:
    pass


@pytest.fixture
def usual(monkeypatch):
    """Nobody else holds it."""
    monkeypatch.setattr(module, "_LIMIT", module._Limit())
    with threadpool_limits(2, "blas"):
        yield {2}


def test_blas_keeps_to_one_thread_within_and_has_its_own_again_after(usual):
    with one_blas_thread():
        assert threads() == {1}
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == usual


def test_what_raises_within_puts_it_back_too(usual):
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert threads() == usual


def test_a_holder_keeps_it_until_it_is_gone(usual):
    holder = Holder()
    hold_one_blas_thread(holder)
    assert threads() == {1}
    del holder
    gc.collect()
    assert threads() == usual


def test_to_let_go_twice_is_to_let_go_once(usual):
    one, other = Holder(), Holder()
    let_go, _ = hold_one_blas_thread(one), hold_one_blas_thread(other)
    let_go()
    let_go()
    assert threads() == {1}
    del other
    gc.collect()
    assert threads() == usual


def test_workers_hold_it_while_they_are_open(usual):
    with Workers(2):
        assert threads() == {1}
    assert threads() == usual


def test_the_library_that_numba_calls_is_held_though_nothing_had_loaded_it():
    found = subprocess.run(
        [sys.executable, "-c", _ALONE], check=True, capture_output=True, text=True, timeout=120
    )
    assert found.stdout.split() == ["False", "{1}"]
