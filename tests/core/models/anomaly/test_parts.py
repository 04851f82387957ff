from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.models.anomaly.parts import Part, part_of_pixels, score_parts
from spexplain.core.models.anomaly.residuals import eight_scores
from spexplain.core.models.anomaly.scores import Score, kept_pixels

WAVE = np.arange(3700.0, 7500.0)
HALPHA_VAC, FLAT = 6564.61, np.ones((1, len(WAVE)))
PARTS = list(get_args(Part))


def off_by(size, where):
    """A reconstruction that is off by so much at some wavelengths."""
    return FLAT + np.where(where, size, 0.0)


@pytest.mark.parametrize("score", get_args(Score))
def test_a_core_is_in_unfiltered_scores_only(score):
    core = np.abs(WAVE - HALPHA_VAC) < 4
    shares = score_parts(WAVE, FLAT, off_by(3.0, core), score)[0]
    seen = not score.startswith("filtered") and "trimmed" not in score
    assert shares.tolist() == ([1, 0, 0, 0] if seen else [0, 0, 0, 0])


def test_broad_lines_are_wings_a_spike_a_spike_and_a_slope_continuum():
    broad = (np.abs(WAVE - HALPHA_VAC) < 100) & (np.abs(WAVE - HALPHA_VAC) > 40)
    found = {
        "line wings": score_parts(WAVE, FLAT, off_by(1.0, broad), "filtered-mse")[0],
        "spikes": score_parts(WAVE, FLAT, off_by(9.0, WAVE == 5500), "mse")[0],
        "continuum": score_parts(WAVE, FLAT, FLAT * 1.1, "trimmed-mse")[0],
    }
    for part, shares in found.items():
        assert PARTS[int(np.argmax(shares))] == part
        assert shares.max() > 0.65


@pytest.mark.parametrize("score", get_args(Score))
def test_shares_are_of_the_very_score(score):
    rng = np.random.default_rng(1)
    x = 1 + 0.2 * rng.normal(size=(3, len(WAVE))).astype(np.float32)
    again = x + 0.1 * rng.standard_t(3, size=x.shape).astype(np.float32)
    shares = score_parts(WAVE, x, again, score)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    # Mend everything but the cores: what is left of an untrimmed score is their share of it.
    if "trimmed" not in score:
        cores = part_of_pixels(WAVE) == 0
        kept = kept_pixels(WAVE)
        only = np.where(cores, again, x)
        whole, part = eight_scores(x, again, kept)[score], eight_scores(x, only, kept)[score]
        np.testing.assert_allclose(shares[:, 0], part / whole, rtol=1e-4)


@given(st.floats(1e-3, 1e3), st.sampled_from(get_args(Score)))
def test_shares_do_not_depend_on_how_large_the_residuals_are(size, score):
    residual = np.random.default_rng(2).normal(size=FLAT.shape)
    one = score_parts(WAVE, FLAT, FLAT + residual, score)
    np.testing.assert_allclose(score_parts(WAVE, FLAT, FLAT + size * residual, score), one, 1e-6)


def test_a_perfect_reconstruction_has_no_parts_and_bad_input_is_quoted():
    assert not score_parts(WAVE, FLAT, FLAT, "mse").any()
    with pytest.raises(ValueError, match="'median'"):
        score_parts(WAVE, FLAT, FLAT, "median")
    with pytest.raises(ValueError, match="shapes"):
        score_parts(WAVE[1:], FLAT, FLAT, "mse")


def test_lines_are_in_vacuum_and_within_their_velocities():
    part = part_of_pixels(np.array([HALPHA_VAC + 5, HALPHA_VAC + 80, 5300.0]))
    assert [PARTS[number] for number in part] == ["line cores", "line wings", "continuum"]
