"""Which cluster the options of a build mean, and what is refused in words."""

import pytest
from spexplain.dashboard.cli.options.cluster_options import cluster_choice


def test_without_options_nothing_is_chosen():
    assert cluster_choice("", "", 8, None) is None


def test_a_queue_gets_as_many_workers_as_jobs_were_asked_for():
    choice = cluster_choice("", "slurm", 40, None)
    assert (choice.system, choice.workers, choice.local) == ("slurm", 40, False)


def test_a_scheduler_of_this_machine_may_be_in_the_clear():
    assert cluster_choice("tcp://127.0.0.1:8786", "", 2, None).scheduler == "tcp://127.0.0.1:8786"


@pytest.mark.parametrize(
    ("scheduler", "system", "said"),
    [
        ("tcp://node1:8786", "", "unencrypted and not on this machine"),
        ("tls://node1:8786", "", "give the folder of its certificates"),
        ("", "slumr", "must be one of"),
        ("tcp://127.0.0.1:1", "slurm", "give one"),
    ],
)
def test_what_cannot_be_is_said(scheduler, system, said):
    with pytest.raises(ValueError, match=said):
        cluster_choice(scheduler, system, 2, None)


def test_certificates_alone_are_of_no_use(tmp_path):
    with pytest.raises(ValueError, match="--tls goes with"):
        cluster_choice("", "", 2, tmp_path)
