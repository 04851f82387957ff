import numpy as np
import pytest
from spexplain.core.models.autoencoder.loss_search import best_trial, search_loss
from spexplain.core.models.autoencoder.training import VaeSettings

SMALL = VaeSettings(hidden=(16,), n_latent=2, batch=16)


def spectra(n=64):
    rng = np.random.default_rng(0)
    shape = np.sin(np.linspace(0, 6, 40))
    return (1 + rng.normal(size=(n, 1)) * shape + 0.02 * rng.normal(size=(n, 40))).astype("f4")


def test_a_weight_that_drowns_the_reconstruction_loses():
    told = []
    trials = search_loss(
        spectra(), SMALL, [(-1e4, 1e4), (0.0, 8.6)], epochs=25, callback=lambda *at: told.append(at)
    )
    assert [(t.alpha, t.lam) for t in trials] == [(-1e4, 1e4), (0.0, 8.6)]
    assert best_trial(trials) is trials[1]
    # A divergence weighed so heavily presses every spectrum into one point.
    assert trials[0].latent_spread < 0.2 * trials[1].latent_spread
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_search_needs_something_to_try():
    with pytest.raises(ValueError, match="no pair"):
        search_loss(spectra(), SMALL, [])
