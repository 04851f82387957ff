import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.targets import SCALES
from spexplain.core.targets.scales import (
    clipped_note,
    of_log_odds,
    on_scale,
    scale_name,
    slope_by_log_odds,
)


@given(st.floats(-30, 30))
def test_each_scale_is_of_the_same_probability(log_odds):
    at = np.array([log_odds])
    p = of_log_odds(at, "probability")
    assert of_log_odds(at, "log p")[0] == pytest.approx(np.log(p[0]), abs=1e-12)
    assert of_log_odds(at, "log-odds")[0] == log_odds
    for scale in SCALES:
        up, down = of_log_odds(at + 1e-5, scale), of_log_odds(at - 1e-5, scale)
        slope = (up - down)[0] / 2e-5
        assert slope_by_log_odds(log_odds, scale) == pytest.approx(slope, abs=1e-8)


def test_nothing_overflows_and_log_p_keeps_its_digits():
    far = np.array([-1e4, -800.0, 800.0, 1e4])
    with np.errstate(all="raise", under="ignore"):
        assert of_log_odds(far, "log p").tolist() == [-1e4, -800.0, 0.0, 0.0]
    assert of_log_odds(np.array([40.0]), "log p")[0] == pytest.approx(-np.exp(-40), rel=1e-12)


@pytest.mark.parametrize("p", [0.0, 1e-9, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-9, 1.0])
@pytest.mark.parametrize("scale", SCALES)
def test_a_probability_that_is_held_off_its_end_is_told(p, scale):
    value = float(on_scale(np.array([p]), scale)[0])
    told = clipped_note(scale_name(scale, "type 1"), value)
    held = scale != "probability" and (p < 1e-6 or (scale == "log-odds" and p > 1 - 1e-6))
    assert bool(told) == held
    assert not held or f"is {round(p)} or within" in told


def test_a_scale_names_its_target_and_an_unknown_one_is_quoted():
    assert [scale_name(scale, "type 1") for scale in SCALES] == [
        "log-odds(type 1)", "log p(type 1)", "p(type 1)",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"scale must be one of .*got 'odds'"):
        scale_name("odds", "type 1")  # pyright: ignore[reportArgumentType]
