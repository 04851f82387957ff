"""Where nothing is perturbed, or nothing answers, one sentence says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.surrogate.kernel_width import kernel_advice
from spexplain.core.targets import CallableTarget

X = 1 + np.random.default_rng(0).gamma(2, 0.3, 120)
SUM = CallableTarget(lambda s: s.astype(np.float64).sum(axis=1))
SAME = CallableTarget(lambda s: np.full(len(s), 0.3))
QUICK = ExplainSettings(n_segments=6, n_samples=300)


@pytest.mark.parametrize("method", ["lime", "occlusion"])
@pytest.mark.parametrize("perturbation", ["scale", "shrink", "shrink-signal"])
def test_at_factor_1_nothing_is_perturbed(method, perturbation):
    chosen = replace(QUICK, method=method, perturbation=perturbation, factor=1.0)
    said = explain(X, SUM, chosen).nothing
    assert said == "at factor 1 nothing is perturbed: there is nothing to explain"


@given(
    st.floats(0.5, 1.5).filter(lambda f: abs(f - 1) > 0.005), st.sampled_from(["lime", "occlusion"])
)
@examples(deadline=None, max_examples=20)
def test_at_any_other_factor_there_is_something(factor, method):
    assert explain(X, SUM, replace(QUICK, method=method, factor=factor)).nothing == ""


@pytest.mark.parametrize("method", ["lime", "occlusion"])
@pytest.mark.parametrize(("perturbation", "level"), [("flat", 1.25), ("mean", 1.1)])
def test_a_fill_that_leaves_the_spectrum_as_it_is_says_so(method, perturbation, level):
    factor = level if perturbation == "flat" else 1.0
    chosen = replace(QUICK, method=method, perturbation=perturbation, factor=factor)
    said = explain(np.full(120, level), SUM, chosen).nothing
    assert "leaves this spectrum as it is" in said
    assert explain(X, SUM, chosen).nothing == ""


def test_an_answer_that_never_changes_is_no_reason():
    assert "the same for all 300 samples" in explain(X, SAME, QUICK).nothing
    assert (
        "any one segment leaves the answer as it is"
        in explain(X, SAME, replace(QUICK, method="occlusion")).nothing
    )
    assert (
        "step of 1 % at any one pixel"
        in explain(X, SAME, replace(QUICK, method="saliency")).nothing
    )
    assert explain(X, SUM, replace(QUICK, method="saliency")).nothing == ""


@pytest.mark.parametrize("kernel", ["text", "code"])
@pytest.mark.parametrize("first", ["paper", "light"])
def test_a_kernel_that_leaves_one_sample_names_the_width_that_would_do(kernel, first):
    narrow = replace(QUICK, kernel=kernel, kernel_width=0.005, first=first)
    said = explain(X, SUM, narrow).nothing
    assert "so narrow that it leaves" in said
    advised = kernel_advice(lime_neighbourhood(X, narrow), kernel=kernel).recommended_width
    assert said.endswith(f"width {advised:g} would do")
    assert explain(X, SUM, replace(narrow, kernel_width=advised)).nothing == ""


def test_where_no_width_would_do_the_samples_wanted_are_named():
    few = replace(QUICK, n_samples=20, kernel_width=0.005)
    assert explain(X, SUM, few).nothing.endswith("no width would do, 70 samples are wanted")


def test_it_is_among_the_plain_values():
    wave = np.arange(120.0)
    assert explain(X, SUM, QUICK).to_dict(wave)["nothing"] == ""


def test_answers_in_single_precision_that_round_the_step_away_say_so():
    x = np.random.default_rng(0).normal(5, 1, 400)

    def rounded(spectra):
        return spectra.astype(np.float32).sum(axis=1) + np.float32(1e6)

    asked = ExplainSettings(method="saliency")
    found = explain(x, CallableTarget(rounded), asked)
    assert "single precision, which rounds a step of 1 %" in found.nothing
    exact = explain(x, CallableTarget(lambda spectra: spectra.sum(axis=1) + 1e5), asked)
    assert exact.nothing == ""
    assert np.isnan(exact.r2)
    assert exact.to_dict(np.arange(400.0))["r2"] is None
