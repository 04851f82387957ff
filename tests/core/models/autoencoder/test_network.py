import subprocess
import sys

import numpy as np
import pytest
import torch
from spexplain.core.models.autoencoder.network import Vae

X = (1 + 0.1 * np.random.default_rng(0).normal(size=(5, 90))).astype(np.float32)


def test_the_default_layers_are_the_papers():
    shapes = [tuple(layer.weight.shape) for layer in Vae(3773).path()]
    widths = [3773, 256, 128, 64, 12, 64, 128, 256, 3773]
    assert shapes == list(zip(widths[1:], widths[:-1], strict=True))


def test_arrays_rebuild_the_same_network():
    vae = Vae(90, hidden=(20, 10, 5), n_latent=3, seed=4)
    again = Vae.from_arrays(vae.to_arrays())
    np.testing.assert_array_equal(again.reconstruct(X), vae.reconstruct(X))
    np.testing.assert_array_equal(again.latent_mean(X), vae.latent_mean(X))


def test_arrays_are_copies():
    vae = Vae(90, hidden=(8,), n_latent=2)
    vae.to_arrays()["output.bias"][:] = 99
    assert (vae.output.bias == 0).all()


def test_reconstruction_is_deterministic_and_decodes_the_mean():
    vae = Vae(90, hidden=(20, 10), n_latent=3, seed=4)
    np.testing.assert_array_equal(vae.reconstruct(X), vae.reconstruct(X))
    with torch.no_grad():
        decoded = vae.decode(torch.from_numpy(vae.latent_mean(X))).numpy()
        drawn, mean, log_variance = vae(torch.from_numpy(X), torch.zeros(5, 3))
    np.testing.assert_array_equal(vae.reconstruct(X), decoded)
    np.testing.assert_allclose(drawn.numpy(), decoded, rtol=1e-6)
    assert mean.shape == log_variance.shape == (5, 3)


def test_noise_moves_the_latent_by_the_standard_deviation():
    vae = Vae(90, hidden=(20,), n_latent=3, seed=4)
    with torch.no_grad():
        mean, log_variance = vae.encode(torch.from_numpy(X))
        noise = torch.ones(5, 3)
        expected = vae.decode(mean + torch.exp(0.5 * log_variance))
        torch.testing.assert_close(vae(torch.from_numpy(X), noise)[0], expected)


def test_the_seed_alone_decides_the_weights_and_global_state_is_left_alone():
    state = torch.random.get_rng_state()
    one, same, other = Vae(30, seed=1), Vae(30, seed=1), Vae(30, seed=2)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(one.output.weight, same.output.weight)
    assert not torch.equal(one.output.weight, other.output.weight)


def test_a_network_is_there_without_loading_what_only_symbols_need():
    code = "import sys; from spexplain.core.models.autoencoder.network import Vae; Vae(9)"
    said = f"{code}; print('sympy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", said], text=True).strip() == "False"


def test_spectra_of_any_layout_and_precision_are_taken():
    vae = Vae(90, hidden=(8,), n_latent=2)
    np.testing.assert_array_equal(vae.reconstruct(X.T.astype(np.float64).T), vae.reconstruct(X))


@pytest.mark.parametrize("name", ["output.weight", "mean.weight", "decoder.0.bias"])
def test_missing_arrays_are_refused(name):
    arrays = Vae(30, hidden=(8, 4), n_latent=2).to_arrays()
    del arrays[name]
    with pytest.raises(ValueError, match="not the arrays of a Vae"):
        Vae.from_arrays(arrays)


def test_arrays_of_another_shape_are_refused():
    arrays = Vae(30, hidden=(8, 4), n_latent=2).to_arrays()
    arrays["mean.bias"] = np.zeros(7, np.float32)
    with pytest.raises(ValueError, match=r"(?s)not the arrays of a Vae.*mean\.bias"):
        Vae.from_arrays(arrays)
