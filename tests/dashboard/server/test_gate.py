"""Over real HTTP: what is asked for without a login, by whom, and what every answer carries."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from bokeh.core.types import ID
from bokeh.util.token import generate_jwt_token, generate_session_id
from spexplain.dashboard.server.access.doors import OpenDoor
from spexplain.dashboard.server.gate import Gate
from spexplain.dashboard.server.server import _html_of
from spexplain.dashboard.server.service import Service
from spexplain.dashboard.views.widgets.components import BUNDLE_AT
from spexplain.data.files.password_file import set_password
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

_SERVE = "from spexplain.dashboard.cli import main; main()"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_WEBSOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "bokeh, token",
}


def asked(path: str, **headers: str) -> tuple[RequestStartLine, HTTPHeaders, Any]:
    """A request as the gate is given it."""
    told = HTTPHeaders({"Host": "localhost"} | headers)
    return RequestStartLine("GET", path, "HTTP/1.1"), told, SimpleNamespace(context=None)


@contextmanager
def served(home: Path, collection: Path, *options: str) -> Iterator[int]:
    """The port of a server with these options."""
    command = [sys.executable, "-c", _SERVE, "serve", str(collection), "--no-browser"]
    environment = os.environ | {"SPEXPLAIN_HOME": str(home)}
    server = subprocess.Popen(
        [*command, "--port", "0", *options], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        yield int(re.findall(r":(\d+)", line)[-1])
    finally:
        server.terminate()
        server.wait(60)
        server.stdout.close()


@pytest.fixture(scope="module")
def port(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a page below a prefix, known by another name, with a password."""
    home = tmp_path_factory.mktemp("home")
    people = home / "people.txt"
    set_password(people, "anna", "open sesame", "build")
    set_password(people, "ben", "open sesame", "look")
    options = ("--auth", str(people), "--prefix", "/spectra")
    with served(home, small_demo, *options, "--origin", "https://spectra.example.org") as found:
        yield found


def ask(
    port: int, path: str, told: dict[str, str] | None = None, body: str | None = None
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET" if body is None else "POST", path, body, told or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
    finally:
        connection.close()


def login(port: int, name: str, password: str = "open sesame", to: str = "") -> dict[str, str]:
    body = urlencode({"name": name, "password": password})
    status, headers, _ = ask(port, f"/spectra/login{to}", _FORM, body)
    assert status == 302
    return headers


def cookie(port: int, name: str) -> dict[str, str]:
    return {"Cookie": login(port, name)["Set-Cookie"].partition(";")[0]}


def test_without_a_login_there_is_only_the_login(port: int):
    status, headers, _ = ask(port, "/spectra/")
    assert status == 302
    assert urljoin("/spectra/", headers["Location"]) == "/spectra/login?next=%2Fspectra%2F"
    of_a_browser = _WEBSOCKET | {"Origin": f"http://127.0.0.1:{port}"}
    for told in (_WEBSOCKET, of_a_browser):
        status, _, words = ask(port, "/spectra/ws", told)
        assert (status, "log in first" in words) == (403, True)
    status, _, text = ask(port, "/spectra/login")
    assert status == 200
    assert 'type="password"' in text
    assert "<script" not in text


def test_with_one_the_page_answers_and_holds_no_cookie_that_logs_in(port: int):
    sent = cookie(port, "ben")
    status, _, text = ask(port, "/spectra/", sent)
    assert status == 200
    assert "Log out" in text
    assert sent["Cookie"].partition("=")[2][:40] not in text


def test_the_cookie_is_for_this_page_alone(port: int):
    told = login(port, "anna")["Set-Cookie"]
    for part in ("HttpOnly", "Path=/spectra/", "SameSite=Lax"):
        assert part in told


def test_a_wrong_password_and_an_unknown_name_are_told_alike(port: int):
    answers = [
        ask(port, "/spectra/login", _FORM, urlencode({"name": name, "password": word}))
        for name, word in [("anna", "open sesam"), ("nobody", "open sesame")]
    ]
    assert [status for status, _, _ in answers] == [403, 403]
    assert len({text.replace("nobody", "anna") for _, _, text in answers}) == 1
    assert all("Set-Cookie" not in headers for _, headers, _ in answers)


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/spectra/?id=x", "/spectra/?id=x"),
        ("//evil.example", "/spectra/"),
        ("https://evil.example/spectra/", "/spectra/"),
        ("/spectra/\\evil.example", "/spectra/"),
        ("/spectra/..//evil.example", "/spectra/"),
    ],
)
def test_a_login_leads_back_to_the_page_and_nowhere_else(port: int, wanted: str, to: str):
    query = "?" + urlencode({"next": wanted})
    assert login(port, "anna", to=query)["Location"] == to


