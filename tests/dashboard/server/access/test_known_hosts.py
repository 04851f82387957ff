"""Requests by another name, or from another site's page, are refused before anything is routed."""

from __future__ import annotations

import asyncio
import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.server.access.known_hosts import KnownHosts, OnlyKnownHosts
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

_SERVE = "from spexplain.dashboard.cli import main; main()"
HERE = KnownHosts.of("127.0.0.1")
EVERYWHERE = KnownHosts.of("0.0.0.0")


def headers(host: str, origin: str | None = None) -> HTTPHeaders:
    told = HTTPHeaders({"Host": host})
    if origin is not None:
        told["Origin"] = origin
    return told


@pytest.mark.parametrize(
    "host", ["127.0.0.1:5006", "localhost:5006", "LOCALHOST", "[::1]:5006", "127.0.0.1"]
)
def test_names_of_this_machine_are_known(host: str):
    assert HERE.refusal(headers(host)) == ""
    assert HERE.refusal(headers(host, f"http://{host}")) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:5006",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil@localhost.example",
        "192.168.0.7:5006",
        "[::1",
        "[::1]evil",
        "[::1]evil:5006",
        "",
        "localhost/evil",
        "127.0.0.1, evil.example",
        "localhost:x",
        "localhost:-1",
        "localhost:99999",
    ],
)
def test_other_names_are_refused_and_told(host: str):
    told = HERE.refusal(headers(host))
    assert told == f"This server is not known as {host!r}."


def test_without_a_host_or_with_two_nothing_is_answered():
    assert HERE.refusal(HTTPHeaders())
    two = HTTPHeaders()
    two.add("Host", "localhost")
    two.add("Host", "evil.example")
    assert HERE.refusal(two)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:8888",
        "http://localhost",
        "null",
        "",
        "http://localhost:5006.evil.example",
        "http://evil.example/localhost:5006",
    ],
)
def test_pages_of_other_origins_are_refused(origin: str):
    told = HERE.refusal(headers("localhost:5006", origin))
    assert told == f"Pages of {origin!r} may not use this server."


def test_the_address_asked_for_is_known():
    assert KnownHosts.of("192.168.0.7").refusal(headers("192.168.0.7:5006")) == ""
    assert KnownHosts.of("192.168.0.7").refusal(headers("192.168.0.8:5006"))


@pytest.mark.parametrize("host", ["192.168.0.7:5006", "[fe80::1]:5006", socket.gethostname()])
def test_on_all_addresses_any_number_and_the_machines_name_are_known(host: str):
    assert EVERYWHERE.refusal(headers(host)) == ""


def test_on_all_addresses_another_name_is_still_refused():
    assert EVERYWHERE.refusal(headers("evil.example:5006"))


@given(st.text(max_size=60))
def test_whatever_host_is_sent_the_answer_is_words_or_nothing(host: str):
    assert isinstance(HERE.refusal(headers(host, f"http://{host}")), str)


@given(st.from_regex(r"[a-z]{1,12}(\.[a-z]{2,8}){1,3}(:[0-9]{1,5})?", fullmatch=True))
def test_no_name_but_its_own_is_known(host: str):
    assert HERE.refusal(headers(host))


class _Echo(RequestHandler):
    def get(self) -> None:
        self.write("here")

    def post(self) -> None:
        self.write(str(len(self.request.body)))


def _asked(*requests: tuple[str, bytes | None, dict[str, str]]) -> list[tuple[int, str]]:
    """Status and text of requests in turn, on one connection, to a server that checks."""

    async def served() -> list[tuple[int, str]]:
        (listening,) = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(Application([("/", _Echo)]))
        server.request_callback = OnlyKnownHosts(server.request_callback, HERE)
        server.add_socket(listening)
        port = listening.getsockname()[1]

        def ask() -> list[tuple[int, str]]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            answers = []
            for method, body, told in requests:
                connection.request(method, "/", body, told)
                answer = connection.getresponse()
                answers.append((answer.status, answer.read().decode()))
            connection.close()
            return answers

        try:
            return await asyncio.to_thread(ask)
        finally:
            server.stop()
            await server.close_all_connections()

    return asyncio.run(served())


def test_a_connection_goes_on_after_a_refusal_and_bodies_arrive_whole():
    evil = {"Host": "evil.example"}
    answers = _asked(
        ("GET", None, {}),
        ("GET", None, evil),
        ("POST", b"x" * 100_000, {}),
        ("POST", b"x" * 100_000, evil),
        ("GET", None, {}),
    )
    assert [status for status, _ in answers] == [200, 403, 200, 403, 200]
    assert answers[2][1] == "100000"
    assert "evil.example" in answers[3][1]


@pytest.fixture(scope="module")
def port(small_demo: Path) -> Iterator[int]:
    """Of the page, served as its command serves it."""
    command = [sys.executable, "-c", _SERVE, "serve", str(small_demo), "--no-browser"]
    server = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        yield int(line.rsplit(":", 1)[1].split("/")[0])
    finally:
        server.terminate()
        server.wait(60)
        assert server.stdout is not None
        server.stdout.close()


def _status(port: int, path: str, told: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=told)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


_WEBSOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize("path", ["/", "/ws", "/liveness", "/static/js/bokeh.min.js", "/no/such"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost.evil.example"])
def test_the_page_and_all_beside_it_are_closed_to_other_names(port: int, path: str, host: str):
    upgrade = _WEBSOCKET if path == "/ws" else {}
    assert _status(port, path, {"Host": host.format(port=port), **upgrade}) == 403


@pytest.mark.parametrize("path", ["/", "/ws", "/liveness"])
def test_the_page_and_all_beside_it_are_closed_to_other_sites(port: int, path: str):
    upgrade = _WEBSOCKET if path == "/ws" else {}
    told = {"Host": f"localhost:{port}", "Origin": "http://evil.example", **upgrade}
    assert _status(port, path, told) == 403


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_by_its_own_names_the_page_answers(port: int, name: str):
    told = {"Host": f"{name}:{port}", "Origin": f"http://{name}:{port}"}
    assert _status(port, "/", told) == 200
    assert _status(port, "/liveness", told) == 200
