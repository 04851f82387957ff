"""The round trip to an OAuth provider: in, who is in, and out again."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest

_SERVE = "from spexplain.dashboard.cli import main; main()"
_PATIENCE_S = 60.0
_PAGE = "https://spectra.example.org/spectra"


class Provider(BaseHTTPRequestHandler):
    """Knows everybody as ``name``."""

    name = ""

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = dict(parse_qsl(at.query))
        if at.path == "/user":
            self._say({"email": Provider.name})
            return
        self.send_response(302)
        back = urlencode({"code": "good", "state": asked["state"]})
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self) -> None:
        told = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        assert (told["code"], told["client_secret"]) == ("good", "hush")
        self._say({"access_token": "abc"})

    def _say(self, answer: dict[str, str]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Browser:
    """Follows redirects and keeps cookies by their path, to a page behind TLS at /spectra."""

    def __init__(self, port: int) -> None:
        self.port, self.jar, self.set = port, dict[str, tuple[str, str]](), list[str]()

    def go(self, path: str, port: int | None = None) -> tuple[int, str]:
        """The last answer's status and text."""
        for _ in range(10):
            status, told, text = self._once(path, port or self.port)
            if status != 302:
                return status, text
            to = urlsplit(urljoin(f"{_PAGE}/", told))
            port, path = to.port, f"{to.path}?{to.query}"
        raise AssertionError("redirected for ever")

    def _once(self, path: str, port: int) -> tuple[int, str, str]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
        sent = "; ".join(f"{k}={v}" for k, (v, at) in self.jar.items() if path.startswith(at))
        host = {"Host": "spectra.example.org", "X-Scheme": "https", "X-Real-Ip": "10.0.0.7"}
        line.request("GET", path, headers=host | ({"Cookie": sent} if sent else {}))
        answer = line.getresponse()
        for one in answer.headers.get_all("Set-Cookie", []):
            self.set.append(one)
            for name, kept in SimpleCookie(one).items():
                if kept.value:
                    self.jar[name] = (kept.value, kept["path"])
                elif self.jar.get(name, ("", ""))[1] == kept["path"]:  # as browsers do
                    del self.jar[name]
        text = answer.read().decode()
        line.close()
        return answer.status, answer.headers.get("Location", ""), text


@pytest.fixture(scope="module")
def port(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    at = f"http://127.0.0.1:{provider.server_port}"
    told = tmp_path_factory.mktemp("oauth") / "oauth.toml"
    told.write_text(
        f'provider = "generic"\nkey = "me"\nsecret = "hush"\nredirect_uri = "{_PAGE}/"\n'
        f'[extra_params]\nAUTHORIZE_URL = "{at}/authorize"\nTOKEN_URL = "{at}/token"\n'
        f'USER_URL = "{at}/user"\n[roles]\n"anna@example.org" = "tag"\n'
    )
    command = [sys.executable, "-c", _SERVE, "serve", str(small_demo), "--no-browser", "--proxy"]
    command += ["--oauth", str(told), "--port", "0", "--prefix", "/spectra"]
    server = subprocess.Popen(
        [*command, "--origin", "https://spectra.example.org"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    yield int(re.findall(r":(\d+)/", server.stdout.readline())[0])
    server.terminate()
    server.wait(_PATIENCE_S)
    server.stdout.close()
    provider.shutdown()
    provider.server_close()


def test_whom_the_provider_and_the_file_know_is_in_until_they_log_out(port: int):
    Provider.name, browser = "anna@example.org", Browser(port)
    status, page = browser.go("/spectra/")
    assert status == 200
    assert '"token"' in page
    assert browser.set
    for cookie in browser.set:
        assert {"Path=/spectra/", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "user" in browser.jar
    browser.go("/spectra/logout")
    assert "user" not in browser.jar


def test_whom_the_file_does_not_name_is_told(port: int):
    Provider.name = "mallory@example.org"
    status, words = Browser(port).go("/spectra/")
    assert (status, words.strip()) == (
        403,
        "mallory@example.org has no role on this page: whoever serves it can give one.",
    )


def test_an_answer_that_was_not_asked_for_lets_nobody_in(port: int):
    browser = Browser(port)
    assert browser.go("/spectra/login?code=good&state=forged")[0] == 401
    assert "user" not in browser.jar
