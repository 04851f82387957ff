import tracemalloc
import zipfile

import numpy as np
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from spexplain.core.models.svm.training import SvmSettings, new_classifier
from spexplain.data.files.arrays.named_arrays import ModelFileError, load_arrays, save_arrays
from spexplain.data.files.sklearn_models import (
    classifier_key,
    load_classifier,
    save_classifier,
)


def fitted(kernel="linear"):
    rng = np.random.default_rng(0)
    labels = np.repeat(["type 1", "type 2", "intermediate"], 20)
    spectra = rng.normal(size=(60, 8)) + np.repeat(np.eye(3, 8) * 3, 20, axis=0)
    return new_classifier(SvmSettings.of_paper(kernel)).fit(spectra, labels), spectra


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly2", "poly3"])
def test_a_classifier_comes_back_with_the_same_probabilities(kernel, tmp_path):
    classifier, spectra = fitted(kernel)
    save_classifier(tmp_path / "m.skops", classifier)
    loaded = load_classifier(tmp_path / "m.skops")
    np.testing.assert_array_equal(loaded.predict_proba(spectra), classifier.predict_proba(spectra))
    assert loaded.classes_.tolist() == classifier.classes_.tolist()


def test_sigmoids_folds_and_seed_are_kept_as_numbers_and_no_type_of_ours(tmp_path):
    classifier, spectra = fitted()
    save_classifier(tmp_path / "m.skops", classifier)
    assert not skops.io.get_untrusted_types(file=tmp_path / "m.skops")
    loaded = load_classifier(tmp_path / "m.skops")
    for name in ("slope_", "offset_", "folds", "seed"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(classifier, name))
    np.testing.assert_array_equal(loaded.votes(spectra), classifier.votes(spectra))
    with zipfile.ZipFile(tmp_path / "m.skops") as archive:
        assert "spexplain" not in archive.read("schema.json").decode()


def test_equal_classifiers_give_equal_files(tmp_path):
    for name in ("a", "b"):
        save_classifier(tmp_path / name, fitted()[0])
    save_classifier(tmp_path / "c", load_classifier(tmp_path / "a"))
    first = (tmp_path / "a").read_bytes()
    assert first == (tmp_path / "b").read_bytes()
    assert abs(len(first) - len((tmp_path / "c").read_bytes())) < 200


def test_a_type_that_is_not_trusted_is_not_built(tmp_path):
    # A function by name is how a model file would run code of its author's choice.
    skops.io.dump(FunctionTransformer(np.linalg.norm), tmp_path / "bad.skops")
    with pytest.raises(ModelFileError, match=r"not trusted.*norm"):
        load_classifier(tmp_path / "bad.skops")


@pytest.mark.parametrize(
    "classifier",
    [
        GaussianProcessClassifier(),
        HistGradientBoostingClassifier(max_iter=3, random_state=0),
        KNeighborsClassifier(),
        MLPClassifier((4,), max_iter=5, solver="lbfgs", random_state=0),
        RandomForestClassifier(5, random_state=0),
        make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()),
    ],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_other_classifiers_of_scikit_learn_are_kept_too(classifier, tmp_path):
    _, spectra = fitted()
    labels = np.array(["a", "b"])[np.arange(len(spectra)) % 2]
    classifier.fit(spectra, labels)
    save_classifier(tmp_path / "m.skops", classifier)
    loaded = load_classifier(tmp_path / "m.skops")
    np.testing.assert_array_equal(loaded.predict_proba(spectra), classifier.predict_proba(spectra))


def test_what_could_not_be_read_again_is_not_kept(tmp_path):
    classifier = make_pipeline(FunctionTransformer(np.linalg.norm), LogisticRegression())
    with pytest.raises(ModelFileError, match=r"Pipeline cannot be kept: .*not trusted.*norm"):
        save_classifier(tmp_path / "m.skops", classifier)
    assert not (tmp_path / "m.skops").exists()


def test_a_key_tells_settings_apart_and_nothing_else():
    one, same, other = (classifier_key(RandomForestClassifier(n)) for n in (5, 5, 6))
    assert one == same
    assert one["type"] == other["type"] == "sklearn.ensemble._forest.RandomForestClassifier"
    assert one["sha256"] != other["sha256"]
    assert other["text"] == "RandomForestClassifier(n_estimators=6)"


def test_an_archive_made_to_fill_the_memory_is_told_before_it_is_unpacked(tmp_path):
    save_classifier(tmp_path / "m.skops", fitted()[0])
    with zipfile.ZipFile(tmp_path / "m.skops", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("99.npy", bytes(2**26 + 1))
    with pytest.raises(ModelFileError, match=r"would unpack to 67,\d\d\d,\d\d\d, no classifier"):
        load_classifier(tmp_path / "m.skops")


def test_a_member_longer_than_it_declares_is_not_unpacked_whole(tmp_path):
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", bytes(100_000_000))
    packed = bytearray(path.read_bytes())
    at = packed.rindex(b"PK\x01\x02") + 24  # its length unpacked, in the archive's directory
    packed[at : at + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(packed)
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=r"schema\.json is not what the archive says"):
        load_classifier(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_another_kind_of_model_or_no_file_is_named(tmp_path):
    skops.io.dump(LogisticRegression(), tmp_path / "other.skops")
    with pytest.raises(ModelFileError, match="LogisticRegression"):
        load_classifier(tmp_path / "other.skops")
    (tmp_path / "torn.skops").write_bytes(b"PK\x03\x04 torn")
    for name in ("torn.skops", "absent.skops"):
        with pytest.raises(ModelFileError, match=f"{name} cannot be read"):
            load_classifier(tmp_path / name)


@given(st.dictionaries(st.text("ab.", min_size=1), st.integers(0, 3), max_size=3))
def test_arrays_and_facts_come_back(tmp_path_factory, shapes):
    path = tmp_path_factory.mktemp("arrays") / "a.safetensors"
    arrays = {
        name: np.arange(2.0**n).reshape((2,) * n).astype(np.float32) for name, n in shapes.items()
    }
    save_arrays(path, arrays, {"history": [0.1, 1e-300]})
    loaded, facts = load_arrays(path)
    assert facts == {"history": [0.1, 1e-300]}
    assert set(loaded) == set(arrays)
    for name, array in arrays.items():
        assert loaded[name].shape == array.shape
        assert loaded[name].tobytes() == array.tobytes()


def test_torn_arrays_are_named(tmp_path):
    save_arrays(tmp_path / "a", {"x": np.zeros(100)})
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:200])
    with pytest.raises(ModelFileError, match="a cannot be read"):
        load_arrays(tmp_path / "a")
