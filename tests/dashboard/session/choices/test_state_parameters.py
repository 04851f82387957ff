"""The state is parameters only: documented, free of widgets, in step with the engine."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import pytest
from spexplain.core.explain.entry import ExplainSettings
from spexplain.dashboard.session.choices.knobs import Knobs
from spexplain.dashboard.session.choices.state import Outcome, View


def test_state_and_logic_load_no_widgets() -> None:
    modules = (
        "choices.state",
        "choices.address",
        "session",
        "background.latest_wins",
        "browsing.stepping",
    )
    code = "import sys\n" + "\n".join(f"import spexplain.dashboard.session.{m}" for m in modules)
    code += "\nprint([m for m in ('panel', 'bokeh', 'holoviews') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("owner", [View, Knobs, Outcome])
def test_every_parameter_is_documented(owner: type) -> None:
    undocumented = [name for name in owner.param if name != "name" and not owner.param[name].doc]
    assert undocumented == []


def test_knobs_are_exactly_the_settings_of_the_engine_with_their_defaults() -> None:
    assert set(Knobs.names()) == {field.name for field in fields(ExplainSettings)}
    assert Knobs().settings() == ExplainSettings()


def test_knobs_pass_every_value_on() -> None:
    changed = {"method": "occlusion", "n_segments": 11, "factor": 1.1, "seed": 7, "step": 0.2}
    changed |= {"kernel": "code", "kernel_width": 0.5, "ridge_alpha": 0.1, "n_samples": 64}
    settings = Knobs(**changed).settings()
    assert {name: getattr(settings, name) for name in changed} == changed


def test_soft_bounds_lie_within_hard_bounds() -> None:
    for name in Knobs.names():
        known = Knobs.param[name]
        if getattr(known, "softbounds", None) is not None:
            assert known.bounds[0] <= known.softbounds[0] < known.softbounds[1] <= known.bounds[1]


def test_two_visitors_do_not_share_choices() -> None:
    one, other = View(), View()
    one.param["lens"].objects = ["agn"]
    one.hidden.append("type 1")
    assert other.param["lens"].objects == [None]
    assert other.hidden == []
