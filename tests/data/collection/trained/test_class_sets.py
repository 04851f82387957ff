import json

import numpy as np
import pandas as pd
import pytest
from spexplain.core.models.conformal import LEVELS
from spexplain.data.collection.runs import _plain
from spexplain.data.collection.trained.class_sets import TypeCertainty
from spexplain.data.collection.trained.type_certainty import measure_certainty

CLASSES = ("intermediate", "type 1")


def table(n, seed):
    rng = np.random.default_rng(seed)
    labels = np.array(CLASSES)[np.arange(n) % 2]
    p = 1 / (1 + np.exp(-rng.normal(np.where(labels == "type 1", 1.5, -1.5))))
    return pd.DataFrame({"label": labels, "p_type_1": p, "p_intermediate": 1 - p})


def known(n=400, n_test=100, **lent):
    """As it comes back from a run's metrics."""
    found = measure_certainty(table(n, 0), table(n_test, 1), CLASSES, seed=3)
    return TypeCertainty(json.loads(json.dumps(_plain(found), allow_nan=False)), **lent)


@pytest.mark.parametrize("level", LEVELS)
def test_sets_hold_the_type_about_as_often_as_asked(level):
    for of in known(n_test=400).coverage(level).values():
        assert of.k / of.n == pytest.approx(level, abs=0.06)
        assert 0 < of.spread < 0.06


def test_the_members_are_those_above_their_own_threshold_the_likeliest_first():
    certainty = known()
    one = certainty.at(0.9)
    low = dict(zip(CLASSES, one["thresholds"], strict=True))
    for p in np.linspace(0.01, 0.99, 21):
        said = {"intermediate": 1 - p, "type 1": p}
        found = certainty.class_set(said, 0.9)
        assert set(found.members) == {kind for kind in CLASSES if said[kind] >= low[kind]}
        assert [said[kind] for kind in found.members] == sorted(
            (said[kind] for kind in found.members), reverse=True
        )


def test_too_few_spectra_of_a_type_are_said_and_give_no_set():
    certainty = known(n=30)  # 15 of each: enough for 90 %, not for 95 %
    said = {"intermediate": 0.4, "type 1": 0.6}
    assert not certainty.class_set(said, 0.9).missing
    found = certainty.class_set(said, 0.95)
    assert "needs 19 calibration spectra a type, has 15 of intermediate" in found.missing
    assert found.members == ()
    assert found.to_dict()["members"] is None


def test_a_lent_classifier_brings_its_lenders_figures_and_says_so():
    found = known(lent=True).class_set({"intermediate": 0.4, "type 1": 0.6}, 0.9)
    assert found.lent
    assert found.to_dict()["lent"] is True
    of = TypeCertainty.of_metrics({"lent": {"certainty": {"reliability": None}}})
    assert of.lent
    assert of.reliability is None


def test_a_classifier_of_before_has_no_set_and_says_what_to_do():
    found = TypeCertainty(None).class_set({"type 1": 1.0}, 0.9)
    assert "build this collection again" in found.missing
    lent = TypeCertainty(None, lent=True).class_set({"type 1": 1.0}, 0.9)
    assert "build the collection that lent it again" in lent.missing


def test_a_level_that_is_not_kept_is_refused():
    with pytest.raises(ValueError, match=r"must be one of \[0.9, 0.95, 0.99\], got 0.5"):
        known().class_set({"intermediate": 0.4, "type 1": 0.6}, 0.5)


def test_reliability_has_a_spread_over_resplits_and_repeats_to_the_last_bit():
    one, other = known().reliability, known().reliability
    assert one == other
    for name in ("log_loss", "brier", "ece"):
        assert one[f"{name}_resplit_spread"] > 0
        assert abs(one[name] - one[f"{name}_resplit_mean"]) < 5 * one[f"{name}_resplit_spread"]


def test_without_a_test_set_sets_are_had_but_no_coverage():
    found = measure_certainty(table(100, 0), table(4, 1).head(0), CLASSES, seed=0)
    certainty = TypeCertainty(_plain(found))
    assert certainty.reliability is None
    said = certainty.class_set({"intermediate": 0.4, "type 1": 0.6}, 0.9)
    assert not said.missing
    assert all(of.n == 0 for of in said.coverage.values())
