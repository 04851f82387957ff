import numpy as np
import pytest
from spexplain.core.models.noise_robustness import NOISE_SIGMAS, noise_test

LABELS = np.array(["faint"] * 60 + ["strong"] * 60)


def line_spectra():
    """A line of height 1 or 6 in the first pixel of ten."""
    spectra = np.ones((120, 10))
    spectra[:, 0] = np.where(LABELS == "faint", 1.0, 6.0)
    return spectra


def by_height(spectra):
    return np.where(spectra[:, 0] > 3.5, "strong", "faint")


def test_f_is_whole_without_noise_and_falls_as_it_grows():
    curve = noise_test(by_height, line_spectra(), LABELS, sigmas=(0, 1, 2, 4, 40), repeats=4)
    f = curve.macro_f.mean(axis=1)
    assert f[0] == 1
    assert np.all(np.diff(f) < 0)
    assert f[-1] < 0.65  # hardly better than guessing
    assert curve.f_score.shape == (5, 4, 2)
    assert curve.to_dict()["spread"][0] == 0 < curve.to_dict()["spread"][3]


def test_the_same_seed_draws_the_same_noise_and_another_another():
    spectra, sigmas = line_spectra(), (3.0,)
    first = noise_test(by_height, spectra, LABELS, sigmas=sigmas, seed=1)
    again = noise_test(by_height, spectra, LABELS, sigmas=sigmas, seed=1)
    np.testing.assert_array_equal(first.f_score, again.f_score)
    other = noise_test(by_height, spectra, LABELS, sigmas=sigmas, seed=2)
    assert (first.f_score != other.f_score).any()


def test_the_standard_deviation_is_sigma():
    seen = []

    def look(spectra):
        seen.append(float((spectra - line_spectra()).std()))
        return LABELS

    noise_test(look, line_spectra(), LABELS, repeats=1)
    np.testing.assert_allclose(seen, NOISE_SIGMAS, rtol=0.1)


def test_what_is_called_is_counted_whatever_it_is():
    spectra = line_spectra()
    calm = noise_test(by_height, spectra, LABELS, sigmas=(0,), repeats=2)
    np.testing.assert_array_equal(calm.called, np.full((1, 2, 2), 0.5))
    stubborn = noise_test(lambda s: np.full(len(s), "faint"), spectra, LABELS, repeats=1).to_dict()
    assert stubborn["by_class"]["faint"]["called"] == [1.0] * len(NOISE_SIGMAS)
    assert stubborn["by_class"]["strong"]["called"] == [0.0] * len(NOISE_SIGMAS)


def test_a_class_called_that_is_not_there_counts_as_wrong():
    curve = noise_test(lambda s: np.full(len(s), "neither"), line_spectra(), LABELS, repeats=1)
    assert curve.classes == ("faint", "strong")
    assert not curve.f_score.any()
    assert curve.to_dict()["ends"] == [None] * len(NOISE_SIGMAS)


def test_intervals_are_of_the_spectra_however_often_noise_is_drawn():
    curves = [
        noise_test(by_height, line_spectra(), LABELS, sigmas=(0, 2), repeats=n) for n in (1, 20)
    ]
    for curve in curves:
        assert curve.counts == (60, 60)
        f = curve.f_score.mean(axis=1)
        assert np.all((curve.f_ends[..., 0] <= f) & (f <= curve.f_ends[..., 1]))
        assert curve.f_ends[0, 0, 1] == 1 > curve.f_ends[0, 0, 0] > 0.9
    once, often = (np.ptp(curve.f_ends[1], axis=1) for curve in curves)
    np.testing.assert_allclose(once, often, rtol=0.2)
    low, high = curves[1].macro_ends[1]
    assert low < curves[1].macro_f[1].mean() < high


def test_nonsense_is_refused_with_the_values():
    with pytest.raises(ValueError, match=r"got \(-1,\), 5 draws"):
        noise_test(by_height, line_spectra(), LABELS, sigmas=(-1,))
