"""Chunks by two worker processes: killed ones cost their chunk, a lost scheduler is said."""

import contextlib
import os

import dask
import pytest
from distributed import LocalCluster
from spexplain.data.batch.chunk_runner import finished_chunks
from spexplain.data.batch.cluster_choice import ClusterChoice, ClusterError
from spexplain.data.batch.dask_cluster import DaskCluster

N = 12


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def cluster(told):
    cluster = DaskCluster(ClusterChoice(workers=2, few_chunks=3), told.append)
    yield cluster
    cluster.close()


@pytest.fixture
def chunks(tmp_path):
    return [{"number": at, "log": str(tmp_path / "log")} for at in range(N)]


def logged():
    """A chunk that notes who did it; made here so that it travels whole."""

    def work(*, number, log):
        import os

        import numpy as np

        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{number} {os.getpid()}\n")
        return {"square": np.array([number**2])}

    return work


def done(cluster, function, chunks, folder):
    parts = finished_chunks(cluster.runner(), function, chunks, folder, lambda *_: None)
    return [int(part["square"][0]) for part in parts]


def pids(tmp_path):
    return [line.split()[1] for line in (tmp_path / "log").read_text().splitlines()]


def test_few_chunks_are_done_here_and_start_nothing(tmp_path, chunks, told):
    cluster = DaskCluster(ClusterChoice(workers=2, few_chunks=N + 1), told.append)
    assert done(cluster, logged(), chunks, tmp_path / "parts") == [at**2 for at in range(N)]
    assert len(set(pids(tmp_path))) == 1
    assert told == []


def test_many_are_shared_out_and_the_dashboard_is_told(cluster, tmp_path, chunks, told):
    assert done(cluster, logged(), chunks, tmp_path / "parts") == [at**2 for at in range(N)]
    assert len(pids(tmp_path)) == N
    assert len(told) == 1
    assert told[0].startswith("2 workers, dashboard http://127.0.0.1:")


def test_few_chunks_go_to_workers_that_run_already(cluster, tmp_path, chunks):
    cluster.workers()
    assert done(cluster, logged(), chunks[:2], tmp_path / "parts") == [0, 1]
    assert str(os.getpid()) not in pids(tmp_path)


def test_workers_keep_the_memory_that_arrays_had_and_unpack_with_one_thread(
    cluster, tmp_path, chunks
):
    def said():
        import os

        import zarr

        return os.environ["MALLOC_TRIM_THRESHOLD_"], zarr.config.get("threading.max_workers")

    done(cluster, logged(), chunks, tmp_path / "parts")
    assert set(cluster.workers().client.run(said).values()) == {(str(2**28), 1)}


def test_a_worker_that_is_killed_costs_its_chunk(cluster, tmp_path, chunks):
    def work(*, number, log):
        import os
        import signal

        import numpy as np

        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{number} {os.getpid()}\n")
        if number == 5 and not os.path.exists(f"{log}.killed"):
            open(f"{log}.killed", "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"square": np.array([number**2])}

    assert done(cluster, work, chunks, tmp_path / "parts") == [at**2 for at in range(N)]
    # Once more what it was at, and what it had done without having been asked for it.
    assert N < len(pids(tmp_path)) <= N + 4


def test_a_chunk_that_fails_says_so_and_what_was_done_stays(cluster, tmp_path, chunks):
    def work(*, number, log):
        import os

        import numpy as np

        if number == 7 and not os.path.exists(log):
            raise ValueError("no such spectrum")
        return {"square": np.array([number**2])}

    with pytest.raises(ValueError, match="no such spectrum"):
        done(cluster, work, chunks, tmp_path / "parts")
    kept = {path.name for path in (tmp_path / "parts").glob("*.npz")}
    (tmp_path / "log").write_text("")
    assert done(cluster, logged(), chunks, tmp_path / "parts") == [at**2 for at in range(N)]
    assert len(pids(tmp_path)) == N - len(kept)


def test_workers_that_ended_for_good_are_replaced(cluster, tmp_path, chunks, monkeypatch):
    monkeypatch.setitem(dask.config.config["distributed"]["deploy"], "lost-worker-timeout", "1s")
    client = cluster.workers().client
    results = cluster.runner().each(logged(), list(enumerate(chunks)))
    first = next(results)[0]
    for nanny in list(client.cluster.workers.values()):
        client.cluster.sync(nanny.close)
    assert not client.nthreads()
    assert {first, *(number for number, _ in results)} == set(range(N))
    assert cluster.workers().count() > 0


def test_a_scheduler_that_is_gone_is_said_and_the_rest_goes_on(cluster, tmp_path, chunks):
    results = cluster.runner().each(logged(), list(enumerate(chunks)))
    next(results)
    with contextlib.suppress(OSError):
        cluster.workers().client.cluster.close()
    with pytest.raises(ClusterError, match=r"is gone\. What was finished is kept"):
        list(results)


def test_no_scheduler_is_said(monkeypatch):
    monkeypatch.setattr("spexplain.data.batch.workers._TIMEOUT_S", 0.2)
    nobody = DaskCluster(ClusterChoice("tcp://127.0.0.1:9"))
    with pytest.raises(ClusterError, match="no scheduler answers at tcp:"):
        list(nobody.runner().each(logged(), [(0, {})]))
    nobody.close()


def test_where_nobody_works_it_is_said_and_one_may_stop(chunks, tmp_path):
    told = []

    class Enough(Exception):
        pass

    def enough(done, total):
        assert (done, total) == (0, N)
        if len(told) > 1:
            raise Enough

    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as alone:
        address = alone.scheduler_address
        cluster = DaskCluster(ClusterChoice(address), told.append)
        with pytest.raises(Enough):
            list(finished_chunks(cluster.runner(), logged(), chunks, tmp_path / "parts", enough))
        cluster.close()
    assert told[0].startswith("0 workers")
    assert told[1] == f"no worker is connected to {address}: the build waits for one"
