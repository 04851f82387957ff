from dataclasses import replace

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.explain import ExplainSettings
from spexplain.core.lime import lime_neighbourhood
from spexplain.core.neighbourhood import Neighbourhood
from spexplain.core.targets.folding import fold
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
    folded, values = state
    return folded.at_base + values.T @ folded.into


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
    np.testing.assert_allclose(state[0].at_base, at_base, atol=1e-11)


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


def test_a_single_sample_is_linear():
    net = network()
    x = 1 + 0.3 * np.random.default_rng(1).normal(size=120)
    folding = net.folding(Neighbourhood.one_pixel_each(x, 0.01 * x))
    one = folding.masks.apply_across(folding.pieces, slice(7, 8))
    alone = fold(net.inner, one, folding.units, folding.entered, reach=1.01)
    assert len(alone.affine) <= 1 + 5
    assert alone.values(one)[1]


def test_what_was_folded_for_some_samples_holds_for_those_beside_them():
    net, nb = network(), neighbourhood()
    folding = net.folding(nb)
    assert all(folding(rows)[0] is folding.folded for rows in (slice(0, 200), slice(200, 400)))


def test_a_sample_beyond_what_was_folded_for_is_told_and_folded_anew():
    net, nb = network(), neighbourhood()
    folding = net.folding(nb)
    far = replace(folding, pieces=40 * folding.pieces)
    assert not far.folded.values(far.masks.apply_across(far.pieces, slice(0, 50)))[1]
    anew, values = far(slice(0, 50))
    assert anew is not far.folded
    entered = far.entered + np.zeros((50, len(far.entered)))
    entered[:, far.units] += far.masks.apply(far.pieces, slice(0, 50))
    expected = net.hidden(torch.from_numpy(entered)).numpy()
    np.testing.assert_allclose(unfolded((anew, values)), expected, atol=1e-10)


def test_a_smaller_neighbourhood_takes_fewer_variables():
    net = network(hidden=(64, 64, 64))
    sizes = [len(net.folding(neighbourhood(3, f))(slice(0, 400))[1]) for f in (0.999, 0.5)]
    assert sizes[0] < sizes[1]
    # Nothing bends: what is left is the latent.
    assert sizes[0] == 5


def test_no_more_variables_than_units_that_ever_wake():
    net, nb = network(), neighbourhood(factor=-1)
    folding = net.folding(nb)
    probe = folding.masks.apply_across(folding.pieces, slice(0, 400))
    exactly = fold(net.inner, probe, folding.units, folding.entered)
    waking = (net.hidden(net.enter(nb.spectra())) > 0).any(dim=0).sum()
    assert len(exactly.into) <= max(5, int(waking))


def test_units_asleep_at_every_sample_and_the_base_have_no_part():
    net, nb = network(), neighbourhood()
    folding = net.folding(nb)
    state = folding(slice(0, 400))
    probe = folding.masks.apply_across(folding.pieces, slice(0, 400))
    exactly = fold(net.inner, probe, folding.units, folding.entered)
    asleep = np.abs(unfolded(state)).max(axis=0) < 1e-12
    assert asleep.any()
    assert (exactly.into[:, asleep & (exactly.at_base == 0)] == 0).all()
