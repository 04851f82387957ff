"""Why a spectrum lies outside, in words that are true of it."""

import numpy as np
from spexplain.core.trust.domain.domain import DomainValues
from spexplain.data.collection.trained.built_domain import why_outside

SAMPLE = {"what": "AGN", "rest": "the other galaxies", "counts": False}


def test_what_is_unlike_anything_is_not_said_to_look_like_galaxies() -> None:
    """A quasar with spikes is no galaxy, on whichever side of a plane they push it."""
    far, statistic = np.array([3.0, 0.4, 3.0]), np.array(["largest 1.5", "rms 5", "noise"])
    sky = np.zeros(3, bool)
    values = DomainValues(np.array([-2.0, -2.0, 5.0]), far, statistic, np.array([1, -1, -1]), sky)
    spiked, galaxy, noise = why_outside(values, np.array([4000.0, 4001.0]), SAMPLE, [""] * 3)
    assert "a spike or edge near 4001 Å" in spiked
    assert "not like the AGN the model learned on" in spiked
    assert "galaxies" not in spiked
    assert galaxy == "not like the AGN the model learned on: it looks like the other galaxies"
    assert "not like the AGN" not in noise
