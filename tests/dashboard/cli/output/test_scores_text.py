"""The top lists in words."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from spexplain.dashboard.cli.output.scores_text import score_lines, stored_leaders


def test_lists_that_hold_all_there_are_get_no_intervals(small_demo: Path) -> None:
    leaders = stored_leaders(small_demo, 20)
    said = " ".join(str(line) for line in score_lines(leaders))
    assert "95 % intervals of such shares" in said
    kinds = {name: {"galaxy": 20} for name in leaders.kinds}
    all_of_them = dataclasses.replace(leaders, kinds=kinds, kinds_of_all={"galaxy": 20})
    said = " ".join(str(line) for line in score_lines(all_of_them))
    assert "no list can differ" in said
    assert "95 % intervals of such shares" not in said
