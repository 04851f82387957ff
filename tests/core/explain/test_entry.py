import itertools
import threading

import numpy as np
import pytest
from astropy import units as u
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import (
    Cancelled,
    ExplainSettings,
    explain,
    explain_many,
    explain_progressively,
)
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.targets import CallableTarget, VaeScore

X = 1 + 0.1 * np.random.default_rng(0).normal(size=200)
SMALL = ExplainSettings(n_segments=12, n_samples=1300)
SCORE = VaeScore(Vae(200, hidden=(32, 16), n_latent=4, seed=1))
CURVED = CallableTarget(lambda spectra: (spectra**2).sum(axis=1), "curved")


def same_bytes(one, other):
    return one.weights.tobytes() == other.weights.tobytes() and (
        one.intercept,
        str(one.r2),  # NaN where nothing was fitted
        one.value,
    ) == (other.intercept, str(other.r2), other.value)


@pytest.mark.parametrize("target", [SCORE, CURVED])
@pytest.mark.parametrize("method", ["lime", "saliency", "occlusion"])
def test_the_same_settings_give_the_same_bytes(target, method):
    settings = ExplainSettings.from_dict({**SMALL.asdict(), "method": method})
    assert same_bytes(explain(X, target, settings), explain(X.copy(), target, settings))


def test_another_seed_gives_other_weights():
    other = ExplainSettings.from_dict({**SMALL.asdict(), "seed": 1})
    assert not same_bytes(explain(X, SCORE, SMALL), explain(X, SCORE, other))


@pytest.mark.parametrize("target", [SCORE, CURVED])
@pytest.mark.parametrize("counts", [(), (200, 1000), (2, 3, 249, 250, 251, 1299)])
def test_early_answers_lead_to_the_answer_of_explain(target, counts):
    answers = list(explain_progressively(X, target, SMALL, counts=counts))
    assert [a.n_samples for a in answers] == [*counts, 1300]
    assert [a.complete for a in answers] == [False] * len(counts) + [True]
    assert same_bytes(answers[-1], explain(X, target, SMALL))


def test_an_early_answer_is_the_explanation_with_that_many_samples():
    early = next(explain_progressively(X, CURVED, SMALL, counts=(400,)))
    fewer = ExplainSettings.from_dict({**SMALL.asdict(), "n_samples": 400})
    np.testing.assert_allclose(early.weights, explain(X, CURVED, fewer).weights, rtol=1e-9)


def test_counts_beyond_the_samples_are_passed_over():
    answers = explain_progressively(X, CURVED, SMALL, counts=(200, 1300, 4000))
    assert [a.n_samples for a in answers] == [200, 1300]


def test_each_sample_is_evaluated_once_and_no_sooner_than_needed():
    rows = []

    def counting(spectra):
        rows.append(len(spectra))
        return spectra.sum(axis=1)

    answers = explain_progressively(X, CallableTarget(counting), SMALL, counts=(200,))
    next(answers)
    assert sum(rows) <= 250
    list(answers)
    assert sum(rows) == 1300


@pytest.mark.parametrize("threads", [1, 3])
def test_the_bytes_do_not_depend_on_the_threads(threads):
    with Workers(threads) as workers:
        assert same_bytes(explain(X, SCORE, SMALL, workers=workers), explain(X, SCORE, SMALL))


def test_a_function_of_spectra_is_called_from_the_callers_thread():
    threads = set()

    def function(spectra):
        threads.add(threading.current_thread())
        return spectra.sum(axis=1)

    explain(X, CallableTarget(function), SMALL)
    assert threads == {threading.current_thread()}


@pytest.mark.parametrize("target", [SCORE, CURVED])
def test_cancelling_stops_within_a_block(target):
    # The first answer takes two blocks.
    asked = itertools.count()
    answers = explain_progressively(
        X, target, SMALL, counts=(200, 1000), cancelled=lambda: next(asked) >= 2
    )
    assert next(answers).n_samples == 200
    with pytest.raises(Cancelled, match="before samples"):
        list(answers)
    assert next(asked) <= 10


@pytest.mark.parametrize("target", [SCORE, CURVED])
@pytest.mark.parametrize("method", ["lime", "saliency"])
def test_many_are_explained_each_as_if_alone(target, method):
    settings = ExplainSettings.from_dict({**SMALL.asdict(), "method": method})
    spectra = X + 0.1 * np.random.default_rng(2).normal(size=(7, 200))
    for x, found in zip(spectra, explain_many(spectra, target, settings), strict=True):
        assert same_bytes(found, explain(x, target, settings))


def test_many_takes_a_stream_and_can_be_cancelled():
    stop = threading.Event()
    answers = explain_many(itertools.repeat(X), SCORE, SMALL, cancelled=stop.is_set)
    next(answers)
    stop.set()
    with pytest.raises(Cancelled):
        list(answers)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((2, 200)), r"one spectrum \(D,\), got shape \(2, 200\)"),
        (np.ones(0), r"got shape \(0,\)"),
        (np.array([1.0, np.nan, np.inf, 2]), "2 of 4 pixels are not finite"),
        (np.ones(5), "n_segments must be 1 to 5.*got 12"),
    ],
)
def test_a_spectrum_that_cannot_be_explained_is_described(x, message):
    with pytest.raises(ValueError, match=message):
        explain(x, CURVED, SMALL)


def test_counts_that_do_not_increase_are_refused_at_once():
    for counts in [(1,), (500, 500), (900, 200)]:
        with pytest.raises(ValueError, match="increase from 2"):
            explain_progressively(X, CURVED, SMALL, counts=counts)


def test_a_target_of_the_wrong_shape_is_described():
    with pytest.raises(ValueError, match=r"'flat' must map \(250, 200\) to \(250,\), got \(\)"):
        explain(X, CallableTarget(lambda spectra: spectra.mean(), "flat"), SMALL)


def test_a_target_that_is_not_finite_is_refused():
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="values are not finite"):
        explain(X, CallableTarget(lambda spectra: np.sqrt(-spectra.sum(axis=1))), SMALL)


def test_a_spectrum_with_a_unit_is_refused_with_what_to_hand_over():
    for ask in (explain, explain_progressively):
        with pytest.raises(TypeError, match=r"x has the unit Jy: hand over"):
            ask(X * u.Jy, CURVED, SMALL)
    with pytest.raises(TypeError, match="x has the unit Jy"):
        list(explain_many([X * u.Jy], CURVED, SMALL))


def test_masked_pixels_are_refused_and_not_taken_for_data():
    x = np.ma.masked_greater(np.linspace(0, 1, 100), 0.9)
    with pytest.raises(ValueError, match="10 of 100 pixels are masked"):
        explain(x, CallableTarget(lambda spectra: spectra.sum(axis=1)))


def test_what_is_no_target_or_no_settings_is_told_what_to_do():
    x = np.ones(100)
    with pytest.raises(TypeError, match=r"function is no target: CallableTarget"):
        explain(x, lambda spectra: spectra.sum(axis=1))
    with pytest.raises(TypeError, match=r"settings must be ExplainSettings\(...\), got str 'lime'"):
        explain(x, CallableTarget(lambda spectra: spectra.sum(axis=1)), "lime")
