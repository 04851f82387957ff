import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from spexplain.core.models.splits import SPLITS
from spexplain.core.models.svm.kernel_matrix import KERNELS
from spexplain.core.models.svm.training import (
    SvmSettings,
    fit_classifier,
    new_classifier,
    split_sample,
    train_svm,
)


def spectra_of_three_types(n=240, seed=0):
    """Flat spectra whose line sits at a place that depends on the class."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(["type 1", "type 2", "intermediate"], n, p=[0.2, 0.6, 0.2])
    spectra = 1 + 0.1 * rng.normal(size=(n, 300))
    for at, label in enumerate(("type 1", "type 2", "intermediate")):
        spectra[labels == label, 50 + 100 * at] += 2
    return spectra.astype(np.float32), labels


def test_the_split_has_the_papers_fractions_and_depends_on_the_seed_alone():
    labels = np.full(3346, "type 2")
    split = split_sample(labels, SvmSettings())
    assert [round(float(np.mean(split == part)), 2) for part in SPLITS] == [0.64, 0.16, 0.20]
    np.testing.assert_array_equal(split, split_sample(labels, SvmSettings()))
    assert (split != split_sample(labels, SvmSettings(seed=1))).any()


@pytest.mark.parametrize("kernel", KERNELS)
def test_fitting_by_pairs_is_fitting(kernel):
    spectra, labels = spectra_of_three_types()
    settings = SvmSettings.of_paper(kernel)
    found = fit_classifier(spectra, labels, settings)
    plain = new_classifier(settings).fit(spectra, labels)
    np.testing.assert_allclose(
        found.predict_proba(spectra), plain.predict_proba(spectra), rtol=1e-9
    )
    assert found.n_features_in_ == plain.n_features_in_
    assert repr(found) == repr(plain)


def test_what_was_held_out_is_kept_of_every_row_that_was_fitted_on():
    spectra, labels = spectra_of_three_types()
    trained = train_svm(spectra, labels, SvmSettings())
    held_out = trained.held_out
    np.testing.assert_array_equal(held_out.rows, np.flatnonzero(trained.split != "test"))
    assert held_out.probabilities.shape == held_out.decisions.shape == (len(held_out.rows), 3)
    np.testing.assert_allclose(held_out.probabilities.sum(axis=1), 1)
    forest = train_svm(
        spectra, labels, SvmSettings(), instead=RandomForestClassifier(20, random_state=0)
    ).held_out
    np.testing.assert_array_equal(forest.rows, held_out.rows)
    np.testing.assert_array_equal(forest.fold, held_out.fold)
    assert forest.decisions.shape == (len(held_out.rows), 0)
    at = np.unique(labels, return_inverse=True)[1][held_out.rows]
    assert 0.9 < np.mean(forest.probabilities.argmax(axis=1) == at) <= 1


def test_no_object_is_on_both_sides_of_a_grouped_split():
    spectra, labels = spectra_of_three_types()
    groups = np.arange(240) // 3
    trained = train_svm(spectra, labels, SvmSettings(split="grouped"), groups=groups)
    for part in ("train", "validation", "test"):
        inside = set(groups[trained.split == part])
        assert inside.isdisjoint(groups[trained.split != part])
    with pytest.raises(ValueError, match="240 rows needs as many groups, got none"):
        train_svm(spectra, labels, SvmSettings(split="grouped"))


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_learns_separable_types_with_probabilities_that_sum_to_one(kernel):
    spectra, labels = spectra_of_three_types()
    trained = train_svm(spectra, labels, SvmSettings.of_paper(kernel))
    assert trained.test.to_dict()["macro_f"] > 0.9
    probabilities = trained.classifier.predict_proba(spectra)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_the_test_rows_are_never_seen():
    spectra, labels = spectra_of_three_types()
    first = train_svm(spectra, labels, SvmSettings())
    changed = spectra.copy()
    changed[first.split == "test"] = 7.0
    second = train_svm(changed, labels, SvmSettings())
    assert first.classifier.predict_proba(spectra).tobytes() == (
        second.classifier.predict_proba(spectra).tobytes()
    )


def test_rare_types_are_not_given_up_because_weights_balance():
    rng = np.random.default_rng(1)
    labels = np.array(["common"] * 380 + ["rare"] * 20)
    spectra = rng.normal(size=(400, 5)) + 1.5 * (labels == "rare")[:, None] * np.eye(5)[0]
    machine = new_classifier(SvmSettings()).fit(spectra, labels)
    assert np.mean(machine.votes(spectra)[labels == "rare"] == "rare") > 0.6


def test_too_few_labels_are_counted_in_the_error():
    spectra, _ = spectra_of_three_types(10)
    with pytest.raises(ValueError, match=r"got \{'type 1': \d"):
        train_svm(spectra, np.array(["type 1"] * 10), SvmSettings())


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match=r"gamma=0\.5 does not fit kernel 'linear'"):
        SvmSettings(gamma=0.5)
    with pytest.raises(ValueError, match="'sigmoid'"):
        SvmSettings(kernel="sigmoid")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="C=-1"):
        SvmSettings(c=-1)
