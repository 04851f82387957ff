from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.svm.training import SvmSettings, fit_classifier, seeded
from spexplain.core.settings import MethodName
from spexplain.core.targets import CoupledSvm, read_classifier
from spexplain.core.targets.any_model import AnyModel

RNG = np.random.default_rng(0)
LABELS = np.array(["type 1", "type 2"])[np.arange(160) % 2]
SPECTRA = 1 + 0.1 * RNG.normal(size=(160, 100))
SPECTRA[LABELS == "type 2", 40:50] += 1
FOREST = RandomForestClassifier(60, random_state=0).fit(SPECTRA, LABELS)


def test_it_is_the_logarithm_of_the_forests_probability():
    target = read_classifier(FOREST).target(1, "log p")
    assert target.name == "log p(type 2)"
    expected = FOREST.predict_proba(SPECTRA)[:, 1]
    np.testing.assert_allclose(target(SPECTRA), np.log(np.maximum(expected, 1e-6)))
    assert np.isfinite(target(SPECTRA)).all()


def test_log_odds_are_capped_where_every_tree_agrees():
    p = FOREST.predict_proba(SPECTRA)[:, 1]
    target = read_classifier(FOREST).target(1)
    assert target.name == "log-odds(type 2)"
    sure = (p == 0) | (p == 1)
    assert sure.any()
    np.testing.assert_allclose(np.abs(target(SPECTRA)[sure]), np.log(1e6 - 1))
    np.testing.assert_allclose(target(SPECTRA)[~sure], np.log(p[~sure] / (1 - p[~sure])))
    np.testing.assert_array_equal(read_classifier(FOREST).target(1, "probability")(SPECTRA), p)


def test_the_segment_of_the_line_that_tells_the_classes_apart_comes_first():
    chosen = ExplainSettings(n_segments=10, n_samples=300, perturbation="flat", factor=1.0)
    found = explain(SPECTRA[1], read_classifier(FOREST).target(1), chosen)
    assert found.top(1)[0] == 4
    assert found.weights[4] > 0


@pytest.mark.parametrize("method", get_args(MethodName))
def test_every_method_explains_a_forest(method):
    chosen = ExplainSettings(method=method, n_segments=10, n_samples=100)
    found = explain(SPECTRA[1], read_classifier(FOREST).target(0), chosen)
    assert np.isfinite(found.weights).all()


def test_what_is_no_classifier_with_probabilities_is_refused():
    with pytest.raises(TypeError, match=r"with predict_proba, got SVC\(\)"):
        read_classifier(SVC()).target(0)
    with pytest.raises(ValueError, match=r"no class 2; .* \('type 1', 'type 2'\)"):
        read_classifier(FOREST).target(2)


def test_anything_that_speaks_like_scikit_learn_will_do():
    even = SimpleNamespace(
        classes_=[0, 1], predict_proba=lambda spectra: np.full((len(spectra), 2), 0.5)
    )
    assert read_classifier(even).target(1)(SPECTRA[:3]).tolist() == [0.0] * 3
    assert read_classifier(even).target(1, "log p")(SPECTRA[:3]).tolist() == [np.log(0.5)] * 3


def test_support_vectors_are_read_out_and_anything_else_is_asked():
    machine = read_classifier(fit_classifier(SPECTRA, LABELS, SvmSettings()))
    forest = read_classifier(FOREST)
    assert isinstance(machine, CoupledSvm)
    assert isinstance(forest, AnyModel)
    for one in (machine, forest):
        assert one.classes == ("type 1", "type 2")
        log_p = one.log_proba(SPECTRA)
        np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, atol=2e-6)
        for at in (0, 1):
            of_class = one.target(at, "log p")
            np.testing.assert_allclose(of_class(SPECTRA), log_p[:, at], atol=1e-12)
            np.testing.assert_allclose(one.target(at)(SPECTRA), one.log_odds(SPECTRA)[:, at])
    np.testing.assert_allclose(np.exp(forest.log_proba(SPECTRA)), FOREST.predict_proba(SPECTRA),
                               atol=2e-6)  # fmt: skip
    with pytest.raises(TypeError, match="need a fitted classifier with predict_proba"):
        read_classifier(SVC())


def test_a_seed_is_given_wherever_there_is_none():
    pipeline = make_pipeline(StandardScaler(), RandomForestClassifier(7))
    copy = seeded(pipeline, 5)
    assert copy.get_params()["randomforestclassifier__random_state"] == 5
    assert pipeline.get_params()["randomforestclassifier__random_state"] is None
    assert seeded(RandomForestClassifier(7, random_state=3), 5).random_state == 3
    one, other = (seeded(pipeline, 5).fit(SPECTRA, LABELS).predict_proba(SPECTRA) for _ in "ab")
    assert one.tobytes() == other.tobytes()
