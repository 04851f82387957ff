"""A link reopens what it was made from, and says what it cannot reopen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.settings import ExplainSettings
from spexplain.dashboard.session.choices.address import apply_query, parse, to_query
from spexplain.dashboard.session.choices.knobs import Knobs
from spexplain.dashboard.session.choices.state import View
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.session.visitor import Visitor

settings = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["lime", "saliency", "occlusion"]),
        "n_segments": st.integers(2, 4000),
        "factor": st.floats(0, 10).map(lambda v: round(v, 3)),
        "n_samples": st.integers(10, 100_000),
        "seed": st.integers(0, 2**31 - 1),
        "kernel_width": st.none() | st.floats(0.01, 100).map(lambda v: round(v, 2)),
        "perturbation": st.sampled_from(["scale", "shrink", "flat", "mean"]),
    },
)


@given(settings)
def test_knobs_survive_a_link(chosen: dict[str, object]) -> None:
    knobs, again = Knobs(**chosen), Knobs(seed=3, method="occlusion")
    assert apply_query(View(), again, to_query(View(), knobs)) == []
    assert again.settings() == knobs.settings()


def test_a_link_reopens_the_whole_view(session: Session) -> None:
    session.view.param.update(
        lens="anomaly", colour="score", tab="anomalous", unit="nm", paint="band", clip=True
    )
    session.view.param.update(waves="4800.000~5050.000", window="-3.0~4.5~-20.25~7.125")
    session.view.param.update(spectrum="sim-00042", sort="-z")
    query = to_query(session.view, session.knobs)
    other = Visitor(session.workspace, session.pool, lambda callback: callback())
    assert apply_query(other.view, other.knobs, query) == []
    names = [name for name in View.param if name not in ("name", "theme", "find")]
    kept = {name: getattr(other.view, name) for name in names}
    assert kept == {name: getattr(session.view, name) for name in names}
    other.close()


def test_what_a_link_does_not_mention_goes_back_to_its_default(session: Session) -> None:
    session.knobs.n_segments = 11
    session.view.spectrum = "sim-00001"
    apply_query(session.view, session.knobs, {"lens": "agn"})
    assert session.knobs.n_segments == 77
    assert session.view.spectrum == ""


def test_a_link_of_defaults_is_short(session: Session) -> None:
    named = {"lens", "tab", "target", "plane", "colour"}
    assert set(to_query(session.view, session.knobs)) == named


def test_each_lens_opens_its_own_list_unless_another_tab_is_open(session: Session) -> None:
    view = session.view
    for lens, tab in (("anomaly", "anomalous"), ("agn", "misclassified")):
        assert apply_query(view, session.knobs, {"lens": lens}) == []
        assert view.tab == tab
        assert to_query(view, session.knobs)["tab"] == tab
    view.tab = "trust"
    view.lens = "anomaly"
    assert view.tab == "trust"
    # The arrow keys go through the lens's own list meanwhile.
    anomalous = session.workspace.ranking(session.score)
    assert session.listing.table.index.equals(anomalous.table.index)
    assert list(session.listing.table["id"]) == list(anomalous.table["id"])
    apply_query(view, session.knobs, {"lens": "agn", "tab": "anomalous"})
    assert view.tab == "anomalous"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"lens": "stars"}, ["lens", "'stars'", "agn, anomaly"]),
        ({"n_segments": "many"}, ["n_segments", "'many'", "whole number"]),
        ({"n_segments": "1"}, ["'1'", "between 2 and 4000"]),
        ({"ridge_alpha": "0"}, ["'0'", "above 0"]),
        ({"factor": "nan"}, ["'nan'", "finite"]),
        ({"factor": "inf"}, ["'inf'", "finite"]),
        ({"clip": "perhaps"}, ["'perhaps'", "true or false"]),
    ],
)
def test_a_bad_link_opens_as_far_as_it_can_and_says_why(
    session: Session, query: dict[str, str], words: list[str]
) -> None:
    (problem,) = apply_query(session.view, session.knobs, query | {"seed": "5"})
    assert all(word in problem for word in words)
    assert session.knobs.seed == 5
    assert session.knobs.settings() == ExplainSettings(seed=5)


@given(st.text(max_size=12))
def test_no_text_can_break_the_parser(text: str) -> None:
    for name in Knobs.names():
        known = Knobs.param[name]
        try:
            value = parse(known, text)
        except ValueError:
            continue
        Knobs(**{name: value}).settings()


def test_targets_are_read_after_the_lens_that_has_them(session: Session) -> None:
    assert session.view.lens == "agn"
    assert apply_query(session.view, session.knobs, {"target": "mse", "lens": "anomaly"}) == []
    assert session.view.target == "mse"


def test_each_lens_colours_by_what_it_says_unless_another_colour_was_chosen(
    session: Session,
) -> None:
    view = session.view
    for lens, colour in (("anomaly", "score"), ("agn", "type"), ("anomaly", "score")):
        view.lens = lens
        assert view.colour == colour
    view.colour = "z"
    view.lens = "agn"
    assert view.colour == "z"
    assert apply_query(view, session.knobs, {"lens": "anomaly", "colour": "type"}) == []
    assert view.colour == "type"


@pytest.mark.parametrize("ends", ["4800", "4800~5050~1", "a~b", "nan~5", "4800~5050\n"])
def test_a_stretch_that_is_none_is_quoted(session: Session, ends: str) -> None:
    (problem,) = apply_query(session.view, session.knobs, {"at": ends})
    assert repr(ends) in problem
    assert session.view.waves == ""
