"""The bytes of an answer are those of its settings, whichever thread of the caller's asks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.svm import SVC
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.surrogate.ridge import weighted_ridge
from spexplain.core.targets import SvmTarget, Target, VaeScore, evaluate
from spexplain.core.trust.curves import deletion_insertion
from spexplain.core.trust.trust import assess

# Large enough for products to be shared out between threads.
N_PIXELS, SETTINGS = 900, ExplainSettings(n_segments=77, n_samples=1500)
SPECTRA = 1 + 0.2 * np.random.default_rng(0).normal(size=(120, N_PIXELS)).astype(np.float32)
KEPT = np.arange(N_PIXELS) % 7 > 0


def vae_score(score) -> Target:
    vae = Vae(N_PIXELS, hidden=(256, 128, 64), n_latent=12, seed=0)
    return VaeScore(vae, score, kept=KEPT if score.startswith("filtered") else None)


def machine() -> Target:
    svm = CoupledSvc(SVC(kernel="rbf"))
    return SvmTarget(svm.fit(SPECTRA, SPECTRA[:, :3].argmax(axis=1)), 0, "log p")


@pytest.fixture
def with_threads():
    before = torch.get_num_threads()

    def answer(n_threads: int, ask: Callable):
        torch.set_num_threads(n_threads)
        return ask()

    yield answer
    torch.set_num_threads(before)


@pytest.fixture(params=["mse", "chi2", "filtered-trimmed-chi2", "svm"])
def target(request) -> Target:
    return machine() if request.param == "svm" else vae_score(request.param)


def test_the_judgement(target, with_threads):
    found = explain(SPECTRA[0], target, SETTINGS)
    for explanation in (found, replace(found, sample_values=None)):
        one, two = (
            with_threads(n, lambda e=explanation: assess(e, SPECTRA[0], target)) for n in (1, 2)
        )
        assert one.intervals.low.tobytes() == two.intervals.low.tobytes()
        assert one.stability.excess.tobytes() == two.stability.excess.tobytes()
        assert (one.r2_unseen, one.pull, one.kernel) == (two.r2_unseen, two.pull, two.kernel)


def test_the_judgement_of_a_regression_on_residuals(with_threads):
    target, settings = vae_score("mse"), replace(SETTINGS, control="linearised")
    found = explain(SPECTRA[0], target, settings)
    one, two = (with_threads(n, lambda: assess(found, SPECTRA[0], target)) for n in (1, 2))
    assert one.intervals.low.tobytes() == two.intervals.low.tobytes()


def test_the_explanation_the_values_and_the_curves(target, with_threads):
    def ask() -> list[np.ndarray]:
        found = explain(SPECTRA[0], target, SETTINGS)
        curves = deletion_insertion(found, SPECTRA[0], target)
        values = evaluate(target, lime_neighbourhood(SPECTRA[0], SETTINGS))
        return [found.weights, curves.deletion, curves.random, values]

    for one, two in zip(with_threads(1, ask), with_threads(2, ask), strict=True):
        assert one.tobytes() == two.tobytes()


def test_the_surrogate(with_threads):
    masks = lime_neighbourhood(SPECTRA[0], replace(SETTINGS, n_segments=400)).masks
    values, weights = np.random.default_rng(1).uniform(size=(2, SETTINGS.n_samples))
    one, two = (with_threads(n, lambda: weighted_ridge(masks, values, weights)) for n in (1, 2))
    assert one.coefficients.tobytes() == two.coefficients.tobytes()


def test_threads_set_up_side_by_side_are_as_many_as_torch_uses(with_threads):
    together = threading.Barrier(8)

    def count() -> int:
        together.wait(30)
        with Workers() as workers:
            return workers.threads

    for _ in range(40):
        with ThreadPoolExecutor(8) as pool:
            counts = with_threads(2, lambda p=pool: [p.submit(count) for _ in range(8)])
            assert [future.result() for future in counts] == [2] * 8
        assert torch.get_num_threads() == 2


def test_a_thread_that_met_torch_while_others_were_set_up_still_gets_as_many(with_threads):
    met, put_back = threading.Event(), threading.Event()

    def count() -> int:
        torch.get_num_threads()
        torch.set_num_threads(1)
        met.set()
        put_back.wait(30)
        with Workers() as workers:
            return workers.threads

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(count)
        met.wait(30)
        with_threads(2, put_back.set)
        assert found.result(30) == 2
