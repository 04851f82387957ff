"""What a stranger sends to a server: it stays up, answers others, and says little about it."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_SERVE = """
from spexplain.dashboard.server import server
server._SILENCE_S = {silence_s}
from spexplain.dashboard.cli import main
main()
"""
_PATIENCE_S = 60.0
_TEXT, _BINARY, _CLOSE = 1, 2, 8


class Server:
    """One in a process of its own, and what it says on standard error."""

    def __init__(self, collection: Path, errors: Path, *, silence_s: float = 40.0) -> None:
        begin = _SERVE.format(silence_s=silence_s)
        command = [sys.executable, "-c", begin, "serve", str(collection), "--no-browser"]
        with errors.open("w") as said:
            self._process = subprocess.Popen(
                [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=said, text=True
            )
        assert self._process.stdout is not None
        self.port = int(re.findall(r":(\d+)/", self._process.stdout.readline())[0])
        self._errors = errors
        self._token = ""  # of one session, which takes half a second to make

    def end(self) -> str:
        """Stop it, and give what it has said."""
        self._process.terminate()
        code = self._process.wait(_PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        assert code == 0
        return self._errors.read_text()

    def get(self, path: str) -> tuple[int, str]:
        """As another visitor would."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_S)

    def websocket(self) -> tuple[socket.socket, str]:
        """One that has shaken hands and been welcomed, and the headers it was answered with."""
        if not self._token:
            self._token = re.findall(r'"token":\s*"([^"]+)"', self.get("/")[1])[-1]
        line = self.connect()
        told = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": f"bokeh, {self._token}",
            "Sec-WebSocket-Extensions": "permessage-deflate",
        }
        headers = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        line.sendall(f"GET /ws HTTP/1.1\r\n{headers}\r\n".encode())
        return line, heard(line, b"ACK").partition(b"\r\n\r\n")[0].decode()


@pytest.fixture(scope="module")
def server(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(small_demo, tmp_path_factory.mktemp("strangers") / "errors.txt")
    yield found
    said = found.end()
    assert "Uncaught exception" not in said
    assert max(map(len, said.splitlines()), default=0) < 5000


def frame(content: bytes, kind: int = _TEXT, *, told: int | None = None, first: int = 0x80):
    """A frame as browsers send them, masked with zeros; ``told`` is the length that it claims."""
    n = len(content) if told is None else told
    size = bytes([0x80 | 127]) + struct.pack(">Q", n)
    return bytes([first | kind]) + size + bytes(4) + content


def message(content: object, **header: object) -> bytes:
    """One in three frames, as BokehJS sends it."""
    head = {"msgid": "1", "msgtype": "PATCH-DOC"} | header
    return b"".join(frame(json.dumps(part).encode()) for part in (head, {}, content))


def heard(line: socket.socket, wanted: bytes) -> bytes:
    """All that comes until something wanted has."""
    found = b""
    while wanted not in found:
        chunk = line.recv(65536)
        assert chunk, f"closed before {wanted!r} came"
        found += chunk
    return found


def ended(line: socket.socket) -> bool:
    """Whether the server closes a connection, or says that it does."""
    found = b""
    while (chunk := line.recv(65536)) and bytes([0x80 | _CLOSE]) not in found:
        found += chunk
    return True


def bomb() -> dict[str, object]:
    zeros = base64.b64encode(gzip.compress(bytes(10**8))).decode()
    array = {"type": "bytes", "data": zeros}
    packed = {"type": "ndarray", "array": array, "shape": [10**8], "dtype": "uint8"}
    return {"events": [{"kind": "TitleChanged", "title": packed | {"order": "little"}}]}


@pytest.mark.parametrize("query", ["id=%ff", "%ff=%fe", "where=%00%ff", "theme=%ff"])
def test_a_link_whose_bytes_are_no_text_opens_the_page(server: Server, query: str):
    status, page = server.get(f"/?{query}")
    assert status == 200
    assert '"token":' in page


@pytest.mark.parametrize(
    "request_",
    [
        "POST /login HTTP/1.1\r\nHost: {at}\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: {at}\r\nContent-Length: 99999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: {at}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST / HTTP/1.1\r\nHost: {at}\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc",
        "GET /static/js/a%0d%0aX: y HTTP/1.1\r\nHost: {at}\r\n\r\n",
    ],
)
def test_a_request_that_lies_is_refused(server: Server, request_: str):
    with server.connect() as line:
        line.sendall(request_.format(at=f"127.0.0.1:{server.port}").encode())
        assert line.recv(1000).split()[1] in (b"400", b"413")


@pytest.mark.parametrize(
    "sent",
    [
        frame(b"abc", told=2**62),
        frame(b"abc", told=18 * 2**20),
        frame(b"a" * 2**20, first=0) + frame(b"a" * 2**20, 0, first=0) * 17,
        frame(b"abc", first=0xC0),  # compressed, which was not agreed on
        frame(b"\xff\xfe"),
        frame(b"abc", 0xB),
        frame(b"abc", _BINARY),
        message({}, msgtype="NO" * 10**6),
    ],
    ids=["endless", "large", "fragments", "packed", "not text", "no kind", "binary", "no type"],
)
def test_frames_that_no_browser_sends_end_their_own_socket_alone(server: Server, sent: bytes):
    line, headers = server.websocket()
    with line:
        assert "deflate" not in headers
        try:
            line.sendall(sent)
            assert ended(line)
        except ConnectionError:
            pass  # closed while we sent
    assert server.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        {"events": [{"kind": "ModelChanged", "model": {"id": "p0"}, "attr": "x", "new": 1}]},
        {"events": [{"kind": "No" * 10**5}]},
        {"events": [{"kind": "RootAdded", "model": {"type": "object", "name": "os.system"}}]},
        {"events": 7},
    ],
    ids=["bomb", "no model", "no kind", "no class", "no events"],
)
def test_messages_that_no_page_sends_are_answered_by_an_error(server: Server, content: object):
    line, _ = server.websocket()
    with line:
        line.sendall(message(content))
        heard(line, b'"ERROR"')
    assert server.get("/healthz")[0] == 200


def test_slow_connections_keep_nobody_waiting(server: Server):
    lines = [server.connect() for _ in range(100)]
    for line in lines:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    assert server.get("/healthz")[0] == 200
    for line in lines:
        line.close()


def test_a_socket_that_answers_no_ping_is_closed(small_demo: Path, tmp_path: Path):
    server = Server(small_demo, tmp_path / "errors.txt", silence_s=0.5)
    line, _ = server.websocket()
    with line:
        assert ended(line)
    assert server.end() == ""
