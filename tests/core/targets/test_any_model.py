"""A model of any library as targets: which class, on which scale, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC, OneClassSVM
from spexplain.core.targets.any_model import AnyModel, scaled
from spexplain.core.targets.read_model import read_model


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 6))
    return x, np.array(["a", "b", "c"])[(x[:, 0] > 0).astype(int) + (x[:, 1] > 0.5)]


logits_of_three = st.lists(st.floats(-30, 30), min_size=3, max_size=3)


@given(logits_of_three, st.integers(0, 2))
def test_scales_of_logits_are_those_of_the_softmax(logits, index):
    table = np.array([logits])
    p, log_p = softmax(table, axis=1)[0, index], log_softmax(table, axis=1)[0, index]
    assert scaled(table, "logits", index, "probability")[0] == pytest.approx(p, rel=1e-9)
    assert scaled(table, "logits", index, "log p")[0] == pytest.approx(log_p, rel=1e-9, abs=1e-12)
    others = np.delete(softmax(table, axis=1)[0], index).sum()
    odds = scaled(table, "logits", index, "log-odds")[0]
    assert odds == pytest.approx(log_p - np.log(others), rel=1e-6, abs=1e-6)


@given(st.floats(0, 1), st.integers(0, 1))
def test_probabilities_are_held_off_0_and_1_on_logarithmic_scales_alone(p, index):
    table = np.array([[1 - p, p]])
    assert scaled(table, "probabilities", index, "probability")[0] == table[0, index]
    assert np.abs(scaled(table, "probabilities", index, "log-odds")[0]) <= 13.82
    assert scaled(table, "probabilities", index, "log p")[0] >= np.log(1e-6)


@pytest.mark.parametrize("make", [RandomForestClassifier, LogisticRegression])
def test_a_classifier_has_its_classes_by_name_and_number(make, data):
    x, y = data
    fitted = make(random_state=0).fit(x, y)
    known = read_model(fitted)
    assert known.classes == ("a", "b", "c")
    by_name = known.target("b", "probability")
    np.testing.assert_allclose(by_name(x), fitted.predict_proba(x)[:, 1], rtol=1e-12)
    np.testing.assert_array_equal(known.target(1, "probability")(x), by_name(x))
    np.testing.assert_array_equal(np.array(known.classes)[known.predicted(x)], fitted.predict(x))
    assert by_name.name == "p(b)"
    assert known.target("b").name == "log-odds(b)"


def test_a_classifier_without_probabilities_has_decisions(data):
    x, y = data
    machine = SVC().fit(x, y)
    known = read_model(machine)
    target = known.target("c")
    np.testing.assert_array_equal(target(x), machine.decision_function(x)[:, 2])
    assert target.name == "decision(c)"
    with pytest.raises(ValueError, match=r"no predict_proba, so no log-odds: of='decision'"):
        known.target("c", "log-odds")


def test_of_two_classes_the_decision_of_the_first_is_the_other_sign(data):
    x, y = data
    machine = LinearSVC().fit(x, np.where(y == "a", "a", "b"))
    known = read_model(machine)
    np.testing.assert_array_equal(known.target("b")(x), machine.decision_function(x))
    np.testing.assert_array_equal(known.target("a")(x), -machine.decision_function(x))


def test_a_regression_is_one_number(data):
    x, _ = data
    fitted = LinearRegression().fit(x, x[:, 0])
    target = read_model(fitted).target()
    np.testing.assert_array_equal(target(x), fitted.predict(x))
    assert target.name == "LinearRegression"
    with pytest.raises(ValueError, match="one number and no classes"):
        read_model(fitted).target("a")


def test_a_function_is_called_by_its_name_and_a_lambda_a_function():
    def continuum(spectra):
        return spectra.mean(axis=1)

    assert read_model(continuum).target().name == "continuum"
    assert read_model(lambda x: x[:, 0]).name == "function"
    assert read_model(lambda x: x[:, 0], name="first").name == "first"


def test_a_function_of_several_columns_needs_names_for_them():
    def two(spectra):
        return np.column_stack([np.full(len(spectra), 0.25), np.full(len(spectra), 0.75)])

    with pytest.raises(ValueError, match=r"if these are classes, name them"):
        read_model(two).target()(np.ones((3, 4)))
    known = read_model(two, classes=("low", "high"))
    np.testing.assert_array_equal(known.target("high", "probability")(np.ones((3, 4))), 0.75)
    with pytest.raises(ValueError, match=r"to \(3, 3\), one column for each"):
        read_model(two, classes=("a", "b", "c")).target("a")(np.ones((3, 4)))


def test_one_probability_is_that_of_the_second_of_two_classes():
    known = read_model(lambda x: np.full(len(x), 0.3), classes=("no", "yes"))
    assert known.target("yes", "probability")(np.ones((1, 4)))[0] == pytest.approx(0.3)
    assert known.target("no", "probability")(np.ones((1, 4)))[0] == pytest.approx(0.7)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_say_whose_and_of_how_many(bad):
    def odd(spectra):
        return np.where(spectra[:, 0] > 5, bad, 1.0)

    spectra = np.ones((4, 3))
    spectra[2, 0] = 6
    with pytest.raises(ValueError, match=rf"odd gives {bad} for 1 of 4 .*first is number 2"):
        read_model(odd).target()(spectra)


@pytest.mark.parametrize("answers", [[2.0, -1.0], [-3.0, 4.0], [1.1, -0.1]])
def test_what_can_be_no_probabilities_is_not_taken_for_them(answers):
    model = read_model(lambda x: np.tile(answers, (len(x), 1)), classes=("a", "b"))
    with pytest.raises(ValueError, match=f"gives {answers[0]:g} for a probability; .*'logits'"):
        model.target("a")(np.ones((3, 4)))


class Told:
    """Of no library: what it has is what is asked for."""

    def predict_proba(self, spectra):
        share = 1 / (1 + np.exp(-spectra.mean(axis=1)))
        return np.stack([share, 1 - share], axis=1)


class Number:
    """The same of a regression."""

    def predict(self, spectra):
        return spectra.mean(axis=1)


def test_a_model_of_no_library_is_known_by_what_it_has():
    x = np.ones((2, 4))
    with pytest.raises(TypeError, match=r"no classes_: it is not fitted.* name its classes"):
        read_model(Told())
    for model in (read_model(Told(), classes=("b", "a")), Told()):
        if isinstance(model, Told):
            model.classes_ = np.array(["b", "a"])
            model = read_model(model)
        assert model.classes == ("b", "a")
        np.testing.assert_allclose(model.target("a")(x), -1.0)
    np.testing.assert_allclose(read_model(Number()).target()(x), 1.0)


@pytest.mark.parametrize(
    "make",
    [
        IsolationForest(n_estimators=10, random_state=0),
        OneClassSVM(),
        LocalOutlierFactor(novelty=True),
        make_pipeline(StandardScaler(), EllipticEnvelope(random_state=0)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_outlier_detector_tells_how_strange_a_spectrum_is(make, data):
    x, _ = data
    with pytest.raises(TypeError, match="is not fitted"):
        read_model(clone(make))
    fitted = clone(make).fit(x)
    target = read_model(fitted).target()
    np.testing.assert_array_equal(target(x), -fitted.score_samples(x))
    assert target.name == f"{type(make).__name__} anomaly score"
    assert target(np.full((1, 6), 9.0)) > target(x).max()  # far from all: the strangest


def test_a_density_counts_downwards_and_what_has_no_scale_is_refused(data):
    x, _ = data
    mixture = GaussianMixture(2, random_state=0).fit(x)
    target = read_model(mixture).target()
    assert target.name == "−log density (GaussianMixture)"
    np.testing.assert_array_equal(target(x), -mixture.score_samples(x))
    for model, words in (
        (KMeans(2, n_init=1, random_state=0).fit(x), "numbers of clusters.*transform"),
        (LocalOutlierFactor().fit(x), "novelty=True"),
        (RandomForestClassifier, "is a class: hand over a model"),
    ):
        with pytest.raises(TypeError, match=words):
            read_model(model)


def test_a_model_that_was_fitted_to_a_table_is_asked_with_its_columns(data):
    x, y = data
    columns = [f"{wave} Å" for wave in range(6)]
    fitted = KNeighborsClassifier().fit(pd.DataFrame(x, columns=columns), y)
    expected = fitted.predict_proba(pd.DataFrame(x, columns=columns))  # a warning is an error
    np.testing.assert_array_equal(read_model(fitted).by_class(x), expected)


def test_what_gives_a_tensor_labels_or_a_spectrum_is_understood_or_told_so():
    x = np.ones((2, 4))
    mean = torch.nn.Parameter(torch.tensor(2.0))
    with_gradient = read_model(lambda x: torch.as_tensor(x).mean(1) * mean)
    np.testing.assert_allclose(with_gradient.target()(x), 2.0)
    with pytest.raises(ValueError, match=r"function gives no numbers: .*'type 1'"):
        read_model(lambda x: ["type 1"] * len(x)).target()(x)
    with pytest.raises(ValueError, match=r"if it rebuilds spectra, hand over its error, such as"):
        read_model(lambda x: x).target()(x)


def test_a_model_of_classes_may_have_predict_alone_but_not_a_classifier_of_labels(data):
    x, y = data
    with pytest.raises(TypeError, match=r"tells the class alone.*CalibratedClassifierCV"):
        read_model(RidgeLabels().fit(x, y))
    shares = read_model(Number(), classes=("a", "b")).by_class(np.full((3, 4), 0.25))
    np.testing.assert_allclose(shares, [[0.75, 0.25]] * 3)


class RidgeLabels:
    """A classifier that tells labels alone."""

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return np.repeat(self.classes_[:1], len(x))


def test_logits_may_be_minus_infinity_but_not_nan():
    known = read_model(lambda x: np.array([[-np.inf, 0.0]] * len(x)), classes=("a", "b"),
                       outputs="logits")  # fmt: skip
    assert known.target("b", "probability")(np.ones((1, 3)))[0] == 1


class Session:
    """Looks like an ONNX session: of a converted classifier, labels and then probabilities."""

    def __init__(self, kind: str) -> None:
        self.kind, self.dtypes = kind, []

    def get_inputs(self):
        return [type("Input", (), {"name": "X", "type": f"tensor({self.kind})"})]

    def run(self, names, given):
        x = given["X"]
        self.dtypes.append(x.dtype)
        p = 1 / (1 + np.exp(-x[:, 0].astype(float)))
        table = [{"a": 1 - one, "b": one} for one in p]
        return [np.array(["a"] * len(x)), table]


@pytest.mark.parametrize(("kind", "dtype"), [("float", np.float32), ("double", np.float64)])
def test_an_onnx_session_is_asked_in_its_own_precision(kind, dtype):
    session = Session(kind)
    target = read_model(session, classes=("a", "b")).target("b", "probability")
    spectra = np.linspace(-1, 1, 6).reshape(3, 2)
    np.testing.assert_allclose(target(spectra), 1 / (1 + np.exp(-spectra[:, 0])), rtol=1e-6)
    assert set(session.dtypes) == {np.dtype(dtype)}


def test_what_is_refused_says_why(data):
    x, y = data
    for unfitted in (RandomForestClassifier(), LinearSVC()):
        with pytest.raises(TypeError, match="not fitted"):
            read_model(unfitted)
    with pytest.raises(TypeError, match="got list"):
        read_model([1, 2])
    with pytest.raises(ValueError, match="outputs must be one of"):
        read_model(lambda x: x, outputs="odds")
    with pytest.raises(ValueError, match="classes must differ"):
        read_model(lambda x: x, classes=("a", "a"))
    fitted = LogisticRegression().fit(x, y)
    with pytest.raises(ValueError, match=r"fitted with 3 classes"):
        read_model(fitted, classes=("a", "b"))
    known = read_model(fitted)
    with pytest.raises(ValueError, match=r"no class 'd'; .* knows \('a', 'b', 'c'\)"):
        known.target("d")
    with pytest.raises(ValueError, match="no class 3"):
        known.target(3)
    with pytest.raises(ValueError, match=r"of must be one of .* got 'odds'"):
        known.target("a", "odds")
    with pytest.raises(ValueError, match="which class"):
        known.target()
    assert isinstance(read_model(known), AnyModel)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_logistic_regression_that_is_sure_still_has_log_odds_that_move(data, n_classes):
    x, y = data
    fitted = LogisticRegression().fit(x, np.where(y == "c", "b", y) if n_classes == 2 else y)
    known = read_model(make_pipeline(FunctionTransformer(), fitted))
    np.testing.assert_allclose(known.by_class(x), fitted.predict_proba(x), rtol=1e-9, atol=1e-15)
    far = 100 * x[:5]
    assert np.abs(known.target("a")(far)).max() > 50
    assert not np.array_equal(known.target("a")(far), known.target("a")(1.01 * far))


def test_a_number_that_is_the_name_of_one_class_and_the_place_of_another_is_refused(data):
    x, y = data
    known = read_model(LogisticRegression().fit(x, 1 + np.unique(y, return_inverse=True)[1]))
    assert known.classes == ("1", "2", "3")
    with pytest.raises(ValueError, match=r"class 1 is '1' by its name, but '2' by its place"):
        known.target(1)
    assert known.target(3).name == "log-odds(3)"
    assert known.target("1").name == known.target(0).name == "log-odds(1)"


def test_what_an_estimator_is_asked_for_is_not_another_thing_in_silence(data):
    x, y = data
    forest = RandomForestClassifier(5, random_state=0).fit(x, y)
    with pytest.raises(ValueError, match=r"asked for its probabilities, got outputs='logits'"):
        read_model(forest, outputs="logits")
    with pytest.raises(
        ValueError, match=r"order of .* is \('a', 'b', 'c'\), got \('c', 'b', 'a'\)"
    ):
        read_model(forest, classes=("c", "b", "a"))
    logistic = LogisticRegression().fit(x, y)
    assert read_model(logistic, outputs="probabilities").classes == ("a", "b", "c")
    decisions = read_model(logistic, outputs="decisions").target("b", "decision")
    np.testing.assert_allclose(decisions(x[:3]), logistic.decision_function(x[:3])[:, 1])
    with pytest.raises(TypeError, match="answers 2 questions at once"):
        read_model(RandomForestClassifier(5).fit(x, np.column_stack([y, y])))


def test_complex_answers_are_refused():
    known = read_model(lambda spectra: spectra[:, 0] + 1j)
    with pytest.raises(ValueError, match="complex"):
        known.target()(np.ones((2, 3)))


class Outputs(Session):
    """An ONNX session with the outputs, and number of inputs, that it is given."""

    def __init__(self, *outputs, inputs: int = 1) -> None:
        super().__init__("float")
        self.outputs, self.inputs = outputs, inputs

    def get_inputs(self):
        return super().get_inputs() * self.inputs

    def run(self, names, given):
        return list(self.outputs)


def test_an_onnx_output_is_found_by_its_shape_and_its_classes_by_name():
    labels, p, hidden = np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]]), np.ones((2, 5))
    x = np.ones((2, 3))
    named = [{"b": row[1], "a": row[0]} for row in p]
    of_names = read_model(Outputs(labels, named), classes=("a", "b"))
    np.testing.assert_allclose(of_names.target("a", "probability")(x), p[:, 0])
    first = read_model(Outputs(p, hidden), classes=("a", "b"))
    np.testing.assert_allclose(first.target("a", "probability")(x), p[:, 0])
    with pytest.raises(ValueError, match="2 of them give one column for each"):
        read_model(Outputs(p, p), classes=("a", "b")).target("a")(x)
    with pytest.raises(ValueError, match=r"0 of them give one number .* name them"):
        read_model(Outputs(labels, p)).target()(x)
    with pytest.raises(TypeError, match="takes 2 inputs"):
        read_model(Outputs(p, inputs=2))
