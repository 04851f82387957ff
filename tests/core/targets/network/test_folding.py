from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.compute.workers import Once
from spexplain.core.explain.entry import ExplainSettings
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets.network.folding import fold
from spexplain.core.targets.network.matrices import Network

DOUBLE = np.dtype(np.float64)


def network(seed=0, n_pixels=120, hidden=(48, 24, 12)):
    vae = Vae(n_pixels, hidden=hidden, n_latent=5, seed=seed)
    return Network.of(vae, DOUBLE, slice(None))


def neighbourhood(seed=0, factor=0.9, n_segments=15):
    x = 1 + 0.3 * np.random.default_rng(seed).normal(size=120)
    chosen = ExplainSettings(n_segments=n_segments, n_samples=400, seed=seed)
    drawn = lime_neighbourhood(x, chosen)
    # Below 0 too, which no setting asks for, but what is folded must not depend on it.
    return Neighbourhood(factor * x, x - factor * x, drawn.labels, drawn.masks)


class Ways:
    """Hidden activations (n, H) of rows, and the ways that were taken for them."""

    def __init__(self, folding):
        self.folding, self.taken = folding, []

    def activations(self, rows):
        tried = self.folding.tried(rows)
        if tried is None:
            return self.folding.values(rows, self._by_way)
        self.taken.append((self.folding.whole, rows))
        return behind(self.folding.whole, tried)

    def _by_way(self, way, rows):
        variables, astray = way.values(self.folding.entering(rows))
        self.taken.append((way, rows))
        return behind(way, variables), astray


def behind(way, variables):
    return way.at_base + variables.T @ way.through(np.eye(len(way.at_base)))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    factor=st.floats(-1, 2),
    n_segments=st.integers(1, 100),
    stop=st.integers(1, 400),
)
def test_activations_are_the_networks_whichever_way_they_take(seed, factor, n_segments, stop):
    net, nb = network(seed), neighbourhood(seed, factor, n_segments)
    folding, rows = net.folding(nb), slice(0, stop)
    expected = net.hidden(net.enter(nb.spectra(rows))).numpy()
    ways = Ways(folding)
    for found in (ways.activations(rows), folding.values(rows, ways._by_way)):
        np.testing.assert_allclose(found, expected, atol=1e-11)
    at_base = net.hidden(net.enter(nb.base[None])).numpy()[0]
    for way in (folding.whole, folding.folded):
        np.testing.assert_allclose(way.at_base, at_base, atol=1e-11)


def test_one_pixel_at_a_time_is_folded_too():
    net = network()
    x = 1 + 0.3 * np.random.default_rng(1).normal(size=120)
    nb, rows = Neighbourhood.one_pixel_each(x, 0.01 * x), slice(20, 90)
    expected = net.hidden(net.enter(nb.spectra(rows))).numpy()
    folding = net.folding(nb)
    np.testing.assert_allclose(Ways(folding).activations(rows), expected, atol=1e-12)


def test_the_same_rows_are_the_same_bytes():
    folding = network().folding(neighbourhood())
    for rows in (slice(0, 200), slice(200, 400)):
        one, other = (Ways(folding).activations(rows) for _ in range(2))
        assert one.tobytes() == other.tobytes()


def test_the_first_samples_take_the_whole_network_and_the_others_need_not():
    folding = network().folding(neighbourhood())
    for rows, way in (
        (slice(0, 200), folding.whole),
        (slice(200, 400), folding.folded),
        (slice(0, 201), folding.folded),
    ):
        ways = Ways(folding)
        ways.activations(rows)
        assert ways.taken[0] == (way, rows)
    assert folding.folded.n_variables < folding.whole.n_variables


def test_what_was_folded_for_some_samples_holds_for_nearly_all_beside_them():
    ways = Ways(network().folding(neighbourhood()))
    ways.activations(slice(200, 400))
    assert sum(len(rows) for _, rows in ways.taken[1:]) < 10


def test_a_sample_beyond_what_was_folded_for_is_told_and_takes_the_whole_network():
    net, nb = network(), neighbourhood()
    far = replace(nb, delta=100 * nb.delta)
    # As folded for samples that change nothing.
    still = BinaryMasks.pack(np.zeros((50, nb.n_segments)))
    near = net.folding(replace(far, masks=still)).folded
    folding = net.folding(far)
    folding._folded = Once(lambda: near)
    ways, rows = Ways(folding), slice(200, 250)
    found = ways.activations(rows)
    assert [way for way, _ in ways.taken] == [near, folding.whole]
    astray = ways.taken[1][1]
    assert len(astray) > 40
    assert set(astray) <= set(range(200, 250))
    expected = net.hidden(net.enter(far.spectra(rows))).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-9)


def exactly(net, nb):
    """The network folded for a neighbourhood's samples and no further, and what enters at these."""
    folding = net.folding(nb)
    pieces = nb.segment_sums(net.into)
    base = net.enter(nb.base[None]).numpy()[0]
    units = np.flatnonzero(base + np.maximum(nb.masks.most(pieces), 0) > 0)
    entered = nb.masks.factors(np.take(pieces.T, units, axis=0), slice(0, nb.n))
    _, seen = folding.whole.watched(entered)
    return fold(net.inner, units, base, folding.whole.apart(seen), reach=1 + 1e-9), entered


def test_nothing_that_was_seen_is_astray():
    network_folded, entered = exactly(network(), neighbourhood(factor=0.3))
    assert len(network_folded.values(entered)[1]) == 0


def test_a_single_sample_is_linear():
    net, nb = network(), neighbourhood()
    alone, entered = exactly(net, replace(nb, masks=nb.masks.head(1)))
    assert alone.n_variables <= 5
    assert len(alone.values(entered)[1]) == 0


def test_a_smaller_neighbourhood_takes_fewer_variables():
    net = network(hidden=(64, 64, 64))
    sizes = [net.folding(neighbourhood(3, f)).folded.n_variables for f in (0.999, 0.5)]
    assert sizes[0] < sizes[1]
    # Nothing bends: what is left is the latent.
    assert sizes[0] == 5


def test_no_more_variables_than_units_that_ever_wake():
    net, nb = network(), neighbourhood(factor=-1)
    waking = (net.hidden(net.enter(nb.spectra())) > 0).any(dim=0).sum()
    assert exactly(net, nb)[0].n_variables <= max(5, int(waking))


def test_units_asleep_at_every_sample_and_the_base_have_no_part():
    net, nb = network(), neighbourhood()
    hidden = net.hidden(net.enter(np.concatenate([nb.spectra(), nb.base[None]]))).numpy()
    asleep = (hidden == 0).all(axis=0)
    assert asleep.any()
    slopes = exactly(net, nb)[0].through(np.eye(len(asleep)))
    assert (slopes[:, asleep] == 0).all()
