"""How far colours go: one spike greys out no map, and where nearly all is 0 the rest stands out."""

import numpy as np
import pytest
from spexplain.dashboard.figures.colour_limit import colour_limit

SPIKED = np.r_[np.full(999, 0.1), 50.0]
FEW = np.r_[np.zeros(999), -0.5]


@pytest.mark.parametrize(
    ("weights", "by_pixel", "limit"),
    [
        (SPIKED, False, 50.0),
        (SPIKED, True, 0.1),
        (FEW, True, 0.5),  # as of a forest
        (np.zeros(10), True, 1.0),
        (np.zeros(10), False, 1.0),
        (np.empty(0), False, 1.0),
    ],
)
def test_the_colours_go_to(weights: np.ndarray, by_pixel: bool, limit: float) -> None:
    assert colour_limit(weights, by_pixel=by_pixel) == pytest.approx(limit)
