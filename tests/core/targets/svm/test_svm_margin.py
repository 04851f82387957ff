"""The margin is the least decision for a class, and moves as the decisions do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets import CoupledSvm, SvmMargin
from spexplain.core.trust.randomisation import other_class, randomised_target

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 15))


def machine(kernel: str, n_classes: int) -> tuple[CoupledSvm, SVC]:
    svc = SVC(kernel=kernel, degree=2, coef0=0.3, decision_function_shape="ovo")
    labels = X[:, :n_classes].argmax(axis=1)
    svm = CoupledSvm.from_sklearn(
        CoupledSvc(SVC(kernel=kernel, degree=2, coef0=0.3)).fit(X, labels)
    )
    return svm, svc.fit(X, labels)


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_it_is_positive_for_the_class_that_wins_every_pair(kernel: str, n_classes: int) -> None:
    svm, svc = machine(kernel, n_classes)
    margins = np.column_stack([SvmMargin(svm, c)(X) for c in range(n_classes)])
    assert ((margins > 0).sum(axis=1) <= 1).all()
    clear = (margins > 0).any(axis=1)
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(margins.argmax(axis=1)[clear], svc.predict(X)[clear])
    if n_classes == 3:  # pairs (0, 1), (0, 2), (1, 2)
        pairs = svc.decision_function(X)
        np.testing.assert_allclose(margins[:, 1], np.minimum(-pairs[:, 0], pairs[:, 2]))


@given(st.integers(0, 119), st.integers(0, 2), st.sampled_from(["linear", "rbf", "poly"]))
def test_from_its_pieces_it_is_what_it_is_of_the_spectra(row: int, c: int, kernel: str) -> None:
    target = SvmMargin(machine(kernel, 3)[0], c)
    around = Neighbourhood.one_pixel_each(X[row], 0.1 * X[row])
    found = target.on_neighbourhood(around)(slice(0, around.n))
    np.testing.assert_allclose(found, target(around.spectra()), atol=1e-9)


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
def test_its_gradient_is_that_of_small_differences(kernel: str) -> None:
    target = SvmMargin(machine(kernel, 3)[0], 2)
    step = 1e-6 * np.eye(15)
    slopes = (target(X[5] + step) - target(X[5] - step)) / 2e-6
    np.testing.assert_allclose(target.gradient(X[5]), slopes, atol=1e-5)


def test_it_does_not_jump_where_the_nearest_rival_changes() -> None:
    target = SvmMargin(machine("rbf", 3)[0], 1)
    line = X[3] + np.linspace(0, 1, 4001)[:, None] * (X[90] - X[3])
    assert np.abs(np.diff(target(line))).max() < 0.005


def test_it_is_explained_scrambled_and_refuses_other_classes() -> None:
    target = SvmMargin(machine("linear", 3)[0], 0)
    found = explain(X[0], target, ExplainSettings(method="occlusion", n_segments=5))
    assert found.target == "margin(0)"
    scrambled = randomised_target(target, seed=1)
    assert scrambled is not None
    assert scrambled.name == target.name
    assert not np.allclose(scrambled(X), target(X))
    other = other_class(target, seed=1)
    assert other is not None
    assert other.name in ("margin(1)", "margin(2)")
    with pytest.raises(ValueError, match="got 3"):
        SvmMargin(target.svm, 3)
