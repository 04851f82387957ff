"""The secret of a server: made once, whole, its owner's alone."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from spexplain.data.files.secret import server_secret


def test_it_is_made_on_first_use_and_stays(tmp_path: Path):
    path = tmp_path / "home" / "server-secret"
    secret = server_secret(path)
    assert len(secret) == 64
    assert server_secret(path) == secret
    assert server_secret(tmp_path / "other") != secret
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_many_who_begin_at_once_all_have_the_same(tmp_path: Path):
    path = tmp_path / "server-secret"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(server_secret, [path] * 64))
    assert len(found) == 1
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_one_that_others_can_read_is_refused(tmp_path: Path):
    path = tmp_path / "server-secret"
    server_secret(path)
    path.chmod(0o640)
    with pytest.raises(PermissionError, match="open to others"):
        server_secret(path)


@pytest.mark.parametrize("text", ["", "short", "\x00"])
def test_one_that_is_none_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "server-secret"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(OSError, match="no whole secret"):
        server_secret(path)
