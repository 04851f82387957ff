"""A server that breaks off half-way, and one that can go on from there."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from spexplain.data.files.download import FetchError, fetch_file, matches_checksum

CONTENT = bytes(range(256)) * 40


class _Server(BaseHTTPRequestHandler):
    """Sends half at the first request; /goes-on heeds Range, /from-start does not."""

    asked: list[str | None] = []  # noqa: RUF012

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        start = 0
        if wanted and self.path == "/goes-on":
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        stop = len(CONTENT) // 2 if len(self.asked) == 1 else len(CONTENT)
        self.wfile.write(CONTENT[start:stop])

    def log_message(self, format, *args):
        pass


@pytest.fixture
def server():
    _Server.asked.clear()
    serving = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


def whole(path):
    return path.read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["goes-on", "from-start"])
def test_a_fetch_that_broke_off_ends_with_the_whole_file(server, tmp_path, kind):
    path = tmp_path / "map"
    with pytest.raises(FetchError, match=r"cannot fetch.*broke off 5,120 bytes before its end"):
        fetch_file(f"{server}/{kind}", path, is_right=whole)
    assert (tmp_path / ".map.part").read_bytes() == CONTENT[: len(CONTENT) // 2]
    fetch_file(f"{server}/{kind}", path, is_right=whole)
    assert path.read_bytes() == CONTENT
    assert sorted(p.name for p in tmp_path.iterdir()) == ["map", "map.sha256"]
    assert _Server.asked == [None, f"bytes={len(CONTENT) // 2}-"]


def test_a_file_that_changed_after_it_was_fetched_is_noticed(server, tmp_path):
    _Server.asked.append(None)  # past the first request
    path = tmp_path / "map"
    fetch_file(f"{server}/goes-on", path, is_right=whole)
    assert matches_checksum(path)
    path.write_bytes(CONTENT[:-1] + b"!")
    assert not matches_checksum(path)
    by_hand = tmp_path / "other"
    by_hand.write_bytes(b"anything")
    assert matches_checksum(by_hand)


def test_what_is_not_right_is_not_kept(server, tmp_path):
    _Server.asked.append(None)
    with pytest.raises(FetchError, match="nothing was kept"):
        fetch_file(f"{server}/goes-on", tmp_path / "map", is_right=lambda path: False)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FetchError, match="cannot fetch"):
        fetch_file("http://127.0.0.1:9/nothing", tmp_path / "map", is_right=whole)
