from typing import get_args

import numpy as np
import pytest
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.targets import Score, VaeScore

D = 200
VAE = Vae(D, hidden=(32, 16), n_latent=4, seed=3)
KEPT = np.arange(D) % 5 != 0


def score(name, spectra, **knobs):
    kept = KEPT if name.startswith("filtered") else None
    return VaeScore(VAE, name, kept=kept, **knobs)(spectra)


def spectra(n=9, seed=0):
    return (1 + 0.3 * np.random.default_rng(seed).normal(size=(n, D))).astype(np.float32)


def by_the_book(name, x):
    """Filter, residual, trim, mean: O25 in the plainest numpy."""
    reconstruction = VAE.reconstruct(x).astype(float)
    values = []
    for row, again in zip(x.astype(float), reconstruction, strict=True):
        if name.startswith("filtered"):
            row, again = row[KEPT], again[KEPT]
        residual = again - row
        kept = np.arange(len(row))
        if "trimmed" in name:
            n_kept = len(row) - int(0.03 * len(row))
            kept = np.argsort(np.abs(residual), kind="stable")[:n_kept]
        weight = 1 / (np.maximum(row, 0) + 1e-3) if "chi2" in name else np.ones(len(row))
        values.append(np.mean((residual**2 * weight)[kept]))
    return np.array(values)


@pytest.mark.parametrize("name", get_args(Score))
def test_every_score_is_what_the_paper_writes(name):
    np.testing.assert_allclose(score(name, spectra()), by_the_book(name, spectra()), rtol=1e-5)


@pytest.mark.parametrize("name", get_args(Score))
def test_flux_of_zero_and_below_gives_finite_positive_scores(name):
    x = spectra()
    x[:, :40] = 0
    x[:, 40:60] = -1e-3
    x[:, 60:70] = -0.7
    values = score(name, x)
    assert np.isfinite(values).all()
    assert (values > 0).all()
    np.testing.assert_allclose(values, by_the_book(name, x), rtol=1e-4)


@pytest.mark.parametrize("name", ["mse", "chi2"])
def test_nothing_trimmed_is_the_untrimmed_score(name):
    np.testing.assert_allclose(
        score(f"trimmed-{name}", spectra(), trimmed=0.0), score(name, spectra()), rtol=1e-6
    )
    shares = [score(f"trimmed-{name}", spectra(), trimmed=t) for t in (0.0, 0.03, 0.2)]
    if name == "mse":
        assert (shares[0] > shares[1]).all()
        assert (shares[1] > shares[2]).all()
    with pytest.raises(ValueError, match="got 1"):
        score(f"trimmed-{name}", spectra(), trimmed=1.0)


@pytest.mark.parametrize("name", ["trimmed-mse", "trimmed-chi2"])
def test_trimmed_scores_shrug_off_a_few_wild_pixels(name):
    x = spectra()
    tame = score(name, x)
    x[:, 7:13] += 1000  # six pixels are 3 % of 200
    plain = name.removeprefix("trimmed-")
    assert (score(plain, x) > 100 * tame).all()


def test_equal_residuals_at_the_border_are_kept_from_the_blue():
    vae = Vae(100, hidden=(4,), n_latent=2)
    vae.output.weight.data[:] = 0
    x = np.where(np.arange(100) < 50, 1.0, 2.0)[None]
    vae.output.bias.data[:] = 1.5  # every |r| is one half
    expected = (50 * 0.25 / 1.001 + 47 * 0.25 / 2.001) / 97
    assert VaeScore(vae, "trimmed-chi2")(x)[0] == pytest.approx(expected, rel=1e-12)


def test_filtered_scores_do_not_see_the_pixels_left_out():
    x = spectra(1)
    vae = Vae(D, hidden=(8,), n_latent=2)
    vae.encoder[0].weight.data[:, ~KEPT] = 0
    target = VaeScore(vae, "filtered-mse", kept=KEPT)
    before = target(x)
    x[:, ~KEPT] += 5
    np.testing.assert_array_equal(target(x), before)


def test_an_injected_outlier_has_the_highest_score():
    x = 1 + 0.2 * (spectra(300) - 1)
    x[123, 50:60] += 8
    for name in get_args(Score):
        if "trimmed" not in name:
            assert np.argmax(score(name, x)) == 123


def test_the_precision_of_the_spectra_is_that_of_the_scores():
    x = spectra(4)
    single, double = score("mse", x), score("mse", x.astype(np.float64))
    np.testing.assert_allclose(single, double, rtol=1e-6)
    assert (single != double).any()


def test_blocks_do_not_show():
    x = spectra(1201)
    np.testing.assert_allclose(score("mse", x)[700:710], score("mse", x[700:710]), rtol=1e-6)


def test_what_does_not_fit_is_quoted():
    with pytest.raises(ValueError, match=r"score must be one of .*got 'rmse'"):
        VaeScore(VAE, "rmse")
    with pytest.raises(ValueError, match=r"filtered scores alone take kept.*'mse'"):
        VaeScore(VAE, "mse", kept=KEPT)
    with pytest.raises(ValueError, match=r"filtered scores alone take kept.*None"):
        VaeScore(VAE, "filtered-mse")
    with pytest.raises(ValueError, match=r"kept must be \(200,\).*got \(3,\)"):
        VaeScore(VAE, "filtered-mse", kept=np.ones(3, bool))
    with pytest.raises(ValueError, match="with 0"):
        VaeScore(VAE, "filtered-mse", kept=np.zeros(D, bool))


@pytest.mark.parametrize("name", get_args(Score))
def test_a_spectrum_with_a_missing_pixel_has_no_score(name):
    x = spectra()
    x[3, 41] = np.nan
    assert np.flatnonzero(np.isnan(score(name, x))).tolist() == [3]
