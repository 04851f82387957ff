"""What a collection says of itself is read within bounds, whoever wrote it."""

import json
import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.files import json_file
from spexplain.data.files.json_file import check_regular, read_json

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=_VALUES)
def test_what_was_written_is_read(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    assert read_json(path) == value


def test_too_long_too_deep_and_no_json_are_told_by_name(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    path.write_text("[" * 200_000)
    with pytest.raises(ValueError, match=r"run\.json is nested too deeply"):
        read_json(path)
    path.write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        read_json(path)
    monkeypatch.setattr(json_file, "_MOST_BYTES", 10)
    path.write_text(" " * 11)
    with pytest.raises(ValueError, match=r"run\.json has 11 bytes, more than the 10 read"):
        read_json(path)


def test_pipes_devices_and_sockets_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for name, kind in (("pipe", "a pipe"), ("zero", "a device"), ("socket", "or socket")):
            with pytest.raises(ValueError, match=f"{name} is .*{kind}"):
                read_json(tmp_path / name)


def test_a_link_to_itself_is_an_error_of_the_system(tmp_path):
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(OSError, match="a"):
        check_regular(tmp_path / "a")
