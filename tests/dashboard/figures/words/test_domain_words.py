"""Whether it is a spectrum for the model is said before its type, and whose model it is beside."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from spexplain.dashboard.figures.words.domain_words import (
    domain_html,
    domain_lines,
    model_lines,
    origin_words,
)
from spexplain.dashboard.views.spectrum.texts.verdict import verdict_pane
from spexplain.dashboard.views.tabs import lists
from spexplain.dashboard.workspace.standard_lists import outside_domain
from spexplain.data.collection.trained.built_domain import DomainVerdict

WHY = (
    "not like the AGN the model learned on: it looks like the other galaxies of the model's survey"
)
WHOSE = "the demo's, learned on 3,346 simulated AGN"
OUTSIDE = DomainVerdict(True, WHY, -3.2, 0.4)
INSIDE = DomainVerdict(
    False, "", 5.0, 0.4, ("z 0.900 not within 0.020–0.750, what the model learned on",)
)


@pytest.mark.parametrize(("domain", "warned"), [(OUTSIDE, True), (INSIDE, False), (None, False)])
def test_the_page_warns_before_it_says_a_type(session, monkeypatch, domain, warned) -> None:
    lens = session.lens
    real = lens.verdicts
    monkeypatch.setattr(lens, "verdicts", lambda row: replace(real(row), domain=domain))
    monkeypatch.setattr(lens, "whose", WHOSE)
    session.open(3)
    html = verdict_pane(session).html
    assert ('class="outside' in html) == warned
    assert html.index("predicted") < html.index("learned on 3,346 simulated AGN")
    if warned:
        assert html.index("Not like the AGN the model learned on") < html.index("predicted")


def test_notes_and_what_is_not_known_are_said_with_the_model() -> None:
    assert "z 0.900 not within 0.020–0.750" in domain_html(INSIDE, WHOSE)[1]
    assert "build again" in domain_html(None, WHOSE)[1]
    assert "clip" in domain_html(INSIDE, WHOSE)[1]
    assert "clip" not in domain_html(replace(INSIDE, notes=INSIDE.notes * 2), WHOSE)[1]
    assert "distance 0.40 (the border is 1), of the kind −3.2" in domain_html(OUTSIDE, WHOSE)[1]


def test_lines_that_it_lacks_stand_in_the_tooltip_and_in_the_terminal() -> None:
    said = replace(INSIDE, lacking=("Hβ is not detected (S/N 0.4)",))
    html = domain_html(said, WHOSE)[1]
    assert "Hβ is not detected" in html[: html.index(">")]
    assert "Hβ is not detected" not in html[html.index(">") :]
    assert any("Hβ is not detected" in line for line in domain_lines(said, WHOSE))
    assert said.to_dict()["lacking"] == ["Hβ is not detected (S/N 0.4)"]


def test_the_terminal_says_the_same() -> None:
    first, *rest = domain_lines(OUTSIDE, WHOSE)
    assert WHY in first
    assert any(WHOSE in line for line in rest)
    assert "is not known" in " ".join(domain_lines(None, WHOSE))
    assert not any("outside" in line for line in domain_lines(INSIDE, WHOSE))


def test_files_carry_it() -> None:
    assert origin_words(OUTSIDE) == f"outside: {WHY}"
    assert origin_words(replace(INSIDE, notes=())) == "inside"
    assert origin_words(None) == "not known"
    said = replace(INSIDE, lacking=("Hβ is not detected (S/N 0.4)",))
    assert origin_words(said) == f"inside; {INSIDE.notes[0]}; Hβ is not detected (S/N 0.4)"


def test_a_list_can_be_held_to_either_side_of_the_domain(session, monkeypatch) -> None:
    table = lists.show(session)
    assert table.page["choices"] == []
    rows = session.listing.table["row"].tolist()
    known = pd.DataFrame({"outside": False}, index=pd.Index(range(295), name="row"))
    known.loc[rows[1], "outside"] = True
    monkeypatch.setattr(session.lens, "domain", SimpleNamespace(table=known))
    table.on_message({"tagged": "outside"})
    assert session.listing.table["row"].tolist() == rows[1:2]
    assert table.page["choices"][1:] == [
        ["inside", f"inside the domain ({len(rows) - 1})"],
        ["outside", "outside the domain (1)"],
    ]
    table.on_message({"tagged": "inside"})
    assert session.listing.table["row"].tolist() == [rows[0], *rows[2:]]
    known["outside"] = True
    assert "lies inside the model's domain" in session.listing.empty
    monkeypatch.setattr(session.lens, "domain", None)
    assert session.listing.table["row"].tolist() == rows


def test_the_list_has_what_is_unlike_anything_first_and_nothing_inside(workspace) -> None:
    table = pd.DataFrame(
        {
            "of_kind": [2.0, -1.0, -9.0, 3.0],
            "distance": [0.3, 0.4, 0.5, 4.0],
            "why": ["", "b", "c", "d"],
            "outside": [False, True, True, True],
        },
        index=pd.Index([0, 1, 2, 3], name="row"),
    )
    columns = workspace.lenses["agn"].columns
    lens = SimpleNamespace(domain=SimpleNamespace(table=table), columns=columns)
    found = outside_domain(workspace.catalog, lens)
    assert found.table["row"].tolist() == [3, 2, 1]
    assert found.table["why"].tolist() == ["d", "c", "b"]
    assert "predicted" in found.table
    first = outside_domain(workspace.catalog, lens, limit=2)
    assert (first.table["row"].tolist(), first.of) == ([3, 2], 3)
    assert first.sorted("distance").of == 3
    assert "spexplain build" in outside_domain(workspace.catalog, workspace.lenses["agn"]).empty


def test_how_well_the_kind_is_told_is_said_as_the_build_has_it() -> None:
    sample = {"what": "AGN", "n_learned": 3346, "simulated": True}
    metrics = {"n_outside": 40, "n": 145, "domain_note": "tried on 4,158 others"}
    domain = SimpleNamespace(inputs={"svm": "k"}, metrics=metrics, facts=lambda name: sample)
    runs = {"svm": SimpleNamespace(key="k", metrics={}), "domain-p21": domain}
    (line,) = model_lines(SimpleNamespace(find=runs.get))
    assert line.endswith("40 of 145 spectra lie outside what it learned on (tried on 4,158 others)")
