"""What a list says of each spectrum in little room."""

import pytest
from spexplain.dashboard.views.tabs.lists import value_text

NEAR = "a spike or edge near 4752 Å that none of them has"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (f"unlike anything the model learned on: {NEAR}", NEAR),
        (
            "not like the AGN the model learned on: it looks like the other galaxies",
            "looks like the other galaxies",
        ),
        (
            f"unlike anything the model learned on: {NEAR}; not like the AGN the model learned on",
            f"{NEAR}; not like the AGN",
        ),
        ("", "–"),
    ],
)
def test_why_outside_begins_with_what_others_do_not_say(why: str, said: str) -> None:
    assert value_text(why, "words") == said
