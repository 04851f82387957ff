import dataclasses

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain, explain_progressively
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.targets import CallableTarget, VaeScore
from spexplain.core.trust.trust import assess

N_PIXELS = 300
RNG = np.random.default_rng(0)
X = (1 + RNG.gamma(1, 1, N_PIXELS)).astype(np.float32)
SLOPES = RNG.normal(size=N_PIXELS) * (np.arange(N_PIXELS) // 20 + 1)
CURVED = CallableTarget(lambda s: np.log1p((s @ SLOPES - 20) ** 2 / 100) + s @ SLOPES)
SETTINGS = ExplainSettings(n_segments=15, n_samples=1000, factor=0.5)


def explained(**changes):
    return explain(X, CURVED, dataclasses.replace(SETTINGS, **changes))


@pytest.mark.parametrize("method", ["saliency", "occlusion"])
def test_what_samples_nothing_is_exact(method):
    found = explained(method=method)
    trust = assess(found, X, CURVED)
    assert trust.exact
    assert trust.stability is None
    assert trust.intervals is not None
    np.testing.assert_array_equal(trust.intervals.low, found.weights)
    assert trust.sentence().startswith(f"exact: {method}")


def test_a_model_that_answers_in_jumps_is_said_to_need_a_larger_step():
    jumps = CallableTarget(lambda s: np.floor(s[:, :30].sum(axis=1)))
    small = explain(X, jumps, dataclasses.replace(SETTINGS, method="saliency", step=1e-6))
    trust = assess(small, X, jumps)
    assert (trust.idle, trust.step) == (1.0, 1e-6)
    assert trust.sentence() == small.nothing
    assert "a larger step" in trust.sentence()
    # Pixels beyond the thirtieth never count, so the share stays above 0.9 whatever the step.
    large = explain(X, jumps, dataclasses.replace(SETTINGS, method="saliency", step=3.0))
    assert 0.9 <= assess(large, X, jumps).idle < 1


@pytest.mark.parametrize("kernel", ["text", "code"])
def test_intervals_cover_what_very_many_samples_give(kernel):
    many = explained(n_samples=200_000, seed=99, kernel=kernel, ridge_alpha=1e-6).weights
    inside = []
    for seed in range(20):
        found = explained(seed=seed, kernel=kernel)
        intervals = assess(found, X, CURVED).intervals
        assert intervals is not None
        inside.append((intervals.low <= many) & (many <= intervals.high))
    assert 0.9 < np.mean(inside) < 0.985


def test_the_first_sample_which_no_seed_draws_has_no_part_in_the_interval():
    # Far from all others and with the largest weight, it bends the weights but not the limit.
    jumpy = CallableTarget(lambda s: s @ SLOPES + 300 * (np.abs(s - X).max(axis=1) == 0))
    chosen = dataclasses.replace(SETTINGS, kernel_width=0.4)
    found = explain(X, jumpy, chosen)
    trust = assess(found, X, jumpy)
    limit = 0.5 * np.bincount(found.labels, weights=X * SLOPES)
    assert trust.intervals is not None
    middles = (trust.intervals.low + trust.intervals.high) / 2
    np.testing.assert_allclose(middles, limit, rtol=1e-3, atol=1e-3)
    assert np.abs(found.weights - limit).max() > 1
    assert trust.pull > 0.1


def test_a_clear_order_is_called_stable_and_fewer_samples_named_that_would_do():
    trust = assess(explained(n_samples=5000), X, CURVED, k=2)
    assert trust.stability is not None
    assert trust.stability.settled() == 2
    sentence = trust.sentence()
    assert sentence.startswith("stable under other masks: the top 2 segments keep their order; R² ")
    assert "5,000 samples are more than enough" in sentence


def test_an_early_answer_is_less_sure_than_the_complete_one():
    early, complete = explain_progressively(X, CURVED, SETTINGS, counts=(60,))
    before, after = assess(early, X, CURVED), assess(complete, X, CURVED)
    assert before.n_samples == 60
    assert before.intervals is not None
    assert after.intervals is not None
    assert np.all(after.intervals.standard_error < before.intervals.standard_error)
    assert before.pull > after.pull > 0


def test_fewer_samples_than_weights_tell_nothing():
    early, _ = explain_progressively(X, CURVED, SETTINGS, counts=(12,))
    trust = assess(early, X, CURVED)
    assert trust.intervals is None
    assert not trust.exact
    assert trust.sentence().startswith("too early to tell: 12 samples do not determine")


def test_a_narrow_kernel_is_named_with_one_that_would_do():
    trust = assess(explained(kernel_width=0.12), X, CURVED)
    assert trust.kernel is not None
    assert not trust.kernel.wide_enough
    assert f"width {trust.kernel.recommended_width:g} would do" in trust.sentence()
    again = assess(explained(kernel_width=trust.kernel.recommended_width), X, CURVED)
    assert again.kernel is not None
    assert again.kernel.wide_enough


def test_samples_that_are_lost_are_evaluated_again():
    found = explained()
    lost = dataclasses.replace(found, sample_values=None)
    one, other = assess(found, X, CURVED), assess(lost, X, CURVED)
    assert one.intervals is not None
    assert other.intervals is not None
    np.testing.assert_array_equal(one.intervals.low, other.intervals.low)
    assert one.sentence() == other.sentence()


def test_samples_kept_are_not_evaluated_again():
    def refuse(spectra):
        raise AssertionError("asked")

    assert assess(explained(), X, CallableTarget(refuse)).intervals is not None


def test_a_networks_score_is_judged_through_its_structure():
    target = VaeScore(Vae(N_PIXELS, hidden=(32, 16), n_latent=4, seed=1))
    found = explain(X, target, SETTINGS)
    trust = assess(found, X, target)
    assert trust.r2_unseen is not None
    assert trust.r2_unseen == pytest.approx(found.r2, abs=1e-3)


def test_k_is_cut_to_the_segments_there_are():
    assert assess(explained(n_segments=3), X, CURVED, k=5).k == 3


@pytest.mark.parametrize("wrong", [{"k": 0}, {"confidence": 1.0}])
def test_a_knob_out_of_range_is_quoted(wrong):
    with pytest.raises(ValueError, match="need k ≥ 1"):
        assess(explained(), X, CURVED, **wrong)
