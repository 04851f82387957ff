"""A domain goes into arrays and comes back the same; words name what is outside."""

from dataclasses import replace

import numpy as np
import pytest
from spexplain.core.targets.linear import LinearTarget
from spexplain.core.trust.domain.distance import STATISTICS, fit_distance
from spexplain.core.trust.domain.domain import Domain, DomainValues, statistic_words

RNG = np.random.default_rng(0)
SPECTRA = (1 + 0.1 * RNG.normal(size=(60, 90))).astype(np.float32)
DISTANCE, _ = fit_distance(SPECTRA, 1.5)
KIND = LinearTarget(RNG.normal(size=90), 0.3, "of the kind")


@pytest.mark.parametrize("kind", [KIND, None])
def test_it_comes_back_from_arrays_as_it_was(kind: LinearTarget | None) -> None:
    domain = Domain(DISTANCE, kind)
    first, again = domain(SPECTRA), Domain.from_arrays(*domain.to_arrays())(SPECTRA)
    for name in ("of_kind", "distance", "statistic", "where_px"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert np.isnan(first.of_kind).all() == (kind is None)


def test_arrays_of_another_version_are_refused() -> None:
    arrays, facts = Domain(DISTANCE, KIND).to_arrays()
    with pytest.raises(ValueError, match="limits"):
        Domain.from_arrays(arrays | {"limits": np.ones(3)}, facts)
    arrays.pop("axes")
    with pytest.raises(ValueError, match="axes"):
        Domain.from_arrays(arrays, facts)


def test_arrays_of_before_there_were_patterns_are_read_and_measure_as_they_did() -> None:
    old = replace(DISTANCE, pattern=None, limits=DISTANCE.limits[:-1])
    arrays, facts = Domain(old, KIND).to_arrays()
    assert "pattern" not in arrays
    again = Domain.from_arrays(arrays, facts)
    found = again(SPECTRA)
    np.testing.assert_array_equal(found.distance, old(SPECTRA).value)
    assert "pattern" not in found.statistic
    with pytest.raises(ValueError, match="limits"):
        Domain.from_arrays(arrays | {"limits": DISTANCE.limits}, facts)


def test_either_measure_puts_it_outside_and_an_unknown_one_does_not() -> None:
    values = DomainValues(
        np.array([1.0, -1, np.nan, np.nan]), np.array([0.5, 0.5, 0.5, 1.5]),
        np.array(["noise"] * 4), np.full(4, -1), np.zeros(4, bool),
    )  # fmt: skip
    assert values.outside.tolist() == [False, True, False, True]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_statistic_has_words(statistic: str) -> None:
    words = statistic_words(statistic, 5007.0)
    assert ("5007 Å" in words) == statistic.startswith("largest")
