from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from spexplain.core.models.autoencoder.loss import info_vae_loss, kl_divergence, mean_discrepancy
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.autoencoder.training import VaeSettings, VaeTrainer, start_at

SMALL = VaeSettings(hidden=(32, 16), n_latent=3, batch=32, epochs=6)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    # Networks this small only wait for one another's threads.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def family(n=160, n_pixels=60, seed=0):
    """Spectra spanned by two shapes, with a little noise."""
    rng = np.random.default_rng(seed)
    at = np.linspace(0, 1, n_pixels)
    shapes = np.stack([np.sin(6 * at), np.exp(-(((at - 0.5) / 0.05) ** 2))])
    spectra = 1 + 0.3 * rng.normal(size=(n, 2)) @ shapes
    return (spectra + 0.02 * rng.normal(size=spectra.shape)).astype(np.float32)


def trained(spectra, options):
    trainer = VaeTrainer(spectra, options)
    while not trainer.finished:
        trainer.run_epoch()
    return trainer


def same_bytes(first, second):
    a, b = first.state(), second.state()
    return (
        a.history == b.history
        and a.learning_rate == b.learning_rate
        and {n: v.tobytes() for n, v in a.arrays.items()}
        == {n: v.tobytes() for n, v in b.arrays.items()}
    )


def test_it_learns_the_family_and_leaves_a_stranger_unexplained():
    spectra = family(400)
    options = VaeSettings(hidden=(32, 16), n_latent=3, batch=32, epochs=60)
    vae = trained(spectra, options).best()
    error = ((vae.reconstruct(spectra) - spectra) ** 2).mean(axis=1)
    assert np.median(error) < 0.3 * spectra.var(axis=0).mean()
    stranger = spectra[:20].copy()
    stranger[:, 5:10] += 1.5
    strangers = ((vae.reconstruct(stranger) - stranger) ** 2).mean(axis=1)
    assert (strangers > 5 * error[:20]).mean() > 0.8
    assert strangers.min() > np.quantile(error, 0.9)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    spectra = family()
    assert same_bytes(trained(spectra, SMALL), trained(spectra, SMALL))
    other = VaeSettings(hidden=(32, 16), n_latent=3, batch=32, epochs=6, seed=1)
    assert not same_bytes(trained(spectra, SMALL), trained(spectra, other))


@pytest.mark.parametrize("stop_after", [0, 1, 4])
def test_going_on_from_a_state_gives_the_bits_of_never_having_stopped(stop_after):
    spectra = family()
    first = VaeTrainer(spectra, SMALL)
    for _ in range(stop_after):
        first.run_epoch()
    second = VaeTrainer(spectra, SMALL)
    second.restore(first.state())
    while not second.finished:
        second.run_epoch()
    assert same_bytes(second, trained(spectra, SMALL))


def test_it_stops_when_patience_runs_out_slows_down_before_and_keeps_the_best():
    # Noise alone: after a few epochs nothing generalises.
    noise = np.random.default_rng(0).normal(size=(64, 30)).astype(np.float32)
    options = VaeSettings(
        hidden=(64,), n_latent=2, batch=8, epochs=200, patience=6, slow_after=3, learning_rate=0.01
    )
    trainer = trained(noise, options)
    assert len(trainer.history) == trainer.best_epoch + 6 < 200
    rates = [epoch.learning_rate for epoch in trainer.history]
    assert rates[trainer.best_epoch + 3] == pytest.approx(0.1 * rates[trainer.best_epoch - 1])
    assert trainer.history[trainer.best_epoch - 1].validation_loss == min(
        epoch.validation_loss for epoch in trainer.history
    )


def test_before_any_training_it_gives_the_mean_of_what_it_learns_from():
    spectra = family()
    trainer = VaeTrainer(spectra, SMALL)
    mean = spectra[trainer.train_rows].mean(axis=0)
    np.testing.assert_allclose(trainer.best().latent_mean(mean[None]), 0, atol=1e-5)
    np.testing.assert_allclose(trainer.best().reconstruct(mean[None])[0], mean, atol=1e-5)


def test_a_start_at_the_mean_saves_epochs():
    spectra = family(400) + np.float32(5)
    first = VaeTrainer(spectra, SMALL)
    second = VaeTrainer(spectra, SMALL)
    start_at(second._vae, torch.zeros(60))
    assert first.run_epoch().validation_loss < 0.2 * second.run_epoch().validation_loss


def test_validation_spectra_are_not_learnt_from():
    spectra = family()
    first = VaeTrainer(spectra, SMALL)
    changed = spectra.copy()
    changed[first.validation_rows] += 3.0
    second = VaeTrainer(changed, SMALL)
    assert first.run_epoch().loss == second.run_epoch().loss
    assert first.state().arrays["now.output.weight"].tobytes() == (
        second.state().arrays["now.output.weight"].tobytes()
    )


def test_spectra_that_cannot_be_learnt_from_are_refused():
    with pytest.raises(ValueError, match="finite"):
        VaeTrainer(np.full((5, 10), np.nan, np.float32), SMALL)
    with pytest.raises(ValueError, match="epochs=0"):
        VaeSettings(epochs=0)


