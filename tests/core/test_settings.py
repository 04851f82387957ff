import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings


def test_defaults_are_the_papers():
    settings = ExplainSettings()
    assert (settings.n_segments, settings.n_samples, settings.factor) == (77, 5000, 0.9)
    assert (settings.kernel, settings.ridge_alpha, settings.step) == ("text", 1.0, 0.01)
    assert (settings.sampling, settings.first, settings.control) == ("independent", "paper", "none")
    assert (settings.stop_when_settled, settings.gradient) == (0, "difference")
    assert settings.smoothing_px == 0


def test_settings_survive_a_dictionary():
    settings = ExplainSettings(method="occlusion", kernel="code", kernel_width=0.3, seed=7)
    assert ExplainSettings.from_dict(settings.asdict()) == settings


def test_keys_not_given_keep_their_default():
    assert ExplainSettings.from_dict({"seed": 3}) == ExplainSettings(seed=3)


def test_an_unknown_key_is_named():
    with pytest.raises(ValueError, match=r"unknown settings \['n_segment'\]"):
        ExplainSettings.from_dict({"n_segment": 3})


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("method", "guess"),
        ("segmentation", "voronoi"),
        ("perturbation", "explode"),
        ("kernel", "box"),
        ("n_segments", 0),
        ("n_samples", 1),
        ("ridge_alpha", 0),
        ("kernel_width", 0),
        ("kernel_width", -1),
        ("seed", -1),
        ("step", 0),
        ("sampling", "sobol"),
        ("first", "heavy"),
        ("control", "cubic"),
        ("gradient", "complex"),
        ("smoothing", "mean"),
        ("smoothing_px", -1),
        ("stop_when_settled", 1),
        ("n_segments", 77.5),
        ("n_samples", "5000"),
        ("seed", 0.5),
        ("n_segments", True),
        ("step", float("inf")),
        ("step", float("nan")),
        ("factor", -3),
        ("factor", "0.9"),
        ("factor", None),
        ("kernel_width", float("inf")),
        ("smoothing_px", float("inf")),
    ],
)
def test_a_value_out_of_range_is_quoted_with_the_knobs_name(knob, value):
    with pytest.raises(ValueError, match=f"{knob} must .*got '?{value}'?"):
        ExplainSettings(**{knob: value})


def test_numbers_of_numpy_are_kept_as_pythons_own():
    settings = ExplainSettings(n_segments=np.int64(7), seed=np.uint8(3), factor=np.float32(0.5))
    assert (type(settings.n_segments), type(settings.seed)) == (int, int)
    assert settings == ExplainSettings(n_segments=7, seed=3, factor=0.5)


def test_a_constant_may_lie_below_0_though_a_scale_may_not():
    assert ExplainSettings(perturbation="flat", factor=-3).factor == -3
    for scaled in ("scale", "shrink", "shrink-signal"):
        with pytest.raises(ValueError, match=r"factor must be 0 or more .* got -0.1"):
            ExplainSettings(perturbation=scaled, factor=-0.1)


def test_what_does_not_go_together_is_quoted():
    with pytest.raises(ValueError, match=r"kernel must be 'text' where control.*got 'code'"):
        ExplainSettings(kernel="code", control="linearised")