@pytest.mark.parametrize(
    "path",
    [
        "/spectra/components/this/x/css/y",
        "/spectra/components/spexplain.dashboard.views.widgets.components/Part/_bundle_path/x.py",
        "/spectra/autoload.js?bokeh-autoload-element=1",
        "/spectra/metadata",
        "/spectra/no/such",
        "/spectra/static/extensions/panel/%00",
        "/spectra/static/../../../etc/passwd",
        "/spectrax",
        "/",
        "/ws",
    ],
)
def test_what_the_page_does_not_need_is_not_there(port: int, path: str):
    assert ask(port, path, cookie(port, "anna"))[0] == 404


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/spectra/login", {}),
        ("/spectra/", {}),
        ("/spectra/no/such", {}),
        ("/spectra/healthz", {}),
        ("/spectra/static/js/bokeh.min.js", {}),
        (f"/spectra/{BUNDLE_AT}", {}),
        ("/spectra/", {"Host": "evil.example"}),
        ("/spectra/", {"Origin": "http://evil.example"}),
    ],
)
def test_every_answer_has_its_headers(port: int, path: str, told: dict[str, str]):
    _, headers, _ = ask(port, path, told)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert not [name for name in headers if name.lower().startswith("access-control")]
    assert "Server" not in headers
    assert headers["Cache-Control"] in (
        "no-cache",
        "no-store",
    )  # none here has a version in its address


def test_the_scripts_of_the_page_bear_the_mark_of_its_answer_and_each_answer_another(port: int):
    marks = []
    for _ in range(2):
        _, headers, text = ask(port, "/spectra/", cookie(port, "anna"))
        mark = re.findall(r"'nonce-([^']+)'", headers["Content-Security-Policy"])[0]
        inline = [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag]
        run = [tag for tag in inline if "application/json" not in tag]
        assert len(run) == 2
        assert all(f'nonce="{mark}"' in tag for tag in run)
        marks.append(mark)
    assert marks[0] != marks[1]


def test_refused_pages_are_words_a_person_can_read(port: int):
    page = {"Accept": "text/html"}
    status, headers, text = ask(port, "/spectra/no/such", page)
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address." in text
    assert "Traceback" not in text
    _, _, text = ask(port, "/spectra/", page | {"Host": "<b>evil"})
    assert "&lt;b&gt;evil" in text


def test_the_other_name_is_known_with_and_without_its_host(port: int):
    origin = {"Origin": "https://spectra.example.org"}
    assert ask(port, "/spectra/login", origin)[0] == 200
    assert ask(port, "/spectra/login", origin | {"Host": "spectra.example.org"})[0] == 200
    assert ask(port, "/spectra/login", {"Origin": "https://other.example.org"})[0] == 403


