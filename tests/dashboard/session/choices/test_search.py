"""A part of an id finds the spectrum; where nothing is found, what is near or why is said."""

from __future__ import annotations

from typing import Any

import pytest
from spexplain.dashboard.session.choices.search import find
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.views.widgets.controls import find_form
from spexplain.dashboard.workspace.workspace import Workspace


def test_one_match_is_offered_with_its_redshift(workspace: Workspace) -> None:
    offer = find(workspace, " 00042 ").offer(workspace)
    z = workspace.catalog["z"].iat[42]
    assert offer["options"] == [{"id": "sim-00042", "note": f"z {z:.3f}"}]
    assert (offer["text"], offer["any"], offer["words"]) == ("00042", True, "")


def test_of_many_the_first_are_offered_and_all_are_counted(workspace: Workspace) -> None:
    found = find(workspace, "sim")
    assert found.rows == [*range(8)]
    assert found.words == "the first 8 of 300; type on to narrow it"


def test_no_match_is_quoted_and_similar_ids_can_be_chosen(workspace: Workspace) -> None:
    found = find(workspace, "sim-0029x")
    assert found.n == 0
    offer = found.offer(workspace)
    assert offer["words"] == "No id of these 300 spectra holds “sim-0029x”. Similar:"
    ids = [f"sim-0029{digit}" for digit in range(5)]
    assert [option["id"] for option in offer["options"]] == ids
    assert found.sentence(workspace) == f"{offer['words']} {', '.join(ids)}."
    assert find(workspace, "quasar").words == "No id of these 300 spectra holds “quasar”."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "far-1",
            "far-1 was not taken into this collection: redshift too high – z = 1.9002 > 0.8.",
        ),
        ("near-s", "near-star was not taken into this collection: star."),
        ("broken", "broken-7.fits was not taken into this collection: unreadable – it ends early."),
    ],
)
def test_what_was_rejected_is_named_with_its_reason(
    workspace: Workspace, text: str, words: str
) -> None:
    found = find(workspace, text)
    assert (found.n, found.words) == (0, words)


def test_nothing_typed_finds_nothing(workspace: Workspace) -> None:
    assert find(workspace, "  ").offer(workspace) == {
        "text": "", "options": [], "any": False, "words": "",
    }  # fmt: skip


def test_the_entry_is_answered_while_one_types(session: Session) -> None:
    part = find_form(session)
    tell: Any = part.on_message
    tell({"name": "find", "typed": "0012"})
    assert [option["id"] for option in part.found["options"]][:2] == ["sim-00012", "sim-00120"]
    assert session.outcome.open_spectrum is None
    tell({"name": "find", "value": "sim-00120"})
    assert session.outcome.open_spectrum.row == 120


def test_a_part_of_an_id_that_only_one_spectrum_has_opens_it(session: Session) -> None:
    session.view.find = "0123"
    assert session.outcome.open_spectrum.row == 123
    assert session.view.find == ""


def place_of(workspace: Workspace, row: int) -> str:
    return f"{workspace.catalog['ra'].iat[row]:.6f} {workspace.catalog['dec'].iat[row]:+.6f}"


def test_a_place_finds_the_nearest_and_says_how_far_they_are(workspace: Workspace) -> None:
    offer = find(workspace, place_of(workspace, 42)).offer(workspace)
    assert offer["options"][0]["id"] == "sim-00042"
    assert offer["options"][0]["note"].endswith("″")
    assert offer["any"]
    assert offer["words"] == "the nearest; a radius may follow, such as 2'"


def test_a_place_with_nothing_near_says_what_is_nearest(workspace: Workspace) -> None:
    place = f"{workspace.catalog['ra'].iat[42]:.6f} {workspace.catalog['dec'].iat[42] + 0.01:+.6f}"
    found = find(workspace, f'{place} 2"')
    assert (found.n, found.rows[0]) == (0, 42)
    offer = found.offer(workspace)
    assert offer["words"] == "No spectrum lies within 2″ of this place. Nearest:"
    assert offer["options"][0] == {"id": "sim-00042", "note": "36″"}
    assert found.sentence(workspace).startswith(f"{offer['words']} sim-00042, ")


def test_what_is_outside_the_sky_is_told(workspace: Workspace) -> None:
    assert "between -90° and 90°" in find(workspace, "146.7 +95").words


def test_all_within_a_radius_can_be_selected(session: Session) -> None:
    part, space = find_form(session), session.workspace
    text = f"{place_of(space, 42)} 30 deg"
    tell: Any = part.on_message
    tell({"name": "find", "typed": text})
    last = part.found["options"][-1]
    n = find(space, text).n
    assert last == {"id": text, "note": "", "label": f"Select all {n:,}"}
    assert 8 < n < 300
    tell({"name": "find", "value": last["id"]})
    assert (session.selected.current.origin, len(session.selected.rows)) == (text, n)
    assert session.outcome.open_spectrum.row == 42
    session.selected.clear()
    tell({"name": "find", "value": "sim-00042"})
    assert session.selected.current is None
