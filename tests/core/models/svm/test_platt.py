"""The sigmoid is the minimum of its loss; the machine with sigmoids is libsvm's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import spearmanr
from sklearn.svm import SVC
from spexplain.core.models.svm.coupled_svc import CoupledSvc, held_out_folds
from spexplain.core.models.svm.platt import platt_sigmoid


@given(st.integers(0, 10_000), st.floats(0.1, 5), st.floats(0.05, 0.95))
def test_the_sigmoid_is_the_minimum_found_numerically(seed, apart, share):
    rng = np.random.default_rng(seed)
    first = rng.random(200) < share
    d = rng.normal(size=200) + apart * np.where(first, 1, -1)
    n_first, n_second = first.sum(), (~first).sum()
    t = np.where(first, (n_first + 1) / (n_first + 2), 1 / (n_second + 2))

    def loss(at):
        z = at[0] * d + at[1]
        return np.sum(np.logaddexp(0, z) - (1 - t) * z)

    found = platt_sigmoid(d, first)
    best = minimize(loss, [0.0, 0.0], method="BFGS")
    assert loss(found) <= best.fun + 1e-6
    assert found[0] < 0 or apart < 0.5


def test_rows_of_one_class_or_decisions_without_a_difference_still_have_one():
    slope, offset = platt_sigmoid(np.ones(10), np.ones(10, bool))
    assert 1 / (1 + np.exp(slope + offset)) == pytest.approx(11 / 12, abs=1e-4)
    with pytest.raises(ValueError, match="at least one decision"):
        platt_sigmoid(np.empty(0), np.empty(0, bool))


def sample(n_classes, seed=0, n=150):
    rng = np.random.default_rng(seed)
    labels = np.arange(n * n_classes) % n_classes
    spectra = rng.normal(size=(n * n_classes, 6))
    spectra[np.arange(len(labels)), labels] += 1.6
    return spectra, np.array([f"kind {number}" for number in labels])


# SVC's own probabilities are deprecated from scikit-learn 1.9 on, where this was written
# (2026-11-29); test_coupling.py keeps what it gave.
@pytest.mark.filterwarnings("ignore:The `?probability`?:FutureWarning")
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_probabilities_rank_spectra_as_those_of_scikit_learn_do(kernel, n_classes):
    machine = SVC(kernel=kernel, C=0.5, class_weight="balanced")
    spectra, labels = sample(n_classes)
    others, _ = sample(n_classes, seed=1)
    ours = CoupledSvc(machine).fit(spectra, labels).predict_proba(others)
    theirs = SVC(**{**machine.get_params(), "probability": True, "random_state": 0})
    expected = theirs.fit(spectra, labels).predict_proba(others)
    for at in range(n_classes):
        assert spearmanr(ours[:, at], expected[:, at])[0] > 0.99
    assert np.abs(ours - expected).max() < 0.06  # the folds are others


def test_predicted_is_the_largest_probability_and_votes_are_the_machines():
    spectra, labels = sample(3)
    classifier = CoupledSvc(SVC(kernel="linear")).fit(spectra, labels)
    likeliest = classifier.classes_[classifier.predict_proba(spectra).argmax(axis=1)]
    np.testing.assert_array_equal(classifier.predict(spectra), likeliest)
    np.testing.assert_array_equal(
        classifier.votes(spectra), SVC(kernel="linear").fit(spectra, labels).predict(spectra)
    )


def test_each_row_is_decided_by_a_machine_that_has_not_seen_it():
    spectra, labels = sample(3)
    classifier = CoupledSvc(SVC(kernel="linear"), seed=3).fit(spectra, labels)
    for fold in range(5):
        fit = classifier.held_out_fold_ != fold
        machine = SVC(kernel="linear", decision_function_shape="ovo").fit(spectra[fit], labels[fit])
        np.testing.assert_allclose(
            classifier.held_out_decisions_[~fit], machine.decision_function(spectra[~fit])
        )
        assert len(set(labels[~fit])) == 3
    other = CoupledSvc(SVC(kernel="linear"), seed=4).fit(spectra, labels)
    assert (other.held_out_fold_ != classifier.held_out_fold_).any()
    assert not np.array_equal(other.slope_, classifier.slope_)


def test_rows_of_one_object_are_held_out_together_where_a_class_allows():
    classes, groups = np.arange(90) % 3, np.arange(90) // 6
    for fit, rest in held_out_folds(classes, 5, 0, groups):
        assert set(groups[fit]).isdisjoint(groups[rest])
    alone = np.where(classes == 0, 0, np.arange(90))  # one class is a single object
    assert all(0 in classes[fit] for fit, _ in held_out_folds(classes, 5, 0, alone))
    with pytest.raises(ValueError, match="5 folds need as many rows of each class, got 3"):
        held_out_folds(np.array([0] * 20 + [1] * 3), 5, 0)
