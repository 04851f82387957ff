"""Every choice says what it is, has the engine's default, and survives link and settings."""

from __future__ import annotations

import dataclasses
from typing import Any

import param
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.settings import ExplainSettings
from spexplain.dashboard.session.choices.address import apply_query, to_query
from spexplain.dashboard.session.choices.knobs import Knobs
from spexplain.dashboard.session.choices.state import Outcome, View
from spexplain.dashboard.session.session import Session

FIELDS = {field.name: field.default for field in dataclasses.fields(ExplainSettings)}


def allowed(name: str) -> Any:
    """Hypothesis's values of a knob, over all that a person may type."""
    knob = Knobs.param[name]
    if isinstance(knob, param.Selector):
        return st.sampled_from(knob.objects)
    low, high = knob.bounds
    if isinstance(knob, param.Integer):
        return st.integers(low, high)
    below, up_to = (not inclusive for inclusive in knob.inclusive_bounds)
    found = st.floats(low, high, exclude_min=below, exclude_max=up_to, allow_subnormal=False)
    return st.none() | found if knob.allow_None else found


every_knob = st.fixed_dictionaries({name: allowed(name) for name in Knobs.names()})


def test_each_setting_of_the_engine_has_a_knob_with_its_default() -> None:
    assert set(Knobs.names()) == set(FIELDS)
    assert {name: Knobs.param[name].default for name in FIELDS} == FIELDS
    assert Knobs().settings() == ExplainSettings()


def test_choices_of_a_knob_are_all_that_the_engine_knows() -> None:
    for name in Knobs.names():
        knob = Knobs.param[name]
        if not isinstance(knob, param.Selector):
            continue
        for choice in knob.objects:
            assert getattr(Knobs(**{name: choice}).settings(), name) == choice
        with pytest.raises(ValueError, match=name):
            ExplainSettings(**{name: "of another kind"})


@pytest.mark.parametrize("owner", [View, Knobs, Outcome])
def test_every_parameter_says_what_it_is(owner: Any) -> None:
    for name in owner.param:
        if name != "name":
            assert owner.param[name].doc, f"{owner.__name__}.{name}"


def test_what_is_shown_as_a_widget_has_a_name_and_a_unit_where_it_has_one() -> None:
    for name in Knobs.names():
        assert Knobs.param[name].label
    assert "km/s" in View.param["width_kms"].doc
    assert View.param["unit"].objects == ["Å", "nm"]


@pytest.mark.parametrize("name", Knobs.names())
def test_sliders_lie_within_what_may_be_typed_and_hold_the_default(name: str) -> None:
    knob = Knobs.param[name]
    if isinstance(knob, param.Selector):
        return
    low, high = knob.bounds
    soft_low, soft_high = knob.softbounds or knob.bounds
    assert low <= soft_low < soft_high <= high
    if knob.default is not None:
        assert soft_low <= knob.default <= soft_high


@settings(max_examples=60)
@given(every_knob)
def test_every_setting_survives_a_link_to_the_last_digit(chosen: dict[str, Any]) -> None:
    knobs, again = Knobs(**chosen), Knobs()
    assert apply_query(View(), again, to_query(View(), knobs)) == []
    assert {name: getattr(again, name) for name in FIELDS} == chosen


# Controls and samplings that know the text's kernel alone.
NEED_TEXT = ("linearised", "limit")


@settings(max_examples=60)
@given(every_knob)
def test_knobs_give_the_settings_they_say_or_a_sentence_why_not(chosen: dict[str, Any]) -> None:
    knobs = Knobs(**chosen)
    if chosen["factor"] < 0 and chosen["perturbation"].startswith(("scale", "shrink")):
        with pytest.raises(ValueError, match="factor"):  # no flux is scaled by less than nothing
            knobs.settings()
        chosen = chosen | {"factor": -chosen["factor"]}
        knobs = Knobs(**chosen)
    asks = [word for word in (chosen["control"], chosen["sampling"]) if word in NEED_TEXT]
    if asks and chosen["kernel"] != "text":  # these do not go together
        with pytest.raises(ValueError, match=asks[0]):
            knobs.settings()
        return
    found = knobs.settings()
    assert found.asdict() == chosen
    assert ExplainSettings.from_dict(found.asdict()) == found


