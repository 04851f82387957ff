import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.targets import SCALES, CoupledSvm, SvmTarget

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 15))
LABELS = np.array(["intermediate", "type 1", "type 2"])[X[:, :3].argmax(axis=1)]


def fitted(estimator=None, labels=LABELS):
    estimator = SVC(kernel="rbf", class_weight="balanced") if estimator is None else estimator
    return CoupledSvc(estimator).fit(X, labels)


CLASSIFIER = fitted()


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_arrays_say_what_the_classifier_says(kernel, n_classes):
    labels = X[:, :n_classes].argmax(axis=1)
    svc = SVC(kernel=kernel, degree=2, coef0=0.3, C=3, class_weight="balanced")
    classifier = fitted(svc, labels)
    svm = CoupledSvm.from_sklearn(classifier)
    np.testing.assert_allclose(np.exp(svm.log_proba(X)), classifier.predict_proba(X), atol=1e-12)
    np.testing.assert_array_equal(svm.votes(X), classifier.machine_.predict(X))
    np.testing.assert_array_equal(svm.log_odds(X).argmax(axis=1), classifier.predict(X))


def test_single_precision_spectra_are_evaluated_in_double():
    svm = CoupledSvm.from_sklearn(CLASSIFIER)
    narrow = X.astype(np.float32)
    np.testing.assert_array_equal(svm.log_proba(narrow), svm.log_proba(narrow.astype(float)))


def test_the_target_is_named_by_its_class_and_takes_its_column():
    svm = CoupledSvm.from_sklearn(CLASSIFIER)
    assert SvmTarget(svm, 1, "log p").name == "log p(type 1)"
    np.testing.assert_allclose(SvmTarget(svm, 1, "log p")(X), svm.log_proba(X)[:, 1], atol=1e-14)
    np.testing.assert_array_equal(SvmTarget(svm, 1)(X), svm.log_odds(X)[:, 1])
    np.testing.assert_allclose(SvmTarget(svm, 1, "probability")(X), np.exp(svm.log_proba(X)[:, 1]))


def test_targets_share_the_machine_they_are_given():
    svm = CoupledSvm.from_sklearn(CLASSIFIER)
    assert SvmTarget(svm, 0, "log p").svm is svm.target(2).svm is svm
    assert svm.classes == ("intermediate", "type 1", "type 2")
    assert (svm.target(2).scale, svm.target(2, "probability").name) == ("log-odds", "p(type 2)")


@pytest.mark.parametrize("index", [-1, 3])
def test_a_class_that_does_not_exist_is_quoted_with_those_that_do(index):
    with pytest.raises(ValueError, match=f"0 to 2 .*'type 2'.*got {index}"):
        SvmTarget(CLASSIFIER, index)


@pytest.mark.parametrize(
    ("classifier", "message"),
    [
        (SVC().fit(X, LABELS), "need a support vector machine with its sigmoids, got SVC"),
        (CoupledSvc(SVC()), "need a support vector machine with its sigmoids, got CoupledSvc"),
        (fitted(SVC(kernel="sigmoid")), r"'linear', 'rbf', 'poly'.*got 'sigmoid'"),
        (fitted(make_pipeline(PCA(3), SVC())), "only StandardScaler may precede.*PCA"),
    ],
)
def test_a_classifier_of_another_kind_is_refused_by_name(classifier, message):
    with pytest.raises(ValueError, match=message):
        SvmTarget(classifier, 0)


def differenced(target, x, step=1e-6):
    moved = x + step * np.vstack([np.eye(len(x)), -np.eye(len(x))])
    values = target(moved)
    return (values[: len(x)] - values[len(x) :]) / (2 * step)


@pytest.mark.parametrize(
    ("kernel", "degree"), [("linear", 1), ("rbf", 1), ("poly", 2), ("poly", 3)]
)
@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("scaled", [False, True])
def test_the_gradient_is_what_central_differences_tend_to(kernel, degree, n_classes, scale, scaled):
    labels = X[:, :n_classes].argmax(axis=1)
    svc = SVC(kernel=kernel, degree=degree, coef0=0.3, C=3)
    classifier = fitted(make_pipeline(StandardScaler(), svc) if scaled else svc, labels)
    svm = CoupledSvm.from_sklearn(classifier)
    for class_index in range(n_classes):
        target = svm.target(class_index, scale)
        for x in X[:2]:
            expected = differenced(target, x)
            np.testing.assert_allclose(target.gradient(x), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("scale", SCALES)
def test_no_scale_jumps_on_the_way_from_one_class_to_another(n_classes, scale):
    labels = X[:, :n_classes].argmax(axis=1)
    target = SvmTarget(fitted(labels=labels), 1, scale)
    line = X[3] + np.linspace(0, 1, 4001)[:, None] * (X[90] - X[3])
    moves = np.abs(np.diff(target(line)))
    assert moves.max() < 0.01
    # Nor has it a bend: the next step is nearly as long as the last.
    assert np.abs(np.diff(target(line), 2)).max() < 1e-4


def test_the_map_of_log_odds_is_that_of_log_p_but_for_its_scale():
    maps = [
        explain(X[4], SvmTarget(CLASSIFIER, 1, scale), ExplainSettings(
            method="saliency", gradient="analytic")).weights
        for scale in SCALES
    ]  # fmt: skip
    p = SvmTarget(CLASSIFIER, 1, "probability")(X[4][None])[0]
    np.testing.assert_allclose(maps[1], (1 - p) * maps[0], rtol=1e-9)
    np.testing.assert_allclose(maps[2], p * maps[1], rtol=1e-9)