def test_health_is_told_to_anyone_figures_to_this_machine_and_builders(port: int):
    status, _, text = ask(port, "/spectra/healthz")
    assert (status, json.loads(text)["status"]) == (200, "ok")
    assert "spexplain_sessions" in ask(port, "/spectra/metrics")[2]
    for told in ({"X-Forwarded-For": "10.0.0.7"}, {"Host": "spectra.example.org"}):
        assert ask(port, "/spectra/metrics", told)[0] == 403
        assert ask(port, "/spectra/metrics", told | cookie(port, "ben"))[0] == 403
        assert ask(port, "/spectra/metrics", told | cookie(port, "anna"))[0] == 200


def test_a_body_larger_than_a_form_is_refused(port: int):
    status = 0
    try:
        status = ask(port, "/spectra/login", _FORM, "x" * 2**20)[0]
    except ConnectionError:
        status = 400  # closed while we sent
    assert status in (400, 413)


def test_no_more_pages_than_are_allowed(small_demo: Path, tmp_path: Path):
    with served(tmp_path, small_demo, "--sessions", "1") as port:
        assert ask(port, "/")[0] == 200
        status, _, text = ask(port, "/")
        assert status == 503
        assert "--sessions" in text


def test_an_open_address_without_a_word_about_whom_is_refused(small_demo: Path, tmp_path: Path):
    command = [sys.executable, "-c", _SERVE, "serve", str(small_demo), "--address", "0.0.0.0"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"SPEXPLAIN_HOME": str(tmp_path)}
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error 0.0.0.0, port 5006 can be reached from other machines")


def gate(n_open: int) -> Gate:
    """Of a server that lets three pages in."""
    service = Service(lambda: n_open, lambda: 0)
    return Gate("", OpenDoor(), service, lambda: n_open, 3, {"open"}.__contains__, "secret")


def token_of(session: str, secret: bytes = b"secret", **more: Any) -> str:
    """As a page bears it."""
    signed = generate_session_id(secret, signed=True) if session == "new" else ID(session)
    how: dict[str, Any] = {"secret_key": secret, "signed": True, "expiration": 60} | more
    return generate_jwt_token(signed, **how)


def socket_of(token: str) -> tuple[RequestStartLine, HTTPHeaders, Any]:
    return asked("/ws", **{"Sec-WebSocket-Protocol": f"bokeh, {token}"})


def test_where_all_sessions_are_taken_a_socket_opens_no_other():
    """Tokens of pages that were let in before outlive their sessions."""
    opened = generate_session_id(b"secret", signed=True)
    full = replace(gate(3), is_open={str(opened)}.__contains__)
    for token, status in ((token_of(opened), None), (token_of("new"), 503)):
        refused = full(*socket_of(token))
        assert (None if refused is None else refused.status) == status
    page = full(*asked("/"))
    assert page is not None
    assert page.status == 503


def packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "\xe9", "a.b", "." * 500, "A" * 30_000),
        *map(packed, ("[]", "7", "{}", '{"session_id": 7}', "[" * 30_000, '{"session_id": "a"}')),
        *(f"{packed(one)}.x" for one in ("[]", '{"session_id": null}', '{"session_id": "a.b"}')),
        token_of("new", b"another's"),
        token_of("unsigned"),
        token_of("new", expiration=-1),
    ],
)
def test_a_socket_without_a_token_of_ours_is_refused_in_words(token: str):
    """Forged, malformed or of long ago: Bokeh would tell of each by a traceback in the log."""
    refused = gate(0)(*socket_of(token))
    assert refused is not None
    assert refused.status == 403
    assert refused.words.endswith("reload it.")
    assert gate(0)(*socket_of(token_of("new"))) is None


def test_a_theme_that_is_none_has_no_page_of_its_own():
    """Panel keeps one session for ever of each kind of page that it is asked for."""
    kinds = set()
    for theme in ("dark", "light", "", "x", "%ff", *map(str, range(50))):
        line, told, _ = asked(f"/?theme={theme}")
        kinds.add(_html_of(HTTPServerRequest(start_line=line, headers=told)))
    assert kinds == {("/", "dark"), ("/", "light"), ("/", "")}
