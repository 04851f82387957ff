"""What can be reached from other machines asks who it is, or says that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from spexplain.dashboard.server.access.terms import Terms
from spexplain.data.files.password_file import set_password


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_ones_own_machine_asks_nobody(address: str):
    terms = Terms(address=address)
    assert not terms.exposed
    assert [*terms.words()] == []


@pytest.mark.parametrize(
    "opened",
    [
        {"address": "0.0.0.0"},
        {"address": "::"},
        {"address": "192.168.0.7"},
        {"address": "spectra.example.org"},
        {"origins": ("https://spectra.example.org",)},
        {"origins": ("http://localhost:5006", "http://192.168.0.7:8080")},
    ],
)
def test_what_others_reach_demands_a_word(opened: dict, tmp_path: Path):
    with pytest.raises(ValueError, match=r"--auth FILE .* or --no-auth"):
        Terms(**opened)
    assert Terms(**opened, no_auth=True).exposed
    assert Terms(**opened, auth=tmp_path / "people.txt").exposed


def test_a_name_of_this_machine_opens_nothing():
    assert not Terms(origins=("http://localhost:8080", "http://[::1]:9")).exposed


def test_it_says_what_it_opens_to_whom(tmp_path: Path):
    told = "\n".join(Terms(address="0.0.0.0", no_auth=True).words())
    assert "Whoever reaches 0.0.0.0, port 5006 may look, explain and drop files, tag" in told
    assert "not encrypted" in told
    people = tmp_path / "people.txt"
    set_password(people, "anna", "open sesame", "build")
    set_password(people, "ben", "open sesame", "look")
    told = "\n".join(Terms(address="0.0.0.0", auth=people).words())
    assert "Let in with a password: anna (build), ben (look)." in told
    told = "\n".join(Terms(address="0.0.0.0", auth=people, read_only=True).words())
    assert "anna (look), ben (look)" in told
    looking = "\n".join(Terms(address="0.0.0.0", no_auth=True, read_only=True).words())
    assert "drop files, without a password" in looking
    assert "look" in "".join(Terms(read_only=True).words())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"no_auth": True, "auth": Path("x")}, "choose one"),
        ({"oauth": Path("y"), "auth": Path("x")}, "choose one"),
        ({"prefix": "/a b"}, "'/a b'"),
        ({"prefix": "/a?x"}, "/a"),
        ({"origins": ("spectra.example.org",), "no_auth": True}, "https://NAME"),
        ({"origins": ("ftp://a.org",), "no_auth": True}, "ftp"),
        ({"origins": ("https://a.org/spectra",), "no_auth": True}, "no path"),
        ({"origins": ("https://anna@a.org",), "no_auth": True}, "anna@"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_value(wrong: dict, told: str):
    with pytest.raises(ValueError, match=told.replace("?", r"\?")):
        Terms(**wrong)


@pytest.mark.parametrize("prefix", ["spectra", "/spectra", "/spectra/", "spectra/"])
def test_a_prefix_is_written_any_way(prefix: str):
    assert Terms(prefix=prefix).path == "/spectra"
    assert Terms().path == ""


def test_a_missing_or_unsound_file_of_people_is_told_before_anything_is_served(tmp_path: Path):
    with pytest.raises(OSError, match="nobody"):
        Terms(auth=tmp_path / "nobody.txt").door("secret")
    bad = tmp_path / "oauth.toml"
    for text, told in [
        ("x", "no TOML"),
        ("provider = 'github'", "lacks key, secret"),
        ("provider='a'\nkey='b'\nsecret='c'\nsalt=1\neveryone='look'", "salt is no option"),
        ("provider='a'\nkey='b'\nsecret='c'", "lets nobody in"),
        ("provider='a'\nkey='b'\nsecret='c'\n[roles]\nanna='king'", "king"),
    ]:
        bad.write_text(text)
        with pytest.raises(ValueError, match=told):
            Terms(oauth=bad).door("secret")
