"""Which stages a setting decides: those are built anew when it changes, and no others."""

import dataclasses
import json

import pytest
from sklearn.naive_bayes import GaussianNB
from spexplain.core.models.autoencoder.training import VaeSettings
from spexplain.core.models.svm.training import SvmSettings
from spexplain.core.models.svm.tuning import TuneSettings
from spexplain.core.planes.tsne import EmbedSettings
from spexplain.core.settings import ExplainSettings
from spexplain.core.spectra.prepare.recipes import O25Recipe, P21Recipe
from spexplain.data.build.agn_study import AgnStudy, plane_choices
from spexplain.data.build.settings import BuildSettings
from spexplain.data.build.stages.agn.evaluate import EVALUATE, NOISE, TIMING
from spexplain.data.build.stages.agn.planes import PLANES
from spexplain.data.build.stages.agn.svm import SVM
from spexplain.data.build.stages.agn.tune import TUNE
from spexplain.data.build.stages.anomaly.autoencoder import VAE
from spexplain.data.build.stages.anomaly.cluster import CLUSTER
from spexplain.data.build.stages.anomaly.embed_explanations import EMBED_REASONS
from spexplain.data.build.stages.anomaly.explain import EXPLAIN
from spexplain.data.build.stages.anomaly.score import SCORE
from spexplain.data.build.stages.domain import DOMAIN_O25, DOMAIN_P21
from spexplain.data.build.stages.embed import EMBED_LATENT, EMBED_O25, EMBED_P21
from spexplain.data.build.stages.prepare import PREPARE_O25, PREPARE_P21
from spexplain.data.collection.runs import run_key

# Each after all that it needs.
STAGES = (
    *(PREPARE_O25, PREPARE_P21, VAE, SCORE, EXPLAIN, CLUSTER, EMBED_REASONS, SVM, EMBED_P21),
    *(EMBED_O25, DOMAIN_P21, DOMAIN_O25, TUNE, EVALUATE, NOISE, TIMING, PLANES),
)
ON_SVM = {"svm", "domain-p21"}
ON_P21 = {"prepare-p21", *ON_SVM, "embed-p21", "tune", "evaluate", "noise", "timing", "planes"}
ON_VAE = {"vae", "score", "explain", "cluster", "embed-reasons", "domain-o25"}
ON_O25 = {"prepare-o25", "embed-o25", *ON_VAE}
REASONS = {"explain", "cluster", "embed-reasons"}


def keys(settings: BuildSettings) -> dict[str, str]:
    """Stage → key of its run."""
    found: dict[str, str] = {}
    for stage in STAGES:
        inputs = {"collection": "c", **{name: found[name] for name in stage.needs}}
        found[stage.name] = run_key(stage.name, stage.version, stage.params(settings), inputs)
    return found


def study(**changes) -> dict[str, AgnStudy]:
    return {"study": dataclasses.replace(AgnStudy(), **changes)}


CHANGES = [
    ({"p21": P21Recipe(n_points=500)}, ON_P21),
    ({"o25": O25Recipe(fill="code")}, ON_O25),
    ({"dust": "none"}, ON_O25),  # P21 does not mention dust
    ({"svm": SvmSettings(c=0.1)}, ON_SVM),
    ({"svm": SvmSettings("rbf", 34.0, 0.003)}, ON_SVM),
    ({"svm_rows": 500}, ON_SVM),
    ({"svm_task": "two"}, ON_SVM),
    ({"classifier": GaussianNB()}, ON_SVM),
    ({"overlap": 0.9}, ON_P21),
    ({"vae": VaeSettings(epochs=3)}, ON_VAE),
    ({"vae": VaeSettings(mmd="newest code")}, ON_VAE),
    ({"vae_rows": 500}, ON_VAE),
    ({"learn_from": "all"}, ON_VAE),
    ({"model_per_bin": True}, ON_VAE),
    ({"vae_search": ((0.0, 1.0),)}, ON_VAE),
    ({"embed_p21": EmbedSettings(perplexity=7)}, {"embed-p21"}),
    ({"explain": ExplainSettings(n_samples=50)}, REASONS),
    ({"explain": ExplainSettings(segmentation="slic")}, REASONS),
    ({"explain_score": "chi2"}, REASONS),
    ({"top_percent": 3.0}, REASONS),
    ({"top_at_least": 7}, REASONS),
    ({"top_in_bins": True}, REASONS),
    ({"k": 3}, {"cluster", "embed-reasons"}),
    (study(tune=TuneSettings(rounds=1)), {"tune"}),
    (study(rows=100), {"tune", "evaluate", "noise", "timing", "planes"}),
    (study(machines=(("three", SvmSettings()),)), {"evaluate", "noise", "timing"}),
    (study(sigmas=(0.5,)), {"noise"}),
    (study(noise_repeats=1), {"noise"}),
    (study(time_repeats=1), {"timing"}),
    (study(planes=plane_choices((5.0,))), {"planes"}),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=lambda v: str(list(v))[:40])
