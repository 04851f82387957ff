import re
from typing import get_args

import numpy as np
import pytest
from spexplain.core.models.anomaly.scores import SCORE_TITLES, Score, kept_pixels

WAVE = np.arange(3500.0, 7500.0)
HALPHA_VAC = 6564.61


def test_every_score_has_a_title_of_its_own():
    assert set(SCORE_TITLES) == set(get_args(Score))
    assert len(set(SCORE_TITLES.values())) == 8


def test_pixels_within_the_velocity_of_a_line_in_vacuum_are_left_out():
    kept = kept_pixels(WAVE, width_kms=250)
    half = HALPHA_VAC * 250 / 299_792.458
    near = np.abs(WAVE - HALPHA_VAC) < half - 0.1
    assert near.sum() > 5
    assert not kept[near].any()
    assert kept[(WAVE > 5100) & (WAVE < 6500)].all()
    assert not kept_pixels(np.array([HALPHA_VAC, 7000.0]))[0]


def test_a_wider_filter_leaves_out_more():
    counts = [kept_pixels(WAVE, width_kms=width).sum() for width in (0, 100, 250, 1000)]
    assert counts[0] == len(WAVE)
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 4


@pytest.mark.parametrize("width", [-1.0, float("nan"), 1e6])
def test_widths_that_make_no_sense_are_quoted(width):
    with pytest.raises(ValueError, match=re.escape(f"{width:g}")):
        kept_pixels(WAVE, width_kms=width)
