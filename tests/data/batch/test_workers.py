"""Who does the chunks: started as they are asked for."""

from spexplain.data.batch.cluster_choice import ClusterChoice
from spexplain.data.batch.workers import _of_queue


def test_jobs_of_a_queue_speak_tls(monkeypatch):
    made = {}

    class Queue:
        def __init__(self, **options):
            made.update(options)

        def scale(self, *, jobs):
            made["jobs"] = jobs

    monkeypatch.setattr("dask_jobqueue.SLURMCluster", Queue)
    _of_queue(ClusterChoice(system="slurm", workers=40))
    assert made["protocol"] == "tls://"
    assert made["security"]
    assert made["jobs"] == 40
