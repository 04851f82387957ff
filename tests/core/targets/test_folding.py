import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.explain import ExplainSettings
from spexplain.core.lime import lime_neighbourhood
from spexplain.core.neighbourhood import Neighbourhood
from spexplain.core.targets.network import Network
from spexplain.core.vae import Vae

DOUBLE = np.dtype(np.float64)


def network(seed=0, n_pixels=120, hidden=(48, 24, 12)):
    vae = Vae(n_pixels, hidden=hidden, n_latent=5, seed=seed)
    return Network.of(vae, DOUBLE, slice(None))


def neighbourhood(seed=0, factor=0.9, n_segments=15):
    x = 1 + 0.3 * np.random.default_rng(seed).normal(size=120)
    chosen = ExplainSettings(n_segments=n_segments, n_samples=400, factor=factor, seed=seed)
    single = lime_neighbourhood(x, chosen)
    return Neighbourhood(
        single.base.astype(float), single.delta.astype(float), single.labels, single.masks
    )


def unfolded(state):
    return (state.at_base + state.values.T @ state.into).numpy()


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    factor=st.floats(-1, 2),
    n_segments=st.integers(1, 100),
    stop=st.integers(1, 400),
)
def test_unfolded_activations_are_the_networks(seed, factor, n_segments, stop):
    net, nb = network(seed), neighbourhood(seed, factor, n_segments)
    state = net.folding(nb)(slice(0, stop))
    expected = net.hidden(net.enter(nb.spectra(slice(0, stop)))).numpy()
    np.testing.assert_allclose(unfolded(state), expected, atol=1e-11)
    at_base = net.hidden(net.enter(nb.base[None])).numpy()[0]
    np.testing.assert_allclose(state.at_base, at_base, atol=1e-11)


def test_one_pixel_at_a_time_is_folded_too():
    net = network()
    x = 1 + 0.3 * np.random.default_rng(1).normal(size=120)
    nb = Neighbourhood.one_pixel_each(x, 0.01 * x)
    state = net.folding(nb)(slice(20, 90))
    expected = net.hidden(net.enter(nb.spectra(slice(20, 90)))).numpy()
    np.testing.assert_allclose(unfolded(state), expected, atol=1e-12)


def test_the_pieces_are_left_as_they_were():
    net, nb = network(), neighbourhood()
    folding = net.folding(nb)
    first = unfolded(folding(slice(0, 50)))
    np.testing.assert_array_equal(unfolded(folding(slice(0, 50))), first)


@pytest.mark.parametrize("rows", [slice(0, 1), slice(7, 8)])
def test_a_single_sample_is_linear(rows):
    net = network()
    x = 1 + 0.3 * np.random.default_rng(1).normal(size=120)
    folding = net.folding(Neighbourhood.one_pixel_each(x, 0.01 * x))
    before = folding.pieces.copy()
    assert len(folding(rows).values) <= 5
    np.testing.assert_array_equal(folding.pieces, before)


def test_a_smaller_neighbourhood_takes_fewer_variables():
    net = network(hidden=(64, 64, 64))
    sizes = [len(net.folding(neighbourhood(3, f))(slice(0, 400)).values) for f in (0.999, 0.5)]
    assert sizes[0] < sizes[1]
    # Nothing bends: what is left is the latent.
    assert sizes[0] == 5


def test_no_more_variables_than_units_that_ever_wake():
    net, nb = network(), neighbourhood(factor=-1)
    state = net.folding(nb)(slice(0, 400))
    waking = (net.hidden(net.enter(nb.spectra())) > 0).any(dim=0).sum()
    assert len(state.values) <= max(5, int(waking))


def test_units_asleep_at_every_sample_and_the_base_have_no_part():
    net, nb = network(), neighbourhood()
    state = net.folding(nb)(slice(0, 400))
    asleep = torch.from_numpy(unfolded(state)).abs().max(dim=0).values < 1e-12
    assert asleep.any()
    assert (state.into[:, asleep & (state.at_base == 0)] == 0).all()
