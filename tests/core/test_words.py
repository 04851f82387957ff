"""Words of others show themselves and do nothing else."""

from __future__ import annotations

import pytest
from spexplain.core.words import (
    correlation_text,
    printable,
    redshift_text,
    shortened,
    spreadsheet_cell,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07x", r"\x1b]52;c;aGk=\x07x"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m", r"\x9b31m"),
        ("gnp.\u202estif", r"gnp.\u202estif"),
        ("a\u2028b", r"a\u2028b"),
    ],
)
def test_marks_that_are_not_seen_are_spelled(text: str, shown: str):
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["NGC 4151", "Hα 6563\u202fÅ", "e\u0301", "a\\b", "12\xa0%"])
def test_whatever_is_seen_stays(text: str):
    assert printable(text) == text


def test_what_is_meant_stays():
    assert printable("a\nb\x1b", kept="\n") == "a\nb\\x1b"


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|x", " =1", "\t=1", "-x", "-1+1"]
)
def test_what_a_spreadsheet_would_compute_is_text_there(text: str):
    assert spreadsheet_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "NGC 4151", "-12.5", "+1e-3", "-00:12:33.4", "+12h30m", "-12d3m4s", "-", "a=1"]
)
def test_what_it_would_not_stays(text: str):
    assert spreadsheet_cell(text) == text


def test_a_long_text_is_cut_to_the_characters_that_there_may_be():
    assert shortened("spectrum", 8) == "spectrum"
    assert shortened("spectrum", 7) == "spectr…"


@pytest.mark.parametrize(
    ("correlation", "said"),
    [(0.9997, "> 0.99"), (-0.996, "< −0.99"), (1.0, "1.00"), (0.994, "0.99"), (-0.07, "−0.07")],
)
def test_a_correlation_is_not_rounded_to_a_perfect_one(correlation: float, said: str):
    assert correlation_text(correlation) == said


@pytest.mark.parametrize(
    ("z", "said"), [(0.10060, "0.1006"), (-2.04e-5, "−2e−05"), (0.0, "0.0000")]
)
def test_a_stars_redshift_is_not_rounded_to_nothing(z: float, said: str):
    assert redshift_text(z) == said
