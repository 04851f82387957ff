"""Limits are positive, and the page's are the narrower."""

import pytest
from spexplain.data.ingest.reader_processes.limits import PAGE, SHELL, Limits


@pytest.mark.parametrize("bad", [0, -1, float("nan")])
def test_limits_must_be_positive(bad):
    with pytest.raises(ValueError, match="positive"):
        Limits(1, 1, bad, 1.0)


def test_the_page_allows_less_than_the_shell():
    assert PAGE.size_bytes < SHELL.size_bytes
    assert PAGE.memory_bytes < SHELL.memory_bytes
    assert PAGE.cpu_s < SHELL.cpu_s
