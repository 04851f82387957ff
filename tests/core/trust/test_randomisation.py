import numpy as np
import pytest
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.targets import CallableTarget, CoupledSvm, SvmTarget, VaeScore
from spexplain.core.trust.randomisation import (
    randomisation_check,
    randomised_svm,
    randomised_target,
    randomised_vae,
)

N_PIXELS = 120


def spectra(n, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    x = 1 + 0.1 * rng.normal(size=(n, N_PIXELS))
    x[:, 40:46] += 1.5 * labels[:, None]
    return x, labels


def svm(kernel):
    classifier = CoupledSvc(SVC(kernel=kernel, gamma=0.01), folds=3)
    return CoupledSvm.from_sklearn(classifier.fit(*spectra(80)))


SETTINGS = ExplainSettings(n_segments=20, n_samples=600)


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
def test_an_explanation_of_a_trained_machine_does_not_survive_scrambling(kernel):
    machine = svm(kernel)
    x = spectra(2)[0][1]
    found = explain(x, SvmTarget(machine, 1, "log p"), SETTINGS)
    scrambled = (SvmTarget(randomised_svm(machine, seed=seed), 1, "log p") for seed in range(5))
    check = randomisation_check(found, x, scrambled)
    assert len(check.agreements) == 5
    assert check.depends_on_model
    # The six pixels that tell the classes apart come first by learning.
    assert found.labels[42] in found.top(2)


def test_an_explanation_that_ignores_the_model_is_found_out():
    x = 1 + np.random.default_rng(0).gamma(1, 1, N_PIXELS)
    brightness = CallableTarget(lambda s: (s**2).sum(axis=1))
    found = explain(x, brightness, SETTINGS)
    check = randomisation_check(found, x, [brightness, brightness])
    assert check.likeness == pytest.approx(1)
    assert not check.depends_on_model


def test_scrambled_models_without_any_order_share_nothing():
    x = spectra(1)[0][0]
    slope = CallableTarget(lambda s: s[:, 5] - 2 * s[:, 80])
    flat = CallableTarget(lambda s: np.ones(len(s)))
    occluded = explain(x, slope, ExplainSettings(method="occlusion", n_segments=20))
    check = randomisation_check(occluded, x, [flat])
    assert np.isnan(check.likeness)
    assert check.depends_on_model


def test_a_scrambled_network_has_the_same_numbers_in_other_places():
    vae = Vae(N_PIXELS, hidden=(16, 8), n_latent=3, seed=1)
    before, after = vae.to_arrays(), randomised_vae(vae, seed=0).to_arrays()
    for name in (f"{kind}.weight" for kind in ("encoder.0", "mean", "output")):
        assert not np.array_equal(before[name], after[name])
        np.testing.assert_array_equal(np.sort(before[name].ravel()), np.sort(after[name].ravel()))
    np.testing.assert_array_equal(before["log_variance.weight"], after["log_variance.weight"])


def test_a_cascade_starts_at_the_output_and_leaves_the_rest():
    vae = Vae(N_PIXELS, hidden=(16, 8), n_latent=3, seed=1)
    before = vae.to_arrays()
    changed = [
        {n for n, array in randomised_vae(vae, seed=0, n_layers=k).to_arrays().items()
         if n.endswith("weight") and not np.array_equal(array, before[n])}
        for k in (1, 2, 6)
    ]  # fmt: skip
    assert changed[0] == {"output.weight"}
    assert changed[0] < changed[1] < changed[2]
    assert "encoder.0.weight" in changed[2]
    np.testing.assert_array_equal(vae.to_arrays()["output.weight"], before["output.weight"])
    x = spectra(1)[0].astype(np.float32)
    assert VaeScore(vae)(x) != VaeScore(randomised_vae(vae, seed=0, n_layers=1))(x)


def test_scrambling_follows_the_seed():
    machine = svm("rbf")
    x = spectra(5, seed=9)[0]
    first, again, other = (randomised_svm(machine, seed=s).log_proba(x) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_target_is_scrambled_whatever_model_it_is_of():
    x = spectra(4, seed=9)[0]
    machine = svm("rbf")
    scrambled = randomised_target(SvmTarget(machine, 1, "log p"), seed=3)
    expected = SvmTarget(randomised_svm(machine, seed=3), 1, "log p")
    np.testing.assert_array_equal(scrambled(x), expected(x))
    vae = Vae(N_PIXELS, hidden=(16, 8), n_latent=3)
    kept = np.arange(N_PIXELS) > 20
    score = VaeScore(vae, "filtered-trimmed-mse", kept=kept, trimmed=0.1)
    before = score(x.astype(np.float32))
    other = VaeScore(randomised_vae(vae, seed=3), "filtered-trimmed-mse", kept=kept, trimmed=0.1)
    scrambled = randomised_target(score, seed=3)
    assert scrambled.name == score.name
    np.testing.assert_array_equal(scrambled(x.astype(np.float32)), other(x.astype(np.float32)))
    np.testing.assert_array_equal(score(x.astype(np.float32)), before)
    assert randomised_target(CallableTarget(lambda s: s.sum(axis=1)), seed=3) is None


def test_what_cannot_be_done_is_said():
    x = spectra(1)[0][0]
    found = explain(x, CallableTarget(lambda s: s.sum(axis=1)), SETTINGS)
    with pytest.raises(ValueError, match="at least one randomised target"):
        randomisation_check(found, x, [])
    with pytest.raises(ValueError, match="n_layers must be 1 to 6, got 7"):
        randomised_vae(Vae(N_PIXELS, hidden=(16, 8), n_latent=3), seed=0, n_layers=7)
    with pytest.raises(TypeError, match="type object"):
        randomised_svm(CoupledSvm(object(), lambda s: s, ("a", "b")), seed=0)
