"""A decision between two named classes is the machine's, and always has exact answers."""

import itertools

import numpy as np
import pytest
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets import CoupledSvm, SvmPair
from spexplain.core.trust.randomisation import other_class, randomised_target

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 15))
KERNELS = pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])


def machine(kernel: str, n_classes: int) -> tuple[CoupledSvm, SVC]:
    svc = SVC(kernel=kernel, degree=3, coef0=0.3, decision_function_shape="ovo")
    labels = X[:, :n_classes].argmax(axis=1)
    fitted = CoupledSvc(SVC(kernel=kernel, degree=3, coef0=0.3)).fit(X, labels)
    return CoupledSvm.from_sklearn(fitted), svc.fit(X, labels)


@KERNELS
@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_it_is_scikit_learns_decision_and_turns_its_sign(kernel: str, n_classes: int) -> None:
    svm, svc = machine(kernel, n_classes)
    theirs = svc.decision_function(X).reshape(len(X), -1)
    theirs = -theirs if n_classes == 2 else theirs  # of two classes positive for the second
    for column, (one, other) in enumerate(itertools.combinations(range(n_classes), 2)):
        ours = SvmPair(svm, one, other)(X)
        np.testing.assert_allclose(ours, theirs[:, column], atol=1e-9)
        np.testing.assert_allclose(SvmPair(svm, other, one)(X), -ours)


@KERNELS
def test_gradient_and_pieces_are_those_of_the_spectra(kernel: str) -> None:
    target = SvmPair(machine(kernel, 3)[0], 2, 0)
    step = 1e-6 * np.eye(15)
    slopes = (target(X[5] + step) - target(X[5] - step)) / 2e-6
    np.testing.assert_allclose(target.gradient(X[5]), slopes, atol=1e-5)
    around = Neighbourhood.one_pixel_each(X[5], 0.1 * X[5])
    found = target.on_neighbourhood(around)(slice(0, around.n))
    np.testing.assert_allclose(found, target(around.spectra()), atol=1e-9)


@KERNELS
@pytest.mark.parametrize(
    "asked",
    [
        ExplainSettings(n_segments=5, sampling="limit"),
        ExplainSettings(method="shapley", n_segments=5),
    ],
)
def test_its_answers_are_exact_at_every_spectrum(kernel: str, asked: ExplainSettings) -> None:
    svm = machine(kernel, 3)[0]
    for x, pair in zip(X[:12], itertools.cycle(itertools.permutations(range(3), 2)), strict=False):
        found = explain(x, SvmPair(svm, *pair), asked)
        assert found.exact
        assert found.target == f"{pair[0]} against {pair[1]}"


def test_it_is_scrambled_changes_class_and_refuses_one_class_twice() -> None:
    target = SvmPair(machine("linear", 3)[0], 0, 2)
    scrambled = randomised_target(target, seed=1)
    assert scrambled is not None
    assert scrambled.name == target.name
    assert not np.allclose(scrambled(X), target(X))
    other = other_class(target, seed=1)
    assert other is not None
    assert other.name == "1 against 2"
    assert other_class(SvmPair(machine("linear", 2)[0], 0, 1), seed=1) is None
    with pytest.raises(ValueError, match="got '1' twice"):
        SvmPair(target.svm, 1, 1)
    with pytest.raises(ValueError, match="got 3"):
        SvmPair(target.svm, 0, 3)