@given(st.sampled_from(Knobs.names()), st.data())
def test_a_link_mentions_only_what_was_changed(name: str, data: Any) -> None:
    value = data.draw(allowed(name).filter(lambda v: v != FIELDS[name]))
    query = to_query(View(), Knobs(**{name: value}))
    assert set(query) - set(to_query(View(), Knobs())) <= {name}
    assert (name in query) == (value is not None)


def edges(name: str) -> list[float]:
    """The two ends of a knob, where they are not allowed themselves, and just outside."""
    knob = Knobs.param[name]
    if isinstance(knob, param.Selector):
        return []
    ends = zip(knob.bounds, knob.inclusive_bounds, (-1, 1), strict=True)
    return [end + out if inclusive else end for end, inclusive, out in ends]


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in Knobs.names() for value in edges(name)]
)
def test_a_link_beyond_the_end_of_a_knob_is_a_sentence_and_changes_nothing(
    name: str, value: float
) -> None:
    knobs = Knobs()
    (problem,) = apply_query(View(), knobs, {name: str(value)})
    assert name in problem
    assert repr(str(value)) in problem
    assert knobs.settings() == ExplainSettings()


VIEWS: dict[str, list[Any]] = {
    "lens": ["anomaly", "agn"],
    "plane": ["anomaly"],
    "colour": ["score", "z"],
    "spectrum": ["sim-00042"],
    "tab": ["anomalous", "clusters", "confusion"],
    "sort": ["-z", "sn_median"],
    "paint": ["band"],
    "unit": ["nm"],
    "frame": ["observed"],
    "clip": [True],
    "width_kms": [0.0, 123.456789],
    "trimmed": [0.0, 0.0333333333],
    "rebuilt": [True],
    "k": [3],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in VIEWS.items() for value in values]
)
def test_every_choice_of_the_view_survives_a_link(session: Session, name: str, value: Any) -> None:
    view = session.view
    setattr(view, name, value)
    query = to_query(view, session.knobs)
    kept = {other: getattr(view, other) for other in VIEWS}
    for other in VIEWS:
        if other not in ("lens", "plane", "colour"):
            setattr(view, other, View.param[other].default)
    view.lens = "agn"
    assert apply_query(view, session.knobs, query) == []
    assert {other: getattr(view, other) for other in VIEWS} == kept


def test_what_is_of_one_reader_stays_out_of_links(session: Session) -> None:
    before = to_query(session.view, session.knobs)
    session.view.param.update(theme="dark", hidden=["type 1"])
    assert to_query(session.view, session.knobs) == before


def test_two_visitors_share_no_choice() -> None:
    one, other = (View(), Knobs()), (View(), Knobs())
    one[0].hidden.append("type 1")
    one[0].tab = "planes"
    one[1].n_segments = 5
    assert other[0].hidden == []
    assert other[0].tab == View.param["tab"].default
    assert other[1].settings() == ExplainSettings()


def test_what_belongs_to_an_explanation_goes_with_it_at_once():
    outcome = Outcome()
    outcome.param.update(explanation="of 77", trust="t", mirrored="m", recurrence="r")
    seen = []
    outcome.param.watch(
        lambda *_: seen.append((outcome.explanation, outcome.trust, outcome.recurrence)),
        ["explanation", "trust", "mirrored", "recurrence"],
    )
    outcome.explained("of 57", busy=True)
    assert set(seen) == {("of 57", None, None)}
    assert (outcome.mirrored, outcome.busy) == (None, True)
