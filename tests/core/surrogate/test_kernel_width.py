import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.kernel import locality_weights
from spexplain.core.surrogate.kernel_width import effective_samples, kernel_advice

X = 1 + np.random.default_rng(0).gamma(1, 1, 400)


def neighbourhood(**settings):
    return lime_neighbourhood(X, ExplainSettings(n_segments=20, **settings))


def test_equal_weights_count_in_full_and_a_lone_one_as_one():
    assert effective_samples(np.full(70, 0.3)) == pytest.approx(70)
    assert effective_samples(np.array([5.0, 0, 0])) == 1


@given(width=st.floats(0.05, 20), kernel=st.sampled_from(["text", "code"]))
def test_effective_samples_are_those_of_the_weights_themselves(width, kernel):
    nb = neighbourhood(n_samples=500)
    weights = locality_weights(nb, kernel=kernel, width=width)
    found = kernel_advice(nb, kernel=kernel, width=width)
    assert found.effective_samples == pytest.approx(effective_samples(weights), rel=1e-6)


@pytest.mark.parametrize("kernel", ["text", "code"])
def test_the_recommended_width_is_the_narrowest_with_ten_samples_for_each_unknown(kernel):
    nb = neighbourhood(n_samples=2000)
    advice = kernel_advice(nb, kernel=kernel)
    assert advice.needed_samples == 210
    width = advice.recommended_width
    at_width, narrower = (kernel_advice(nb, kernel=kernel, width=w) for w in (width, 0.85 * width))
    assert at_width.wide_enough
    assert not narrower.wide_enough


def test_the_width_used_is_the_default_unless_given():
    nb = neighbourhood(n_samples=500)
    assert kernel_advice(nb).width == 1
    assert kernel_advice(nb, kernel="code").width == 0.25
    assert kernel_advice(nb, width=0.7).width == 0.7


def test_where_samples_are_too_few_no_width_is_recommended():
    advice = kernel_advice(neighbourhood(n_samples=150))
    assert advice.recommended_width is None
    assert not advice.wide_enough


def test_a_spectrum_that_the_perturbation_leaves_as_it_is_has_equal_weights():
    nb = lime_neighbourhood(np.ones(400), ExplainSettings(n_segments=20, factor=1, n_samples=500))
    assert kernel_advice(nb).effective_samples == pytest.approx(500)
