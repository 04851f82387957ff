import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.methods_agree import agreement

N_PIXELS = 300
RNG = np.random.default_rng(0)
X = 1 + RNG.gamma(1, 1, N_PIXELS)


def linear(seed=0):
    slopes = np.random.default_rng(seed).normal(size=N_PIXELS)
    return CallableTarget(lambda spectra: spectra @ slopes)


def explained(target, method="lime", **settings):
    chosen = {"n_segments": 15, "n_samples": 800} | settings
    return explain(X, target, ExplainSettings(method=method, **chosen))


def test_an_explanation_agrees_with_itself():
    found = explained(linear())
    same = agreement(found, found, X)
    assert same.rank_correlation == pytest.approx(1)
    assert same.top_overlap == same.same_sign == 1
    assert (same.n_pieces, same.k) == (15, 5)


@pytest.mark.parametrize("other", ["occlusion", "saliency"])
def test_all_methods_agree_on_a_linear_target(other):
    target = linear()
    found = agreement(explained(target), explained(target, other), X)
    assert found.n_pieces == 15
    assert found.rank_correlation > 0.99
    assert found.top_overlap == found.same_sign == 1


def test_explanations_of_unrelated_targets_do_not_agree():
    found = [
        agreement(explained(linear(seed)), explained(linear(seed + 50)), X) for seed in range(12)
    ]
    assert abs(np.mean([one.rank_correlation for one in found])) < 0.25
    assert np.mean([one.top_overlap for one in found]) == pytest.approx(1 / 3, abs=0.15)
    assert np.mean([one.same_sign for one in found]) == pytest.approx(0.5, abs=0.2)


def test_the_coarser_segments_are_the_common_ground_whichever_comes_first():
    coarse, fine = explained(linear()), explained(linear(), n_segments=60)
    one, other = agreement(coarse, fine, X), agreement(fine, coarse, X)
    assert one.n_pieces == other.n_pieces == 15
    assert one.rank_correlation == pytest.approx(other.rank_correlation)
    assert one.rank_correlation > 0.99


def test_opposite_signs_agree_in_rank_alone():
    slopes = np.random.default_rng(0).normal(size=N_PIXELS)
    plus, minus = (CallableTarget(lambda s, a=a: s @ (a * slopes)) for a in (1, -1))
    found = agreement(explained(plus), explained(minus), X)
    assert found.rank_correlation > 0.99
    assert found.same_sign == 0


def test_an_explanation_without_an_order_gives_nan_and_no_warning():
    flat = CallableTarget(lambda spectra: np.ones(len(spectra)))
    found = agreement(explained(linear(), "occlusion"), explained(flat, "occlusion"), X)
    assert np.isnan(found.rank_correlation)


def test_other_spectra_are_refused():
    found = explained(linear())
    with pytest.raises(ValueError, match=r"share their pixels, got .*\(299,\)"):
        agreement(found, found, X[1:])
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        agreement(found, found, X, k=0)
