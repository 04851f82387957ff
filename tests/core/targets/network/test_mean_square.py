import numpy as np
import pytest
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.neighbourhood.masks import BinaryMasks, OneHotMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets.network.forward import LANES
from spexplain.core.targets.network.matrices import Network
from spexplain.core.targets.network.mean_square import MeanSquare
from spexplain.core.targets.network.quadratic_form import BAND

N_PIXELS = 200


def around(masks):
    rng = np.random.default_rng(3)
    x = 1 + 0.3 * rng.normal(size=N_PIXELS)
    labels = np.arange(N_PIXELS, dtype=np.int32) * masks.shape[1] // N_PIXELS
    return Neighbourhood(0.2 * x, 0.8 * x, labels, masks)


@pytest.mark.parametrize(
    "masks",
    [
        BinaryMasks.random(2 * LANES + 300, 25, seed=1),
        BinaryMasks.random(LANES, 25, seed=1),
        OneHotMasks(N_PIXELS, N_PIXELS),
    ],
)
def test_it_is_the_mean_square_of_every_reconstruction_over_tiles_and_bands(masks):
    neighbourhood = around(masks)
    vae = Vae(N_PIXELS, hidden=(BAND + 40, 64, 16), n_latent=5, seed=2)
    network = Network.of(vae, np.dtype(np.float64), slice(None))
    whole = network.folding(neighbourhood).whole
    assert whole.n_variables > BAND
    rows, spectra = slice(0, neighbourhood.n), neighbourhood.spectra()
    residuals = network.leave(network.hidden(network.enter(spectra))) - spectra
    found = MeanSquare(network).evaluator(neighbourhood)(rows)
    np.testing.assert_allclose(found, (residuals**2).mean(axis=1), rtol=1e-9)


def test_any_rows_are_what_they_are_among_all():
    neighbourhood = around(BinaryMasks.random(LANES + 200, 25, seed=1))
    vae = Vae(N_PIXELS, hidden=(BAND + 40, 64, 16), n_latent=5, seed=2)
    values = MeanSquare(Network.of(vae, np.dtype(np.float64), slice(None))).evaluator(neighbourhood)
    everyone = values(slice(0, neighbourhood.n))
    np.testing.assert_allclose(values(slice(250, 310)), everyone[250:310], rtol=1e-12)
