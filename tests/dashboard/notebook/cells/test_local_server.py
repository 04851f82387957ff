"""A port that is free is found; one that is taken is told."""

import socket
import subprocess
import sys

import pytest
from spexplain.dashboard.notebook.cells.local_server import HERE, free_port, until_it_answers


def test_a_free_port_is_found_and_one_in_use_is_told():
    port = free_port()
    with socket.socket() as taken:
        taken.bind((HERE, port))
        taken.listen()
        until_it_answers(port)
        with pytest.raises(OSError, match="in use"):
            free_port(port)


def test_a_program_ends_though_its_views_are_still_served():
    code = (
        "from spexplain.dashboard.notebook.cells.local_server import serve_here\n"
        "print(serve_here({'/': lambda: 'a page'})[1])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert ended.stdout.startswith("http://127.0.0.1:")
