"""HTML that sections are made of."""

from __future__ import annotations

import pytest
from spexplain.dashboard.views.widgets.html_sections import foot_line


@pytest.mark.parametrize(
    ("names", "spans"),
    [
        ([], ""),
        (["Hβ"], "<span>Hβ</span>"),
        (["Hα + [N II] 6583"], "<span>Hα + [N\u00a0II]\u00a06583</span>"),
        (["G + Hγ + Hβ"], '<span title="G + Hγ + Hβ">G … Hβ</span>'),
        (["[O III] 5007", "p < 1"], "<span>[O III] 5007 ·</span> <span>p &lt; 1</span>"),
    ],
)
def test_a_line_of_names_breaks_between_two(names: list[str], spans: str) -> None:
    assert foot_line(names) == f'<div class="foot-line names">{spans}</div>'
