"""What an edit changes is said in numbers that can be set beside one another."""

from __future__ import annotations

import pytest
from spexplain.dashboard.views.tabs.whatif import _share_change


@pytest.mark.parametrize(
    ("change", "said"),
    [(0.0679, "+0.0679"), (-0.106, "−0.1060"), (-1.76e-5, "≈ 0"), (0.0, "≈ 0"), (6e-5, "+0.0001")],
)
def test_a_probability_changes_by_the_digits_it_is_given_with(change: float, said: str) -> None:
    assert _share_change(change) == said