def test_a_training_that_diverges_says_in_which_epoch():
    trainer = VaeTrainer(family() * np.float32(1e19), SMALL)
    with pytest.raises(FloatingPointError, match="epoch 1"):
        trainer.run_epoch()


def test_the_loss_is_the_papers_sum():
    vae = Vae(20, hidden=(8,), n_latent=2)
    rng = torch.Generator().manual_seed(0)
    x, noise, prior = (torch.randn(n, d, generator=rng) for n, d in ((6, 20), (6, 2), (50, 2)))
    mean, log_variance = vae.encode(x)
    latent = mean + torch.exp(log_variance / 2) * noise
    mse = ((vae.decode(latent) - x) ** 2).mean()
    expected = (
        20 * mse
        + (1 - 0.3) * kl_divergence(mean, log_variance, form="text")
        + (0.3 + 8.6 - 1) * mean_discrepancy(latent, prior)
    )
    found = info_vae_loss(vae, x, noise, prior, alpha=0.3, lam=8.6, kld="text")
    torch.testing.assert_close(found, expected)


@settings(max_examples=30)
@given(st.floats(-3, 3), st.floats(-3, 3))
def test_the_divergence_is_that_of_two_gaussians(mean, log_variance):
    one = torch.distributions.Normal(mean, float(np.exp(log_variance / 2)))
    expected = torch.distributions.kl_divergence(one, torch.distributions.Normal(0.0, 1.0))
    shape = torch.ones(4, 5)
    text = kl_divergence(mean * shape, log_variance * shape, form="text")
    code = kl_divergence(mean * shape, log_variance * shape, form="code")
    torch.testing.assert_close(text, 5 * expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(code, expected, rtol=1e-4, atol=1e-5)


def test_the_discrepancy_tells_a_shifted_sample_from_one_of_the_prior():
    rng = torch.Generator().manual_seed(0)
    prior, alike, shifted = (torch.randn(500, 12, generator=rng) for _ in range(3))
    for kernel in ("older code", "newest code"):
        apart = partial(mean_discrepancy, kernel=kernel)
        assert apart(prior, prior).item() == pytest.approx(0, abs=1e-6)
        assert apart(shifted + 2, prior) > 5 * apart(alike, prior)


# The prior's samples as many as O25 draws, the latents of one batch.
@pytest.mark.parametrize(
    ("kernel", "of_the_prior", "shifted"),
    [("text", 0.0089, 0.0089), ("older code", 0.0088, 0.033), ("newest code", 0.0013, 0.134)],
)
def test_lambda_weighs_three_kernels_that_differ_by_an_order(kernel, of_the_prior, shifted):
    rng = torch.Generator().manual_seed(0)
    draws = [[torch.randn(n, 12, generator=rng) for n in (256, 200)] for _ in range(40)]
    for shift, expected in ((0, of_the_prior), (1, shifted)):
        terms = [mean_discrepancy(a + shift, b, kernel=kernel).item() for a, b in draws]
        assert np.mean(terms) == pytest.approx(expected, rel=0.1, abs=3e-4)


@settings(max_examples=20)
@given(st.integers(2, 20), st.floats(-2, 2))
def test_each_kernel_is_the_gaussian_it_says(n_latent, shift):
    rng = np.random.default_rng(n_latent)
    a, b = rng.normal(size=(5, n_latent)) + shift, rng.normal(size=(4, n_latent))
    for kernel, factor in (
        ("text", n_latent / 2), ("older code", 0.25), ("newest code", 1 / n_latent**2)
    ):  # fmt: skip
        means = [np.exp(-factor * cdist(x, y) ** 2).mean() for x, y in ((a, a), (b, b), (a, b))]
        found = mean_discrepancy(torch.from_numpy(a), torch.from_numpy(b), kernel=kernel)
        assert found.item() == pytest.approx(means[0] + means[1] - 2 * means[2], abs=1e-9)


def test_an_unknown_kernel_is_quoted():
    points = torch.zeros(3, 2)
    with pytest.raises(ValueError, match="'paper'"):
        mean_discrepancy(points, points, kernel="paper")
    with pytest.raises(ValueError, match="got 'paper'"):
        VaeSettings(mmd="paper")


def test_the_kernel_of_the_settings_is_the_one_that_trains():
    losses = {
        kernel: VaeTrainer(family(), replace(SMALL, mmd=kernel)).run_epoch().loss
        for kernel in ("text", "older code", "newest code")
    }
    assert len(set(losses.values())) == 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_learns_alike_and_reconstructs_to_a_hundred_thousandth():
    spectra = family()
    here, there = trained(spectra, SMALL), VaeTrainer(spectra, SMALL, device="cuda")
    while not there.finished:
        there.run_epoch()
    assert there.history[0].loss == pytest.approx(here.history[0].loss, rel=1e-3)
    vae = there.best()
    on_processor = vae.reconstruct(spectra)
    np.testing.assert_allclose(vae.to("cuda").reconstruct(spectra), on_processor, atol=1e-5)
