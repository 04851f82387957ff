"""Spectra of any length come back as they went in."""

import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.data.collection.pixels.observed import StoredSpectrum
from spexplain.data.collection.pixels.observed_blocks import Block, block_path, write_block
from spexplain.data.collection.pixels.wave_code import decode_wave, encode_wave

LENGTHS = st.lists(st.integers(2, 60), min_size=1, max_size=12)


def drawn(lengths, seed):
    """Spectra on regular and on listed wavelengths, with and without a model."""
    rng = np.random.default_rng(seed)
    made = []
    for number, n in enumerate(lengths):
        steps = rng.uniform(0.5, 2, n) if number % 3 else np.full(n, 1.25)
        flux = rng.normal(size=n).astype(np.float32)
        flux[rng.random(n) < 0.2] = np.nan
        ivar = np.where(np.isnan(flux), 0, rng.uniform(0, 3, n)).astype(np.float32)
        model = rng.normal(size=n).astype(np.float32) if number % 2 else None
        made.append(StoredSpectrum(encode_wave(3800 + np.cumsum(steps)), flux, ivar, model))
    return made


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=LENGTHS, seed=st.integers(0, 2**16), ends=st.tuples(st.integers(0), st.integers(0)))
def test_every_spectrum_comes_back(tmp_path, lengths, seed, ends):
    spectra = drawn(lengths, seed)
    write_block(tmp_path / "block", spectra)
    block = Block(tmp_path / "block")
    assert len(block) == len(spectra)
    first, stop = sorted(end % len(spectra) for end in ends)
    for at, (flux, ivar) in enumerate(
        zip(*block.pixels(first, stop + 1), strict=True), start=first
    ):
        one = spectra[at]
        np.testing.assert_array_equal(flux, one.flux)
        np.testing.assert_array_equal(ivar, one.ivar)
        np.testing.assert_array_equal(block.wave(at), decode_wave(one.wave, len(one.flux)))
        model = block.model(at)
        assert (model is None) == (one.model is None)
        if model is not None:
            np.testing.assert_array_equal(model, one.model)


def test_equal_spectra_make_equal_blocks_and_others_do_not(tmp_path):
    digests = [write_block(tmp_path / str(k), drawn([5, 9], seed)) for k, seed in enumerate([0, 0])]
    assert digests[0] == digests[1]
    assert write_block(tmp_path / "other", drawn([5, 9], 1)) != digests[0]
    assert write_block(tmp_path / "longer", drawn([9, 5], 0)) != digests[0]


def test_a_block_takes_the_place_of_one_that_was_broken_off(tmp_path):
    write_block(tmp_path / "b", drawn([5, 9, 4], 0))
    write_block(tmp_path / "b", drawn([7], 1))
    assert len(Block(tmp_path / "b")) == 1


def test_wavelengths_that_many_share_are_stored_once_and_a_spectrum_is_read_alone(tmp_path):
    wave = encode_wave(3600 + np.cumsum(np.random.default_rng(0).uniform(0.5, 1, 4000)))
    rng = np.random.default_rng(1)
    flux = rng.normal(size=(40, 4000)).astype(np.float32)
    write_block(tmp_path / "b", [StoredSpectrum(wave, row, np.ones_like(row)) for row in flux])
    group = zarr.open_group(tmp_path / "b", mode="r")
    assert group["wave"].shape == (4000,)
    assert group["flux"].chunks[0] <= 10 * 4000  # what is unpacked for one spectrum
    assert group["flux"].shards[0] >= flux.size  # and yet one file
    np.testing.assert_array_equal(Block(tmp_path / "b").pixels(17, 18)[0][0], flux[17])


@pytest.mark.parametrize("number", [0, 711])
def test_blocks_lie_in_order_of_their_names(tmp_path, number):
    assert block_path(tmp_path, number) < block_path(tmp_path, number + 1)
