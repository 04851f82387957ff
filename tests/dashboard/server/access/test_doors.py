"""Who is let in: by a signed cookie whose line still stands in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from spexplain.dashboard.server.access.doors import OAuthDoor, OpenDoor, PasswordDoor, own_pass
from spexplain.data.files.password_file import set_password
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import create_signed_value

SECRET = "s" * 64


def request(cookie: str = "") -> HTTPServerRequest:
    told = HTTPHeaders({"Host": "localhost"} | ({"Cookie": cookie} if cookie else {}))
    return HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.1"), headers=told)


@pytest.fixture
def door(tmp_path: Path) -> PasswordDoor:
    set_password(tmp_path / "people.txt", "anna", "open sesame", "build")
    set_password(tmp_path / "people.txt", "ben", "open sesame", "look")
    return PasswordDoor(tmp_path / "people.txt", SECRET)


def cookie(door: PasswordDoor, name: str) -> str:
    return "=".join(door.cookie_of(door.people()[name]))


def test_without_a_login_everybody_has_one_role():
    person = OpenDoor("look").who(request())
    assert person is not None
    assert not person.may("tag")


def test_a_cookie_of_ours_names_person_and_role(door: PasswordDoor):
    found = [door.who(request(cookie(door, name))) for name in ("anna", "ben")]
    assert [(one.name, one.role) for one in found if one] == [("anna", "build"), ("ben", "look")]


def test_no_cookie_or_one_of_others_is_nobodys(door: PasswordDoor):
    other = PasswordDoor(door.path, "t" * 64)
    name, value = door.cookie_of(door.people()["anna"])
    forged = value[:-1] + ("1" if value.endswith("0") else "0")
    for sent in ("", cookie(other, "anna"), f"{name}={forged}", f"{name}=anna", f"{name}="):
        assert door.who(request(sent)) is None
    unsigned = create_signed_value("t" * 64, name, "anna x").decode()
    assert door.who(request(f"{name}={unsigned}")) is None


def test_another_password_role_or_no_line_ends_a_login(door: PasswordDoor):
    kept = cookie(door, "ben")
    set_password(door.path, "ben", "close sesame", "look")
    assert door.who(request(kept)) is None
    kept = cookie(door, "ben")
    set_password(door.path, "ben", "close sesame", "tag")
    assert door.who(request(kept)) is None
    kept = cookie(door, "ben")
    lines = [line for line in door.path.read_text().splitlines() if "ben" not in line]
    door.path.write_text("\n".join(lines))
    assert door.who(request(kept)) is None
    assert door.who(request(cookie(door, "anna"))) is not None


def test_a_file_that_has_become_unsound_lets_nobody_in(door: PasswordDoor):
    kept = cookie(door, "anna")
    door.path.write_text("?")
    assert door.who(request(kept)) is None
    door.path.unlink()
    assert PasswordDoor.who(door, request("")) is None


def test_read_only_leaves_everybody_looking(door: PasswordDoor):
    door.read_only = True
    person = door.who(request(cookie(door, "anna")))
    assert person is not None
    assert person.role == "look"


def test_the_server_lets_itself_look_and_nobody_who_guesses(door: PasswordDoor):
    own = own_pass(door)
    assert own
    person = door.who(request(own))
    assert person is not None
    assert person.role == "look"
    assert door.who(request(own[:-1])) is None
    assert door.who(request("spexplain-own=")) is None
    assert own_pass(OpenDoor()) == ""


def test_oauth_lets_in_whom_the_file_gives_a_role(tmp_path: Path):
    path = tmp_path / "oauth.toml"
    path.write_text(
        "provider='github'\nkey='k'\nsecret='s'\nredirect_uri='https://a.org'\n"
        "[roles]\nanna='tag'\n"
    )
    door = OAuthDoor.read(path, SECRET)
    assert door.options["oauth_provider"] == "github"

    def signed(name: str, secret: str = SECRET) -> HTTPServerRequest:
        return request("user=" + create_signed_value(secret, "user", name).decode())

    anna = door.who(signed("anna"))
    assert anna is not None
    assert anna.role == "tag"
    assert door.who(signed("eve")) is None
    assert "eve has no role" in door.refusal(signed("eve"))
    assert door.refusal(signed("anna")) == door.refusal(request()) == ""
    assert door.who(signed("anna", "t" * 64)) is None
    path.write_text(path.read_text().replace("provider", "everyone='look'\nprovider", 1))
    eve = OAuthDoor.read(path, SECRET).who(signed("eve"))
    assert eve is not None
    assert eve.role == "look"
    looking = OAuthDoor.read(path, SECRET, read_only=True).who(signed("anna"))
    assert looking is not None
    assert looking.role == "look"
    assert own_pass(door) is None
