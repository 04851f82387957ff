"""A scikit-learn classifier in the place of the support vector machine: everything goes on."""

import dataclasses
import json

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.dashboard.session.browsing.confusion import classified
from spexplain.data.build.all_stages import BuildError, BuildSettings, build
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.trained_models import svm_path
from spexplain.data.files.sklearn_models import load_classifier
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens
from spexplain.data.study.evaluation import evaluate

FOREST = RandomForestClassifier(40)  # without a seed: the build gives it one


@pytest.fixture(scope="module")
def forested(evaluated, study, tmp_path_factory):
    """An evaluated collection whose types a forest tells; to be read only."""
    import shutil

    folder = tmp_path_factory.mktemp("forested") / "c"
    copy = Collection.open(shutil.copytree(evaluated.collection.path, folder))
    report = build(copy, settings=dataclasses.replace(study, classifier=FOREST), only=["svm"])
    assert report.built == ("svm",)
    return copy


def test_it_is_fitted_on_the_training_part_and_judged_on_the_test(forested):
    run = RunStore(forested.path).find("svm")
    said = run.table("predictions")
    forest = load_classifier(svm_path(run.path))
    assert isinstance(forest, RandomForestClassifier)
    assert forest.random_state == 0
    prepared = RunStore(forested.path).find("prepare-p21")
    labels = forested.catalog["label"].to_numpy(str)[said["row"]]
    spectra = prepared.read_array("spectra")
    fit = said["split"].isin(["train", "validation"]).to_numpy()
    again = RandomForestClassifier(40, random_state=0).fit(spectra[fit], labels[fit])
    np.testing.assert_array_equal(forest.predict_proba(spectra), again.predict_proba(spectra))
    test = (said["split"] == "test").to_numpy()
    f = f1_score(labels[test], again.predict(spectra[test]), average="macro")
    assert run.metrics["test"]["macro_f"] == pytest.approx(f)


def test_the_lens_explains_it_by_every_method(forested):
    lens = open_lenses(forested)["agn"]
    row = int(lens.rows[0])
    said = lens.verdict(row)
    assert "margin" not in lens.targets  # which forests have none of
    assert sum(said.probabilities.values()) == pytest.approx(1, abs=1e-5)
    for method in ("lime", "saliency", "occlusion"):
        settings = ExplainSettings(method=method, n_segments=20, n_samples=300, factor=0.5)
        found = explain(lens.prepared(row), lens.target("predicted", row), settings)
        assert np.isfinite(found.weights).all()
    assert set(classified(forested.catalog, lens, "test")["true"]) <= set(lens.classes)
    outside = OutsideLens(forested, lens)
    np.testing.assert_allclose(
        list(outside.verdict(lens.prepared(row), 10).probabilities.values()),
        list(said.probabilities.values()), atol=1e-6,
    )  # fmt: skip
    assert outside.target("type 1", lens.prepared(row), 10).name == "log-odds(type 1)"


def test_the_evaluation_sets_it_beside_the_machine(forested, study, evaluated):
    found = evaluate(forested, settings=study)
    (table,) = [one for one in found.tables if one.key == "instead"]
    machines = ("RandomForestClassifier", "SVM, linear kernel")
    assert [name for name in table.columns[1:] if not name.startswith("95 %")] == [*machines]
    assert "random_state=0" in table.note
    told = json.loads(json.dumps(found.to_dict()))["instead"]
    said = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
    assert said["RandomForestClassifier"][2] == told["test"]["macro_f"]
    assert found.to_dict()["macro_f"] == found.best["test"]["macro_f"]  # the paper's, unchanged
    assert evaluated.to_dict()["instead"] is None


def test_equal_classifiers_are_kept_and_others_fitted_anew(forested, study, tmp_path):
    import shutil

    copy = Collection.open(shutil.copytree(forested.path, tmp_path / "c"))
    same = dataclasses.replace(study, classifier=RandomForestClassifier(40))
    assert "svm" in build(copy, settings=same, only=["svm"]).kept
    other = dataclasses.replace(study, classifier=RandomForestClassifier(41))
    assert build(copy, settings=other, only=["svm"]).built == ("svm",)
    assert "svm" in build(copy, settings=study, only=["svm"]).kept  # the machine of before


def test_what_cannot_be_trained_or_has_no_probabilities_is_refused(labelled, unlabelled, built):
    settings = BuildSettings(classifier=FOREST)
    with pytest.raises(BuildError, match=r"RandomForestClassifier\(.*models are given"):
        build(labelled, settings=settings, models=built.path, only=["svm"])
    with pytest.raises(TypeError, match=r"classifier=SVC\(\) has no predict_proba"):
        BuildSettings(classifier=SVC())
