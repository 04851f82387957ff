from dataclasses import replace

import numpy as np
import pytest
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import (
    ExplainSettings,
    explain,
    explain_many,
    explain_progressively,
)
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.explain.methods.lime_samples import LimeSamples, look_counts
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.targets import CallableTarget, VaeScore
from spexplain.core.trust.trust import assess

N_PIXELS = 240
X = 1 + 0.1 * np.random.default_rng(0).normal(size=N_PIXELS)
CHOSEN = ExplainSettings(n_segments=12, n_samples=1200)
SCORE = VaeScore(Vae(N_PIXELS, hidden=(32, 16), n_latent=4, seed=1))


def curved(spectra):
    """Segments act in pairs, the first ten pixels most."""
    return 3 * spectra[:, :10].sum(axis=1) + spectra.sum(axis=1) ** 2 / 200


CURVED = CallableTarget(curved)
# Each of the first six segments is clearly stronger than the next.
CLEAR = CallableTarget(lambda spectra: spectra[:, :120] @ np.repeat(2.0 ** -np.arange(6), 20))


def error(target, settings, limit):
    return np.mean(
        [(explain(X, target, replace(settings, seed=s)).weights - limit) ** 2 for s in range(1, 13)]
    )


@pytest.mark.parametrize("target", [SCORE, CURVED])
def test_pairs_are_closer_to_the_same_limit(target):
    pairs = replace(CHOSEN, sampling="antithetic", n_samples=400, ridge_alpha=1e-9)
    limit = explain(X, target, replace(pairs, n_samples=60_000, first="light")).weights
    alone = replace(pairs, sampling="independent")
    assert error(target, pairs, limit) < 0.8 * error(target, alone, limit)


def test_a_light_first_sample_counts_nothing_and_a_pair_with_it():
    for sampling, fixed in (("independent", 1), ("antithetic", 2)):
        chosen = replace(CHOSEN, sampling=sampling)
        nb = lime_neighbourhood(X, chosen)
        heavy = LimeSamples.of(nb, CURVED, chosen).weights(nb.n)
        light = LimeSamples.of(nb, CURVED, replace(chosen, first="light")).weights(nb.n)
        assert heavy[0] == 1
        assert (light[:fixed] == 0).all()
        np.testing.assert_array_equal(light[fixed:], heavy[fixed:])
        found = explain(X, CURVED, replace(chosen, first="light"))
        assert found.value == explain(X, CURVED, chosen).value


def test_a_linearised_control_takes_most_of_the_error_and_leaves_the_limit():
    controlled = replace(CHOSEN, control="linearised", n_samples=300, factor=0.95)
    limit = explain(
        X, SCORE, replace(controlled, sampling="antithetic", n_samples=60_000, first="light")
    ).weights
    plain = replace(controlled, control="none")
    assert error(SCORE, controlled, limit) < 0.1 * error(SCORE, plain, limit)


def test_a_control_is_refused_where_none_is_known():
    controlled = replace(CHOSEN, control="linearised")
    with pytest.raises(ValueError, match="scores of an autoencoder, got target 'function'"):
        explain(X, CURVED, controlled)
    chi2 = VaeScore(Vae(N_PIXELS, hidden=(32, 16), n_latent=4), "chi2")
    with pytest.raises(ValueError, match="mse and filtered-mse, got 'chi2'"):
        explain(X, chi2, controlled)


def test_every_choice_replays_and_goes_for_many_and_for_any_number_of_threads():
    chosen = replace(CHOSEN, sampling="antithetic", first="light", control="linearised")
    found = explain(X, SCORE, chosen)
    *_, last = explain_progressively(X, SCORE, chosen, counts=(200, 251))
    (of_many,) = explain_many([X], SCORE, chosen)
    with Workers(3) as workers:
        shared = explain(X, SCORE, chosen, workers=workers)
    for again in (last, of_many, shared):
        assert again.weights.tobytes() == found.weights.tobytes()


@pytest.mark.parametrize("sampling", ["independent", "antithetic"])
@pytest.mark.parametrize("control", ["none", "linearised"])
def test_intervals_know_how_the_samples_were_drawn(sampling, control):
    chosen = replace(CHOSEN, sampling=sampling, control=control, n_samples=601, first="light")
    limit = explain(
        X, SCORE, replace(chosen, sampling="antithetic", n_samples=60_000, ridge_alpha=1e-9)
    ).weights
    inside = []
    for seed in range(25):
        found = explain(X, SCORE, replace(chosen, seed=seed))
        intervals = assess(found, X, SCORE).intervals
        assert intervals is not None
        inside.append((intervals.low <= limit) & (limit <= intervals.high))
    assert 0.88 < np.mean(inside) <= 1


