"""Redrawn noise has the variance that is known, and the correlation that resampling leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.detector_noise import LOG_PIXELS, DetectorPixels, noise_draws
from spexplain.core.spectra.grid import resample

N = 1500


def rngs(n: int, seed: int = 0) -> list[np.random.Generator]:
    return [np.random.default_rng((seed, i)) for i in range(n)]


def by_resampling(
    pixels: DetectorPixels, wave_rest_aa: np.ndarray, z: float
) -> tuple[np.ndarray, np.ndarray]:
    """Noise of unit-ish variance drawn on the detector and resampled, and its inverse variance."""
    wave_obs = wave_rest_aa * (1 + z)
    low, high = pixels.position(wave_obs)[[0, -1]]
    at = np.arange(np.floor(low) - 1, np.ceil(high) + 2) * pixels.step
    detector = 10.0**at if pixels.spacing == "log" else at
    sigma = 1.0 + 0.3 * np.sin(detector / 300.0)
    drawn = sigma * np.random.default_rng(5).standard_normal((N, len(detector)))
    ivar = np.broadcast_to(sigma**-2.0, drawn.shape)
    noise, on_grid = resample(detector / (1 + z), drawn, ivar, wave_rest_aa)
    return noise, on_grid[0]


@pytest.mark.parametrize("z", [0.02, 0.11, 0.6])
@pytest.mark.parametrize("pixels", [LOG_PIXELS, DetectorPixels("linear", 0.8)])
def test_redraws_scatter_as_detector_pixels_that_were_resampled(
    pixels: DetectorPixels, z: float
) -> None:
    wave = np.arange(4000.0, 4600.0)
    direct, ivar = by_resampling(pixels, wave, z)
    redrawn = noise_draws(ivar, wave * (1 + z), pixels, rngs(N))
    np.testing.assert_allclose(redrawn.std(axis=0), ivar**-0.5, rtol=0.12)
    for lag in (1, 2, 3):
        expected = np.mean(direct[:, lag:] * direct[:, :-lag])
        found = np.mean(redrawn[:, lag:] * redrawn[:, :-lag])
        assert found == pytest.approx(expected, abs=0.02 * float(direct.var()))


def test_drawn_independently_the_noise_of_a_segment_would_fall_short() -> None:
    wave, z = np.arange(4500.0, 5500.0), 0.05
    direct, ivar = by_resampling(LOG_PIXELS, wave, z)

    def of_segments(noise: np.ndarray) -> float:
        return float(noise.reshape(N, -1, 50).sum(axis=2).std())

    redrawn = noise_draws(ivar, wave * (1 + z), LOG_PIXELS, rngs(N))
    assert of_segments(redrawn) == pytest.approx(of_segments(direct), rel=0.02)
    alone = noise_draws(ivar, wave * (1 + z), None, rngs(N))
    assert of_segments(alone) < 0.85 * of_segments(direct)


@given(seed=st.integers(0, 1000), hole=st.integers(0, 50))
def test_pixels_without_data_get_no_noise_and_the_same_seed_the_same_bytes(
    seed: int, hole: int
) -> None:
    ivar = np.full(80, 4.0)
    ivar[hole : hole + 7] = 0
    wave = np.linspace(5000.0, 5080.0, 80)
    for pixels in (None, LOG_PIXELS):
        noise = noise_draws(ivar, wave, pixels, rngs(3, seed))
        assert (noise[:, ivar == 0] == 0).all()
        assert (noise[:, ivar > 0] != 0).all()
        again = noise_draws(ivar, wave, pixels, rngs(3, seed))
        assert noise.tobytes() == again.tobytes()


def test_pixels_have_a_step() -> None:
    with pytest.raises(ValueError, match="above 0, got 0"):
        DetectorPixels("log", 0)
