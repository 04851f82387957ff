"""Spectra read a window at a time: each once an epoch, well mixed, and the same training again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.models.autoencoder.training import VaeSettings, VaeTrainer
from spexplain.core.models.autoencoder.training_spectra import SpectraInBlocks, SpectraInMemory

N_PIXELS = 20
SMALL = VaeSettings(hidden=(16, 8), n_latent=2, epochs=4, batch=64, seed=3)


def stored(n: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    wave = np.linspace(0, 6, N_PIXELS)
    phase, noise = rng.uniform(0, 3, (n, 1)), 0.05 * rng.standard_normal((n, N_PIXELS))
    return (1 + np.sin(wave + phase) + noise).astype(np.float32)


def in_blocks(spectra: np.ndarray, at: np.ndarray, window: int) -> SpectraInBlocks:
    return SpectraInBlocks(lambda rows: spectra[rows], N_PIXELS, at, window)


@given(st.integers(2, 1500), st.integers(1, 700), st.integers(1, 90), st.integers(0, 99))
def test_an_epoch_has_every_row_once_in_windows_of_whole_batches(n, window, batch, seed):
    spectra = stored(n + 40)
    at = np.sort(np.random.default_rng(seed).choice(n + 40, n, replace=False))
    source = in_blocks(spectra, at, window)
    rows = np.arange(0, n, 2)
    order = source.shuffled(rows, torch.Generator().manual_seed(seed), batch=batch)
    assert sorted(order.tolist()) == rows.tolist()
    seen, lengths = [], []
    for values, here in source.windows(order, batch=batch):
        seen.append(values[here].numpy().copy())
        lengths.append(len(here))
        assert len(values) <= max(window, batch)
    assert all(length % batch == 0 for length in lengths[:-1])
    assert np.array_equal(np.concatenate(seen), spectra[at[order]])


def test_the_order_is_of_the_seed_and_mixes_far_rows():
    source = in_blocks(stored(4096), np.arange(4096), 1024)
    first, again, other = (
        source.shuffled(np.arange(4096), torch.Generator().manual_seed(seed), batch=64)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    # A window of 1024 holds four blocks of 256 from anywhere, and neighbours there are strangers.
    assert np.abs(np.diff(first[:1024])).mean() > 256


def test_a_mean_is_that_of_the_rows():
    spectra, rows = stored(900), np.arange(3, 900, 7)
    blocks = in_blocks(spectra, np.arange(900), 100).mean(rows)
    assert np.allclose(blocks, SpectraInMemory(spectra).mean(rows), rtol=1e-6)


def test_training_by_windows_learns_as_well_and_the_same_again():
    spectra = stored(500)
    at = np.arange(100, 500)
    settings = replace(SMALL, epochs=3)
    trained = [
        VaeTrainer(source, settings)
        for source in (spectra[at], in_blocks(spectra, at, 128), in_blocks(spectra, at, 128))
    ]
    for trainer in trained:
        while not trainer.finished:
            trainer.run_epoch()
    whole, blocks, again = (trainer.history[-1].validation_loss for trainer in trained)
    assert blocks == again
    assert whole != blocks  # another order, so other weights
    assert blocks < 1.2 * whole
    assert trained[0].history[0].validation_loss > whole  # there was something to learn


def test_a_training_by_windows_goes_on_to_the_same_bits():
    source = in_blocks(stored(200), np.arange(200), 64)
    straight, first, second = (VaeTrainer(source, SMALL) for _ in range(3))
    for _ in range(2):
        straight.run_epoch()
    first.run_epoch()
    second.restore(first.state())
    second.run_epoch()
    assert second.history == straight.history


def test_a_subset_is_of_the_same_spectra():
    spectra = stored(50)
    part = in_blocks(spectra, np.arange(10, 50), 16).subset(np.array([0, 5, 9]))
    ((values, here),) = part.windows(np.arange(3), batch=4)
    assert np.array_equal(values[here], spectra[[10, 15, 19]])
    assert part.shape == (3, N_PIXELS)
    whole = SpectraInMemory(spectra).subset(np.array([1, 2]))
    assert whole.shape == (2, N_PIXELS)


def test_what_cannot_be_learnt_from_is_refused():
    spectra = stored(40)
    spectra[30, 2] = np.nan
    with pytest.raises(ValueError, match="rows 0–39 is not"):
        in_blocks(spectra, np.arange(40), 64).mean(np.arange(40))
    with pytest.raises(ValueError, match="2 finite spectra"):
        in_blocks(spectra, np.arange(1), 64)