def test_a_settled_order_stops_the_sampling_and_says_so():
    eager = replace(CHOSEN, n_samples=20_000, stop_when_settled=0.95)
    found = explain(X, CLEAR, eager)
    assert found.complete
    assert found.n_samples == len(found.sample_values) < 20_000
    assert found.stopped == "the top 5 segments keep their order with probability 0.95"
    assert found.top(5).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("counts", [(), (200,), (200, 250, 900)])
def test_the_caller_who_watches_stops_where_the_one_who_waits_does(counts):
    eager = replace(CHOSEN, n_samples=20_000, stop_when_settled=0.9)
    *_, last = explain_progressively(X, CLEAR, eager, counts=counts)
    waited = explain(X, CLEAR, eager)
    assert last.weights.tobytes() == waited.weights.tobytes()
    assert (last.n_samples, last.stopped) == (waited.n_samples, waited.stopped)


def test_an_order_that_no_sample_settles_takes_them_all():
    even = CallableTarget(lambda spectra: curved(spectra) * 0 + spectra[:, ::7].sum(axis=1) ** 2)
    found = explain(np.ones(N_PIXELS), even, replace(CHOSEN, stop_when_settled=0.99))
    assert (found.n_samples, found.complete, found.stopped) == (1200, True, "")


def test_without_a_wish_to_stop_nothing_changes():
    found = explain(X, CLEAR, CHOSEN)
    assert (found.n_samples, found.stopped) == (1200, "")


def test_looks_are_few_and_where_blocks_end():
    assert look_counts(250) == ()
    assert look_counts(5000) == (250, 1000, 2000, 4000)
    assert look_counts(12_000) == (250, 1000, 2000, 4000, 6000, 8000, 10_000)


def test_the_more_looks_there_may_be_the_surer_each_must_be():
    # Each segment is a little stronger than the next, and they act in pairs: hard to tell.
    slope = np.repeat(1.0 + 0.15 * np.arange(12)[::-1], 20)
    close = CallableTarget(lambda spectra: spectra @ slope + spectra.sum(axis=1) ** 2 / 100)

    def settled_at_250(n_samples: int) -> set[int]:
        chosen = replace(CHOSEN, n_samples=n_samples, stop_when_settled=0.5)
        settled = set()
        for seed in range(40):
            mine = replace(chosen, seed=seed)
            early = next(explain_progressively(X, close, mine, counts=(250,)))
            samples = LimeSamples.of(lime_neighbourhood(X, mine), close, mine)
            if samples.settled(early.sample_values[:250], early.weights):
                settled.add(seed)
        return settled

    with_one_look, with_ten = settled_at_250(300), settled_at_250(18_000)
    assert with_ten < with_one_look


@pytest.mark.parametrize("kernel", ["text", "code"])
@pytest.mark.parametrize("sampling", ["independent", "antithetic"])
def test_the_first_weigh_what_they_do_among_all(kernel, sampling):
    chosen = replace(CHOSEN, kernel=kernel, sampling=sampling, first="light", n_samples=777)
    samples = LimeSamples.of(lime_neighbourhood(X, chosen), CURVED, chosen)
    for n in (2, 200, 333, 777):
        assert samples.weights(n).tobytes() == samples.weights(777)[:n].tobytes()


def test_weighing_ahead_and_weighing_are_one_regression():
    chosen = ExplainSettings(n_segments=12, n_samples=300)
    samples = LimeSamples.of(lime_neighbourhood(X, chosen), CURVED, chosen)
    ridge = samples.ridge(200)
    assert samples.ridge(200) is ridge
    assert samples.ridge(300) is not ridge
    for task in samples.ahead(200):
        task()
    values = np.linspace(-1, 1, 200) ** 3
    fresh = LimeSamples.of(lime_neighbourhood(X, chosen), CURVED, chosen)
    assert samples.fit(values, ridge).coefficients.tobytes() == (
        fresh.fit(values).coefficients.tobytes()
    )
