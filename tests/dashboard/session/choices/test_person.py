"""Roles hold one another, and what people do is written down in one line."""

from __future__ import annotations

import logging

import pytest
from spexplain.dashboard.session.choices.person import DEEDS, Person


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("look", {"look"}), ("tag", {"look", "tag"}), ("build", {"look", "tag", "build"})],
)
def test_each_role_may_what_those_before_it_may(role: str, allowed: set[str]):
    assert {deed for deed in ("look", "tag", "build") if Person("x", role).may(deed)} == allowed


def test_whoever_serves_a_page_to_themselves_may_do_anything():
    assert Person().may("build")


def test_a_refusal_says_who_and_what():
    assert Person("ben", "look").refusal("tag") == (
        "ben may look, but not tag: whoever serves this page can allow it."
    )
    assert Person("", "look").refusal("tag").startswith("Visitors may look, but not tag")


def test_a_name_with_a_line_break_makes_no_line_of_its_own(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger=DEEDS.name):
        Person("ben", "look", "10.0.0.7").did("opened a file: x\n1999-01-01 10.0.0.1 anna left")
    assert caplog.messages == ["10.0.0.7 ben opened a file: x\\n1999-01-01 10.0.0.1 anna left"]


def test_nor_does_a_name_that_nobody_has(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger=DEEDS.name):
        Person("x\n1999-01-01 10.0.0.1 anna", "look", "10.0.0.7").did("was refused\x1b[2J")
    assert caplog.messages == ["10.0.0.7 x\\n1999-01-01 10.0.0.1 anna was refused\\x1b[2J"]
