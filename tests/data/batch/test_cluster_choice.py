"""A scheduler that anybody could reach is refused, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.batch.cluster_choice import ClusterChoice, ClusterError


@pytest.fixture
def tls(tmp_path):
    for name in ("ca", "cert", "key"):
        (tmp_path / f"{name}.pem").write_text("")
    return tmp_path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.3.2.1"])
def test_this_machine_may_be_in_the_clear(host):
    assert not ClusterChoice(f"tcp://{host}:8786").local


@given(st.ip_addresses(v=4).filter(lambda ip: not ip.is_loopback))
def test_no_other_machine_may(ip):
    with pytest.raises(ClusterError, match="unencrypted and not on this machine"):
        ClusterChoice(f"tcp://{ip}:8786")


def test_a_name_may_lead_anywhere_and_is_refused_in_the_clear():
    with pytest.raises(ClusterError, match="Start the scheduler with TLS"):
        ClusterChoice("tcp://node1.cluster:8786")


def test_tls_needs_its_three_files_and_they_need_tls(tls):
    assert ClusterChoice("tls://node1:8786", tls=tls).security().require_encryption
    with pytest.raises(ClusterError, match="give the folder of its certificates"):
        ClusterChoice("tls://node1:8786")
    with pytest.raises(ClusterError, match="use tls://"):
        ClusterChoice("tcp://127.0.0.1:8786", tls=tls)
    (tls / "key.pem").unlink()
    with pytest.raises(ClusterError, match=r"the TLS file .*key\.pem"):
        ClusterChoice("tls://node1:8786", tls=tls)


@pytest.mark.parametrize("address", ["node1", "http://a:1", "tcp://a", "tcp://a:b", "tcp://[a:1"])
def test_what_is_no_address_is_said(address):
    with pytest.raises(ClusterError, match="is not an address"):
        ClusterChoice(address)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scheduler": "tcp://127.0.0.1:1", "system": "slurm"}, "give one"),
        ({"system": "slurmm"}, "must be one of"),
        ({"workers": 0}, "1 or more"),
    ],
)
def test_what_does_not_go_together_is_said(asked, said):
    with pytest.raises(ClusterError, match=said):
        ClusterChoice(**asked)
