"""A password file keeps hashes alone, its owner's alone, and says what is wrong with it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from spexplain.data.files.password_file import (
    ROLES,
    hashed,
    is_password,
    read_password_file,
    set_password,
)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return tmp_path / "people.txt"


def test_a_password_is_known_again_and_no_other(people: Path):
    assert not set_password(people, "anna", "open sesame", "build")
    entry = read_password_file(people)["anna"]
    assert entry.role == "build"
    assert is_password("open sesame", entry.hash)
    for other in ("", "open sesam", "open sesame ", "Open sesame"):
        assert not is_password(other, entry.hash)


def test_no_password_stands_in_the_file_and_equal_ones_look_different(people: Path):
    set_password(people, "anna", "open sesame")
    set_password(people, "ben", "open sesame")
    assert "sesame" not in people.read_text()
    first, second = (entry.hash for entry in read_password_file(people).values())
    assert first != second


def test_another_password_or_role_ends_what_went_before(people: Path):
    set_password(people, "anna", "open sesame", "look")
    before = read_password_file(people)["anna"].fingerprint
    assert set_password(people, "anna", "open sesame", "tag")
    assert read_password_file(people)["anna"].fingerprint != before
    assert list(read_password_file(people)) == ["anna"]


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_the_file_is_its_owners_alone_and_refused_otherwise(people: Path):
    set_password(people, "anna", "open sesame")
    assert stat.S_IMODE(people.stat().st_mode) == 0o600
    people.chmod(0o644)
    with pytest.raises(PermissionError, match=f"chmod 600 {people}"):
        read_password_file(people)


@pytest.mark.parametrize(
    ("name", "word", "role", "told"),
    [
        ("an na", "open sesame", "tag", "an na"),
        ("", "open sesame", "tag", "''"),
        ("-x", "open sesame", "tag", "'-x'"),
        ("anna\nben", "open sesame", "tag", "letters"),
        ("anna", "short", "tag", "8 characters at least, not 5"),
        ("anna", "open sesame", "admin", "admin"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_value(
    people: Path, name: str, word: str, role: str, told: str
):
    with pytest.raises(ValueError, match=told):
        set_password(people, name, word, role)
    assert not people.exists()


@pytest.mark.parametrize(
    "line",
    [
        "anna",
        "anna tag",
        "anna king scrypt$2$1$1$AAAA$AAAA",
        "anna tag secret",
        "anna tag scrypt$3$8$1$AAAA$" + "A" * 44,
        "anna tag scrypt$1073741824$8$1$AAAA$" + "A" * 44,
        "anna tag scrypt$x$8$1$AAAA$" + "A" * 44,
        "anna tag scrypt$2$1$1$*$*",
        "anna tag bcrypt$2$1$1$AAAA$" + "A" * 44,
    ],
)
def test_a_line_that_is_none_is_named(people: Path, line: str):
    people.write_text(f"# people\n{line}\n")
    people.chmod(0o600)
    with pytest.raises(ValueError, match=f"{people}, line 2"):
        read_password_file(people)


def test_a_person_twice_or_nobody_is_refused(people: Path):
    set_password(people, "anna", "open sesame")
    people.write_text(people.read_text() * 2)
    with pytest.raises(ValueError, match="anna stands there twice"):
        read_password_file(people)
    people.write_text("# nobody\n")
    with pytest.raises(ValueError, match="names nobody"):
        read_password_file(people)


def test_the_hash_is_scrypts():
    # RFC 7914's parameters are written in the line, so that they can be raised later.
    assert hashed("x", salt=bytes(16)).startswith("scrypt$32768$8$3$AAAAAAAAAAAAAAAAAAAAAA==$")
    assert ROLES == ("look", "tag", "build")