def test_a_setting_decides_its_own_stages_and_those_that_need_them(change, expected):
    before, after = keys(BuildSettings()), keys(BuildSettings(**change))
    assert {name for name in before if before[name] != after[name]} == expected


def test_how_the_sample_is_split_decides_all_that_looks_at_the_split():
    before = keys(BuildSettings())
    for svm in (SvmSettings(split="stratified"), SvmSettings(seed=4), SvmSettings(test=0.3)):
        after = keys(BuildSettings(svm=svm))
        changed = {name for name in before if before[name] != after[name]}
        assert {*ON_SVM, "tune", "evaluate", "noise", "timing"} <= changed
        assert changed <= {*ON_SVM, "tune", "evaluate", "noise", "timing", "planes"}


def test_bins_of_signal_to_noise_decide_scores_and_what_follows():
    before, after = keys(BuildSettings()), keys(BuildSettings(sn_bins=2))
    changed = {name for name in before if before[name] != after[name]}
    assert {"score", *REASONS} <= changed
    assert changed.isdisjoint(ON_P21 | {"prepare-o25", "embed-o25"})


def test_a_plane_of_latent_points_takes_the_place_of_that_of_spectra_and_needs_the_network():
    assert EMBED_LATENT.name == EMBED_O25.name
    assert "vae" in EMBED_LATENT.needs
    assert "vae" not in EMBED_O25.needs
    plane = {"prepare-o25": "p", "vae": "v"}
    inputs = [{name: plane[name] for name in one.needs} for one in (EMBED_LATENT, EMBED_O25)]
    params = [one.params(BuildSettings()) for one in (EMBED_LATENT, EMBED_O25)]
    assert run_key("embed-o25", 1, params[0], inputs[0]) != run_key(
        "embed-o25", 1, params[1], inputs[1]
    )


def test_equal_settings_have_equal_keys():
    assert keys(BuildSettings()) == keys(BuildSettings())
    assert len(set(keys(BuildSettings()).values())) == len(STAGES)


def test_what_a_stage_depends_on_is_plain_json():
    for stage in STAGES:
        params = stage.params(BuildSettings())
        assert json.loads(json.dumps(params, allow_nan=False)) == json.loads(json.dumps(params))


def test_stages_need_only_stages_that_come_before():
    seen: set[str] = set()
    for stage in STAGES:
        assert set(stage.needs) <= seen
        seen.add(stage.name)


@pytest.mark.parametrize("name", ["svm_rows", "vae_rows", "sn_bins", "top_at_least", "k"])
@pytest.mark.parametrize("value", [0, -3])
def test_counts_below_one_are_quoted(name, value):
    with pytest.raises(ValueError, match=f"{name}={value} must be 1 or more"):
        BuildSettings(**{name: value})


@pytest.mark.parametrize("value", [0.0, -1.0, 100.5, float("nan")])
def test_a_share_that_is_none_is_quoted(value):
    with pytest.raises(ValueError, match=f"top_percent={value}"):
        BuildSettings(top_percent=value)


def test_settings_cannot_be_changed_after_they_were_checked():
    with pytest.raises(dataclasses.FrozenInstanceError):
        BuildSettings().k = 0


def test_choices_of_a_study_are_taken_over_and_the_others_stay():
    plain = BuildSettings()
    assert plain.with_choices() == plain
    chosen = plain.with_choices(split="grouped", task="two", overlap=0.8, tsne="sklearn")
    assert (chosen.svm.split, chosen.svm_task, chosen.overlap) == ("grouped", "two", 0.8)
    assert chosen.embed_p21.method == "sklearn"
    assert chosen.embed_o25 == plain.embed_o25
    assert {choice.settings.method for choice in chosen.study.planes} == {"sklearn"}
    assert all("by scikit-learn" in choice.title for choice in chosen.study.planes)
    assert chosen.with_choices(tsne="opentsne").study == plain.study
    with pytest.raises(ValueError, match="got 'four'"):
        BuildSettings(svm_task="four")  # pyright: ignore[reportArgumentType]
