import numpy as np
import pytest
import torch
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.kernel import locality_weights, presence
from spexplain.core.surrogate.ridge import Ridge, weighted_ridge
from spexplain.core.surrogate.stand_in import controlled_ridge
from spexplain.core.targets import VaeScore, evaluate
from spexplain.core.targets.network.linearised_autoencoder import linearised_mse

N_PIXELS = 240


def network():
    """With most ReLUs well away from their corners, as training leaves them."""
    vae = Vae(N_PIXELS, hidden=(48, 24, 16), n_latent=6, seed=1)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for layer in vae.path():
            layer.bias += 1 + 0.5 * torch.randn(layer.bias.shape, generator=generator)
    return vae


VAE = network()
X = (1 + np.random.default_rng(0).gamma(1, 1, N_PIXELS)).astype(np.float32)
KEPT = np.random.default_rng(1).random(N_PIXELS) < 0.8


def neighbourhood(**changes):
    return lime_neighbourhood(X, ExplainSettings(n_segments=12, **{"n_samples": 400, **changes}))


def target(kept):
    return VaeScore(VAE, "mse") if kept is None else VaeScore(VAE, "filtered-mse", kept=kept)


@pytest.mark.parametrize("kept", [None, KEPT], ids=["all", "filtered"])
def test_at_the_centre_it_is_the_score_itself_and_near_it_for_small_perturbations(kept):
    nb = neighbourhood(factor=0.98)
    g = linearised_mse(VAE, nb, presence(nb), kept=kept)
    values = evaluate(target(kept), nb)
    missed = values - g.values(nb.masks)
    assert np.std(missed) < 0.01 * np.std(values)
    spectrum = nb.base + nb.delta * g.centre[nb.labels]
    assert g.constant == pytest.approx(target(kept)(spectrum[None].astype(np.float32))[0], rel=1e-5)


def test_its_slopes_are_the_scores_derivatives():
    nb = neighbourhood()
    centre = presence(nb)
    g = linearised_mse(VAE, nb, centre)
    step = 1e-4

    def score(z):
        return target(None)((nb.base + nb.delta * z[nb.labels]).astype(np.float64)[None])[0]

    for k in (0, 5, 11):
        moved = np.eye(12)[k] * step
        slope = (score(centre + moved) - score(centre - moved)) / (2 * step)
        assert g.slopes[k] == pytest.approx(slope, rel=1e-3)


def test_where_no_relu_switches_nothing_of_the_misfit_is_left():
    nb = neighbourhood(factor=0.98)
    values = evaluate(target(None), nb)
    missed = values - linearised_mse(VAE, nb, presence(nb)).values(nb.masks)
    z = nb.masks.dense(slice(None), np.dtype(float))
    left = [
        np.var(y - z @ weighted_ridge(nb.masks, y, np.ones(nb.n), alpha=1e-9).coefficients)
        for y in (values, missed)
    ]
    assert left[1] < 1e-3 * left[0]


def test_explanations_of_few_samples_come_close_to_those_of_very_many():
    many = neighbourhood(n_samples=40_000, seed=9, factor=0.98)
    truth = weighted_ridge(
        many.masks, evaluate(target(None), many), locality_weights(many), alpha=1e-6
    ).coefficients
    plain, controlled = [], []
    for seed in range(10):
        nb = neighbourhood(n_samples=300, seed=seed, factor=0.98)
        values, weights = evaluate(target(None), nb), locality_weights(nb)
        g = linearised_mse(VAE, nb, presence(nb))
        plain.append(weighted_ridge(nb.masks, values, weights, alpha=1e-6).coefficients - truth)
        ridge = Ridge(nb.masks, weights)
        controlled.append(controlled_ridge(ridge, values, g).coefficients - truth)
    assert np.square(controlled).mean() < np.square(plain).mean() / 10
