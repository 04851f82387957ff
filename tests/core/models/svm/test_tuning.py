import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel
from sklearn.model_selection import cross_val_predict
from sklearn.svm import SVC
from spexplain.core.models.splits import cross_validation
from spexplain.core.models.svm.cross_validation import score_points
from spexplain.core.models.svm.kernel_matrix import KERNELS, Gram
from spexplain.core.models.svm.timing import training_seconds
from spexplain.core.models.svm.training import SvmSettings
from spexplain.core.models.svm.tuning import TuneSettings, tune_kernel

QUICK = TuneSettings(c_decades=4.0, gamma_decades=1.5, rounds=3)


@pytest.fixture(scope="module")
def rings():
    """Two classes that only a curved boundary parts, of a width that fits few gammas."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 120)
    labels = np.where(np.arange(120) % 2 == 0, "inner", "outer")
    radius = np.where(labels == "inner", 1.0, 1.6) + 0.2 * rng.normal(size=120)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), labels


def test_kernels_are_those_of_scikit_learn():
    spectra = np.random.default_rng(0).normal(1, 0.3, (20, 50))
    gram = Gram(spectra)
    np.testing.assert_allclose(gram.kernel("linear", None), spectra @ spectra.T)
    np.testing.assert_allclose(gram.kernel("rbf", 0.05), rbf_kernel(spectra, gamma=0.05))
    for degree in (2, 3):
        expected = polynomial_kernel(spectra, degree=degree, gamma=0.3, coef0=0)
        np.testing.assert_allclose(gram.kernel(f"poly{degree}", 0.3), expected)


@pytest.mark.parametrize("split", ["random", "stratified", "grouped"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_every_point_is_plain_cross_validation(kernel, split):
    """The kernel worked out once gives the same predictions as a machine on the spectra."""
    rng = np.random.default_rng(0)
    labels = np.array(["type 1", "type 2", "intermediate"])[rng.choice(3, 120, p=[0.3, 0.5, 0.2])]
    groups = np.arange(120) // 2
    spectra = 1 + 0.3 * rng.normal(size=(120, 60))
    spectra[labels == "type 1", 20:30] += 0.3
    spectra[labels == "intermediate", 25:30] += 0.25
    settings = SvmSettings(kernel, 1.0, None if kernel == "linear" else 1.0, split=split)
    gammas = [None] if kernel == "linear" else [0.005, 0.5]
    places = [(c, gamma) for c in (5e-4, 0.07, 50.0) for gamma in gammas]
    found = score_points(Gram(spectra), labels, settings, places, groups=groups, jobs=2)
    folds = cross_validation(labels, method=split, folds=5, seed=0, groups=groups)
    form = {"kernel": "poly", "degree": int(kernel[-1])} if "poly" in kernel else {"kernel": kernel}
    for c, gamma in places:
        more = {} if gamma is None else {"gamma": gamma}
        machine = SVC(C=c, class_weight="balanced", **form, **more)
        plain = cross_val_predict(machine, spectra, labels, cv=folds)
        f = f1_score(labels, plain, average="macro", zero_division=0.0)
        assert found[c, gamma] == pytest.approx(f, abs=0.01), (c, gamma)
    assert max(found.values()) > 0.6


def test_refinement_only_improves_on_the_coarse_grid_and_ends(rings):
    spectra, labels = rings
    coarse = TuneSettings(c_decades=4.0, gamma_decades=1.5, rounds=0)
    settings = SvmSettings("rbf", 1.0, 1.0)
    first = tune_kernel(Gram(spectra), labels, settings, coarse)
    found = tune_kernel(Gram(spectra), labels, settings, QUICK)
    assert set(first.points) < set(found.points)
    assert found.macro_f >= first.macro_f > 0.8
    assert (
        found.points[found.best.c, found.best.gamma] == found.macro_f == max(found.points.values())
    )
    assert 1 <= found.rounds <= 3


def test_a_broken_off_search_goes_on_and_jobs_change_nothing(rings):
    spectra, labels = rings
    settings, known = SvmSettings("rbf", 1.0, 1.0), {}

    def stop_at_five(place, macro_f):
        known[place] = macro_f
        if len(known) == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        tune_kernel(Gram(spectra), labels, settings, QUICK, on_point=stop_at_five)
    asked = []
    resumed = tune_kernel(
        Gram(spectra), labels, settings, QUICK, known=known, jobs=2,
        on_point=lambda place, _: asked.append(place),
    )  # fmt: skip
    assert set(asked).isdisjoint(known)
    whole = tune_kernel(Gram(spectra), labels, settings, QUICK)
    assert resumed.points == whole.points
    assert resumed.best == whole.best


def test_the_linear_kernel_has_no_gamma_to_tune():
    labels = np.repeat(["a", "b"], 30)
    spectra = np.random.default_rng(0).normal(size=(60, 200)) + (labels == "a")[:, None]
    found = tune_kernel(Gram(spectra), labels, SvmSettings(), QUICK)
    assert {gamma for _, gamma in found.points} == {None}
    assert found.best.gamma is None


def test_grouped_folds_see_through_repeats():
    """Each object twice: by chance its twin is learned by heart, by group it must be guessed."""
    rng = np.random.default_rng(0)
    spectra, labels = np.repeat(rng.normal(size=(60, 400)), 2, axis=0), rng.choice(["a", "b"], 60)
    labels, groups = np.repeat(labels, 2), np.repeat(np.arange(60), 2)
    scores = {
        split: score_points(
            Gram(spectra), labels, SvmSettings(split=split), [(1.0, None)], groups=groups
        )[1.0, None]
        for split in ("random", "grouped")
    }
    assert scores["random"] > 0.8 > 0.7 > scores["grouped"]


def test_settings_without_a_meaning_are_refused():
    with pytest.raises(ValueError, match=r"kernels=\('cubic',\)"):
        TuneSettings(kernels=("cubic",))  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="c_decades=0"):
        TuneSettings(c_decades=0)


def test_training_is_timed_as_often_as_asked(rings):
    ticks = iter(range(100))
    seconds = training_seconds(*rings, SvmSettings(), repeats=3, clock=lambda: float(next(ticks)))
    assert seconds.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="repeats=0"):
        training_seconds(*rings, SvmSettings(), repeats=0)
