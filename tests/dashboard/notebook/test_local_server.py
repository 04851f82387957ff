"""A port that is free is found; one that is taken is told."""

import socket

import pytest
from spexplain.dashboard.notebook.local_server import HERE, free_port, until_it_answers


def test_a_free_port_is_found_and_one_in_use_is_told():
    port = free_port()
    with socket.socket() as taken:
        taken.bind((HERE, port))
        taken.listen()
        until_it_answers(port)
        with pytest.raises(OSError, match="in use"):
            free_port(port)
