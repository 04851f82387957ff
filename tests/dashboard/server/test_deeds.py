"""What visitors do is written down with time, address and name, where that is wanted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spexplain.dashboard.server.deeds import deeds_written
from spexplain.dashboard.session.choices.person import Person


def test_a_line_has_time_address_name_and_deed(tmp_path: Path):
    log = tmp_path / "deeds.log"
    with deeds_written(str(log)):
        Person("ben", "tag", "10.0.0.7").did("tagged demo-000001 3")
        Person().did("opened a page")
    Person("ben", "tag", "10.0.0.7").did("is not written any more")
    first, second = log.read_text().splitlines()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(stamp + r" 10\.0\.0\.7 ben tagged demo-000001 3", first)
    assert re.fullmatch(stamp + " - - opened a page", second)


def test_without_a_file_nothing_is_written(capfd: pytest.CaptureFixture[str]):
    with deeds_written(""):
        Person("ben").did("tagged")
    assert capfd.readouterr() == ("", "")


def test_a_file_that_cannot_be_written_is_told_at_once(tmp_path: Path):
    with (
        pytest.raises(OSError, match="no-folder"),
        deeds_written(str(tmp_path / "no-folder" / "x")),
    ):
        pass
