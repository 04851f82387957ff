"""A torch module as a model: its precision, its mode, and derivatives of many at once."""

import pickle

import numpy as np
import pytest
import torch
from spexplain.core.explain.entry import explain
from spexplain.core.explain.many_gradients import gradients_of_many
from spexplain.core.settings import ExplainSettings
from spexplain.core.targets.read_model import read_model

ANALYTIC = ExplainSettings(method="saliency", gradient="analytic")


@pytest.fixture
def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(12, 6), torch.nn.Tanh(), torch.nn.Dropout(0.5), torch.nn.Linear(6, 3)
    )


@pytest.fixture
def spectra():
    return np.random.default_rng(1).normal(size=(9, 12))


def slopes(target, x, step=1e-6):
    moved = np.eye(len(x)) * step
    return (target(x + moved) - target(x - moved)) / (2 * step)


@pytest.mark.parametrize("of", ["log-odds", "log p", "probability"])
@pytest.mark.parametrize("outputs", ["logits", "probabilities"])
def test_gradients_are_the_derivatives_on_every_scale(network, spectra, of, outputs):
    module = torch.nn.Sequential(network, torch.nn.Softmax(dim=1))
    module = (module if outputs == "probabilities" else network).double()
    target = read_model(module, classes=("a", "b", "c"), outputs=outputs).target("b", of)
    found = target.gradients(spectra)
    for x, gradient in zip(spectra, found, strict=True):
        np.testing.assert_allclose(gradient, slopes(target, x), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(target.gradient(spectra[0]), found[0])


def test_of_one_output_with_two_classes_the_first_has_the_other_sign(spectra):
    module = torch.nn.Linear(12, 1).double()
    known = read_model(module, classes=("no", "yes"))
    yes, no = known.target("yes").gradients(spectra), known.target("no").gradients(spectra)
    np.testing.assert_allclose(yes, -no)
    np.testing.assert_allclose(yes[0], module.weight.detach().numpy()[0])


def test_a_module_of_one_number_needs_no_classes(spectra):
    module = torch.nn.Linear(12, 1).double()
    target = read_model(module).target()
    assert target(spectra).shape == (9,)
    np.testing.assert_allclose(target.gradients(spectra)[3], module.weight.detach().numpy()[0])


def test_spectra_are_handed_over_in_the_precision_of_the_module(network, spectra):
    seen = []
    network.register_forward_pre_hook(lambda _, given: seen.append(given[0].dtype))
    target = read_model(network, classes=("a", "b", "c")).target("a")
    settings = ExplainSettings(n_segments=4, n_samples=50)
    for method in ("lime", "occlusion", "saliency"):
        explain(spectra[0], target, ExplainSettings(method=method, n_segments=4, n_samples=50))
    explain(spectra[0].astype(np.float32), target, settings)
    assert set(seen) == {torch.float32}


def test_dropout_is_off_while_asked_and_the_mode_comes_back(network, spectra):
    network.train()
    target = read_model(network, classes=("a", "b", "c")).target("a")
    np.testing.assert_array_equal(target(spectra), target(spectra))
    target.gradients(spectra)
    assert network.training
    network.eval()
    target(spectra)
    assert not network.training


def test_many_at_once_are_what_each_is_alone(network, spectra):
    target = read_model(network.double(), classes=("a", "b", "c")).target("c")
    for one, x in zip(gradients_of_many(spectra, target, ANALYTIC), spectra, strict=True):
        alone = explain(x, target, ANALYTIC)
        np.testing.assert_allclose(one.weights, alone.weights, rtol=1e-12)
        assert one.value == pytest.approx(alone.value)
        assert (one.method, one.n_samples) == (alone.method, alone.n_samples)


def test_a_model_without_gradients_says_so(spectra):
    target = read_model(lambda x: x.mean(axis=1)).target()
    assert not hasattr(target, "gradient")
    with pytest.raises(ValueError, match="has no gradients"):
        gradients_of_many(spectra, target, ANALYTIC)
    with pytest.raises(ValueError, match="has no analytic gradient"):
        explain(spectra[0], target, ANALYTIC)


@pytest.mark.parametrize("last", [torch.nn.Softmax(dim=1), torch.nn.Sigmoid()])
@pytest.mark.parametrize("reshaped", [False, True])
def test_probabilities_are_not_taken_for_logits_in_silence(spectra, last, reshaped):
    parts = [torch.nn.Linear(spectra.shape[1], 2), last]
    parts += [torch.nn.Unflatten(1, (1, 2)), torch.nn.Flatten()] if reshaped else []
    module = torch.nn.Sequential(*parts)
    with pytest.raises(ValueError, match=r"ends in a s\w+: it gives prob.*'probabilities'"):
        read_model(module, classes=("a", "b")).by_class(spectra)
    for outputs in ("probabilities", "logits"):
        read_model(module, classes=("a", "b"), outputs=outputs).by_class(spectra)
    logarithms = torch.nn.Sequential(parts[0], torch.nn.LogSoftmax(dim=1))
    expected = parts[0](torch.as_tensor(spectra).float()).softmax(1).detach()
    said = read_model(logarithms, classes=("a", "b")).by_class(spectra)
    np.testing.assert_allclose(said, expected, rtol=1e-5)


def test_a_network_that_needs_a_channel_or_gives_no_tensor_says_what_to_do(spectra):
    n_pixels = spectra.shape[1]
    net = torch.nn.Sequential(
        torch.nn.Conv1d(1, 2, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(2 * n_pixels, 2)
    )
    with pytest.raises(ValueError, match=rf"fails on an array of .*Unflatten\(1, \(1, {n_pixels}"):
        read_model(net, classes=("a", "b")).by_class(spectra[:1])
    with_channel = torch.nn.Sequential(torch.nn.Unflatten(1, (1, n_pixels)), net)
    assert read_model(with_channel, classes=("a", "b")).by_class(spectra).shape[1] == 2
    with pytest.raises(ValueError, match="LSTM gives a tuple and no tensor"):
        read_model(torch.nn.LSTM(n_pixels, 1)).by_class(spectra)


def test_a_frozen_part_stays_as_it_was(spectra):
    frozen = torch.nn.Dropout()
    module = torch.nn.Sequential(frozen, torch.nn.Linear(spectra.shape[1], 1)).train()
    frozen.eval()
    read_model(module).by_class(spectra)
    assert module.training
    assert not frozen.training


class Bent(torch.nn.Module):
    """A linear layer whose answer is bent by a function."""

    def __init__(self, bend) -> None:
        super().__init__()
        self.layer, self.bend = torch.nn.Linear(6, 2), bend

    def forward(self, x):
        return self.bend(self.layer(x))


class TwoInputs(Bent):
    def forward(self, x, mask):
        return self.layer(x) * mask


def test_what_a_module_cannot_be_asked_is_said(spectra):
    x = spectra[:2, :6]
    clamped = Bent(lambda answers: answers.softmax(1).clamp(0, 1))
    for module, said in (
        (clamped, "rows that sum to one"),
        (Bent(lambda answers: answers * 1j), "complex"),
        (TwoInputs(None), "cannot be called with spectra alone"),
        (torch.nn.Linear(6, 2, device="meta"), "'meta' device"),
    ):
        with pytest.raises(ValueError, match=said):
            read_model(module, classes=("a", "b")).target("a")(x)
    told = read_model(clamped, classes=("a", "b"), outputs="probabilities")
    assert np.isfinite(told.target("a")(x)).all()


def test_a_module_as_a_model_can_be_pickled(spectra):
    known = read_model(torch.nn.Linear(spectra.shape[1], 2), classes=("a", "b"))
    again = pickle.loads(pickle.dumps(known))  # noqa: S301
    np.testing.assert_array_equal(again.target("a")(spectra), known.target("a")(spectra))
    np.testing.assert_array_equal(
        again.target("a").gradients(spectra), known.target("a").gradients(spectra)
    )
