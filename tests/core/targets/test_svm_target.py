import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from spexplain.core.neighbourhood import Neighbourhood
from spexplain.core.targets import CalibratedSvm, SvmLogProb
from spexplain.core.targets.calibration import Sigmoid, one_versus_rest

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 15))
LABELS = np.array(["intermediate", "type 1", "type 2"])[X[:, :3].argmax(axis=1)]


def fitted(estimator=None, labels=LABELS, **knobs):
    estimator = SVC(kernel="rbf", class_weight="balanced") if estimator is None else estimator
    return CalibratedClassifierCV(estimator, ensemble=False, **knobs).fit(X, labels)


CLASSIFIER = fitted()


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("method", ["sigmoid", "temperature"])
def test_probabilities_are_scikit_learns(kernel, n_classes, method):
    labels = X[:, :n_classes].argmax(axis=1)
    svc = SVC(kernel=kernel, degree=2, coef0=0.3, C=3, class_weight="balanced")
    classifier = fitted(svc, labels, method=method)
    svm = CalibratedSvm.from_sklearn(classifier)
    np.testing.assert_allclose(np.exp(svm.log_proba(X)), classifier.predict_proba(X), atol=1e-13)


def test_votes_and_confidences_are_scikit_learns():
    classifier = fitted()
    svm = CalibratedSvm.from_sklearn(classifier)
    scores = one_versus_rest(svm.machine.decisions(X), 3)
    svc = classifier.calibrated_classifiers_[0].estimator
    np.testing.assert_allclose(scores, svc.decision_function(X), atol=1e-12)


def test_single_precision_spectra_are_evaluated_in_double():
    svm = CalibratedSvm.from_sklearn(CLASSIFIER)
    narrow = X.astype(np.float32)
    np.testing.assert_array_equal(svm.log_proba(narrow), svm.log_proba(narrow.astype(float)))


def test_a_hopeless_class_keeps_a_finite_log_probability():
    with np.errstate(over="raise"):
        three = Sigmoid(np.full(3, -1.0), np.zeros(3))(np.array([[900.0, -900.0, -950.0]]))
        two = Sigmoid(np.array([-1.0]), np.array([0.0]))(np.array([[900.0]]))
    np.testing.assert_allclose(three, [[0, -900, -950]], atol=1e-12)
    np.testing.assert_allclose(two, [[-900, 0]], atol=1e-12)


def test_every_class_hopeless_still_sums_to_one():
    log_p = Sigmoid(np.full(3, -1.0), np.zeros(3))(np.array([[-800.0, -800.0, -801.0]]))
    assert np.exp(log_p).sum() == pytest.approx(1)


def test_the_target_is_named_by_its_class_and_takes_its_column():
    target = SvmLogProb(CLASSIFIER, 1)
    assert target.name == "log p(type 1)"
    np.testing.assert_array_equal(target(X), target.log_proba(X)[:, 1])


def test_targets_share_the_machine_they_are_given():
    svm = CalibratedSvm.from_sklearn(CLASSIFIER)
    assert SvmLogProb(svm, 0).svm is SvmLogProb(svm, 2).svm is svm
    assert svm.classes == ("intermediate", "type 1", "type 2")


@pytest.mark.parametrize("index", [-1, 3])
def test_a_class_that_does_not_exist_is_quoted_with_those_that_do(index):
    with pytest.raises(ValueError, match=f"0 to 2 .*'type 2'.*got {index}"):
        SvmLogProb(CLASSIFIER, index)


@pytest.mark.parametrize(
    ("classifier", "message"),
    [
        (SVC().fit(X, LABELS), "need a fitted CalibratedClassifierCV"),
        (CalibratedClassifierCV(SVC(), ensemble=False), "need a fitted"),
        (CalibratedClassifierCV(SVC(), cv=3).fit(X, LABELS), "ensemble=False"),
        (fitted(SVC(kernel="sigmoid")), r"'linear', 'rbf', 'poly'.*got 'sigmoid'"),
        (fitted(method="isotonic"), r"'sigmoid', 'temperature'.*got 'isotonic'"),
        (fitted(make_pipeline(PCA(3), SVC())), "only StandardScaler may precede.*PCA"),
    ],
)
def test_a_classifier_of_another_kind_is_refused_by_name(classifier, message):
    with pytest.raises(ValueError, match=message):
        SvmLogProb(classifier, 0)


def differenced(target, x, step=1e-6):
    moved = x + step * np.vstack([np.eye(len(x)), -np.eye(len(x))])
    values = target(moved)
    return (values[: len(x)] - values[len(x) :]) / (2 * step)


@pytest.mark.parametrize(
    ("kernel", "degree"), [("linear", 1), ("rbf", 1), ("poly", 2), ("poly", 3)]
)
@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("method", ["sigmoid", "temperature"])
@pytest.mark.parametrize("scaled", [False, True])
def test_the_gradient_is_what_central_differences_tend_to(
    kernel, degree, n_classes, method, scaled
):
    labels = X[:, :n_classes].argmax(axis=1)
    svc = SVC(kernel=kernel, degree=degree, coef0=0.3, C=3)
    classifier = fitted(
        make_pipeline(StandardScaler(), svc) if scaled else svc, labels, method=method
    )
    svm = CalibratedSvm.from_sklearn(classifier)
    for class_index in range(n_classes):
        target = SvmLogProb(svm, class_index)
        for x in X[:2]:
            expected = differenced(target, x)
            np.testing.assert_allclose(target.gradient(x), expected, rtol=1e-5, atol=1e-7)


def test_log_p_of_three_classes_jumps_where_a_vote_changes_and_of_two_nowhere():
    # Along a line from one class to another, in steps so small that a smooth function hardly moves.
    a, b = X[LABELS == "type 1"][0], X[LABELS == "type 2"][0]
    line = a + np.linspace(0, 1, 4001)[:, None] * (b - a)
    target = SvmLogProb(CLASSIFIER, 1)
    votes = target.svm.machine.decisions(line) >= 0
    crossing = (votes[1:] != votes[:-1]).any(axis=1)
    moves = np.abs(np.diff(target(line)))
    assert crossing.any()
    assert moves[crossing].min() > 10 * moves[~crossing].max()
    assert moves[crossing].max() > 1
    two = SvmLogProb(fitted(labels=LABELS == "type 1"), 1)
    assert np.abs(np.diff(two(line))).max() < 0.01


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
def test_rows_whose_votes_change_are_those_that_the_machine_decides_otherwise(kernel):
    target = SvmLogProb(fitted(SVC(kernel=kernel)), 0)
    base = np.ascontiguousarray(np.roll(X[7], 3))
    around = Neighbourhood.one_segment_each(X[7], base, np.arange(15, dtype=np.int32) // 3)
    changed = target.votes_changed(X[7], around)
    spectra = np.array([np.where(around.labels == k, base, X[7]) for k in range(5)])
    votes = target.svm.machine.decisions(spectra) >= 0
    own = target.svm.machine.decisions(X[7][None]) >= 0
    np.testing.assert_array_equal(changed, (votes != own).any(axis=1))
    assert SvmLogProb(fitted(labels=LABELS == "type 1"), 0).votes_changed(X[7], around) is None
