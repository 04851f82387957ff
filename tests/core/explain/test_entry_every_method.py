"""Any method on any target: what the one entry promises."""

from typing import get_args

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain, explain_many
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.settings import MethodName
from spexplain.core.targets import CallableTarget, Score, SvmTarget, VaeScore, read_classifier

N_PIXELS = 60
RNG = np.random.default_rng(0)
SPECTRA = 1 + 0.2 * RNG.normal(size=(90, N_PIXELS))
LABELS = SPECTRA[:, :3].argmax(axis=1)
VAE = Vae(N_PIXELS, hidden=(16, 8), n_latent=3, seed=0)
KEPT = np.arange(N_PIXELS) % 7 > 0


def svm(kernel):
    svc = SVC(kernel=kernel, degree=2, coef0=1)
    return SvmTarget(CoupledSvc(svc).fit(SPECTRA, LABELS), 0, "log p")


TARGETS = [
    *(VaeScore(VAE, s, kept=KEPT if s.startswith("filtered") else None) for s in get_args(Score)),
    *(svm(kernel) for kernel in ("linear", "rbf", "poly")),
    read_classifier(RandomForestClassifier(5, random_state=0).fit(SPECTRA, LABELS)).target(1),
    CallableTarget(lambda spectra: np.median(spectra, axis=1), "median"),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("method", get_args(MethodName))
def test_it_answers_alone_and_among_many(target, method):
    settings = ExplainSettings(method=method, n_segments=8, n_samples=80)
    found = explain(SPECTRA[0], target, settings)
    assert found.weights.shape == (N_PIXELS if method == "saliency" else 8,)
    assert np.isfinite(found.weights).all()
    assert found.value == pytest.approx(target(SPECTRA[:1])[0], rel=1e-5)
    many = list(explain_many(SPECTRA[:3], target, settings))
    assert many[0].weights.tobytes() == found.weights.tobytes()
