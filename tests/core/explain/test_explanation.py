import json

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, Explanation
from spexplain.core.neighbourhood.segments import uniform


def explanation(labels, weights):
    return Explanation(
        method="lime",
        target="toy",
        settings=ExplainSettings(),
        labels=labels,
        weights=np.asarray(weights, dtype=float),
        intercept=1.0,
        r2=0.9,
        value=2.0,
        local_prediction=1.9,
        n_samples=10,
        complete=True,
    )


SIX = explanation(uniform(6, 3), [0.1, -5.0, 2.0])
WAVE = np.array([4000.0, 4001, 4002, 4004, 4006, 4008])


def test_each_pixel_has_the_weight_of_its_segment():
    np.testing.assert_array_equal(SIX.weight_of_pixel, [0.1, 0.1, -5, -5, 2, 2])


def test_top_is_by_size_whatever_the_sign_and_ties_go_blueward():
    assert SIX.top(2).tolist() == [1, 2]
    assert explanation(uniform(4, 4), [1, -1, 1, 3]).top(3).tolist() == [3, 0, 1]


def test_segments_meet_between_pixels_and_the_ends_are_mirrored():
    np.testing.assert_allclose(
        SIX.edges(WAVE), [[3999.5, 4001.5], [4001.5, 4005.0], [4005.0, 4009.0]]
    )


def test_wavelengths_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"need \(6,\) wavelengths, got \(5,\)"):
        SIX.edges(WAVE[:5])


def test_a_single_pixel_has_edges_too():
    lone = explanation(np.zeros(1, np.int32), [1.0])
    np.testing.assert_allclose(lone.edges(np.array([5000.0])), [[4999.5, 5000.5]])


def test_the_dictionary_is_plain_json_with_everything_needed_to_replay():
    read = json.loads(json.dumps(SIX.to_dict(WAVE)))
    assert ExplainSettings.from_dict(read["settings"]) == SIX.settings
    assert read["weights"] == [0.1, -5.0, 2.0]
    assert read["segments"][1] == [4001.5, 4005.0]
    assert (read["intercept"], read["r2"], read["target"]) == (1.0, 0.9, "toy")
