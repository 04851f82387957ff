import dataclasses
import json
from itertools import permutations

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.data.build.all_stages import build
from spexplain.data.build.samples.lent import LentModelsError, lent_models
from spexplain.data.build.settings import BuildSettings
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.trained_models import probability_column
from spexplain.data.lenses.lenses import LensError, lens_of_target, open_lenses, outdated
from spexplain.data.lenses.plane_points import open_planes

UNUSABLE = 7


@pytest.fixture
def lenses(built):
    return open_lenses(built)


def test_nothing_built_means_no_lenses_and_no_planes(unlabelled):
    assert open_lenses(unlabelled) == {}
    assert open_planes(unlabelled) == {}
    with pytest.raises(LensError, match="no model has been built here yet"):
        lens_of_target({}, "mse")


def test_the_verdict_is_what_the_target_says(lenses):
    agn, anomaly = lenses["agn"], lenses["anomaly"]
    for row in (0, 1, 2, 50):
        said = agn.verdict(row)
        assert said.kind == "type"
        assert sum(said.probabilities.values()) == pytest.approx(1)
        assert said.predicted == max(said.probabilities, key=said.probabilities.__getitem__)
        for label, probability in said.probabilities.items():
            log_odds = agn.target(label, row)(agn.prepared(row)[None])[0]
            assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(probability, abs=1e-9)
            log_p = agn.target(f"log p({label})", row)(agn.prepared(row)[None])[0]
            assert np.exp(log_p) == pytest.approx(probability, abs=1e-9)
        assert agn.target("predicted", row).name == agn.target(said.predicted, row).name
        score = anomaly.target("mse", row)(anomaly.prepared(row)[None])[0]
        assert anomaly.verdict(row).score == pytest.approx(score, rel=1e-5)


def test_spectra_read_at_once_are_those_read_one_by_one(lenses):
    agn = lenses["agn"]
    rows = agn.rows[[7, 2, 2, 50]]
    one_by_one = np.stack([agn.prepared(int(row)) for row in rows])
    np.testing.assert_array_equal(agn.prepared_rows(rows), one_by_one)
    with pytest.raises(LensError, match=f"row {len(agn._labels)} cannot be used"):
        agn.prepared_rows([rows[0], len(agn._labels)])


def test_targets_are_of_the_predicted_type_or_of_one_that_is_spelled_out(lenses):
    agn = lenses["agn"]
    scales = ("log p", "probability", "decision", "margin")
    pairs = tuple(f"{a} against {b}" for a, b in permutations(agn.classes, 2))
    assert agn.targets == ("predicted", *agn.classes, *scales, *pairs)
    for row in (0, 1, 2, 50):
        said = agn.verdict(row)
        names = [agn.target(name, row).name for name in ("predicted", "log p", "probability")]
        assert names == [f"{scale}({said.predicted})" for scale in ("log-odds", "log p", "p")]
        assert agn.target("margin", row).name == f"margin({said.predicted})"
        for name in ("log-odds(type 1)", "log p(type 1)", "p(type 1)", "margin(type 1)"):
            assert agn.target(name, row).name == name
    assert lens_of_target(lenses, "margin") is agn
    assert lens_of_target(lenses, "p(type 2)") is agn
    with pytest.raises(
        LensError, match=r"no target 'p\(type 9\)';.* there are 'predicted'"
    ) as told:
        agn.target("p(type 9)", 0)
    assert "of_kind" not in str(told.value)
    with pytest.raises(LensError, match="no target 'typ 1'; perhaps 'type 1'; there are 'pred"):
        lens_of_target(lenses, "typ 1")


def test_a_decision_is_of_a_named_pair_or_of_the_nearest_rival(lenses):
    agn = lenses["agn"]
    for row in agn.rows[:30]:
        said, flux = agn.verdict(row), agn.prepared(row)[None]
        others = [kind for kind in agn.classes if kind != said.predicted]
        named = [agn.target(f"{said.predicted} against {other}", row) for other in others]
        least = min(named, key=lambda target: target(flux)[0])
        found = agn.target("decision", row)
        assert found.name == least.name
        assert found(flux)[0] == pytest.approx(agn.target("margin", row)(flux)[0], abs=1e-9)
        assert agn.has_target(found.name)
    assert lens_of_target(lenses, "type 2 against type 1") is agn
    assert not agn.has_target("type 1 against type 1")
    assert not agn.has_target("type 1 against type 9")


def test_the_margin_is_positive_where_the_type_wins_every_pair(lenses):
    agn = lenses["agn"]
    for row in agn.rows[:60]:
        said = agn.verdict(row)
        margin = agn.target(f"margin({said.votes})", row)(agn.prepared(row)[None])[0]
        assert margin > -1e-6
        if said.votes != said.predicted:
            assert agn.target("margin", row)(agn.prepared(row)[None])[0] < 0


def test_what_the_fit_saw_was_also_judged_by_machines_that_had_not(built, lenses):
    run = RunStore(built.path).find("svm")
    table, said = run.table("out_of_fold"), lenses["agn"].columns
    fitted = said.index[said["split"].isin(["train", "validation"])]
    assert table["row"].tolist() == fitted.tolist()
    assert table["label"].tolist() == built.catalog["label"].iloc[fitted].tolist()
    shares = table[[probability_column(label) for label in lenses["agn"].classes]]
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert set(table["fold"]) == set(range(5))
    assert {"decision_0", "decision_1", "decision_2"} <= set(table)


def test_a_classifier_of_an_earlier_version_is_left_out_and_to_be_built_again(built, copied):
    run = RunStore(copied.path).find("svm")
    metrics = json.loads((run.path / "metrics.json").read_text())
    del metrics["probabilities"]
    (run.path / "metrics.json").write_text(json.dumps(metrics))
    assert set(open_lenses(copied)) == {"anomaly"}
    assert outdated(copied).endswith(f"spexplain build {copied.path} makes it again.")
    with pytest.raises(LentModelsError, match="classifier of an earlier version: build it again"):
        lent_models(built, copied.path, BuildSettings())


def test_ranks_count_from_the_most_anomalous(lenses, built):
    anomaly = lenses["anomaly"]
    first = anomaly.columns["score"].idxmax()
    assert anomaly.verdict(first).rank == 1
    assert anomaly.verdict(first).n_ranked == built.n_spectra - 1


def test_a_row_a_lens_cannot_take_says_why_everywhere(lenses):
    for lens in lenses.values():
        assert not lens.usable(UNUSABLE)
        assert UNUSABLE not in lens.rows
        assert UNUSABLE not in lens.columns.index
        reason = lens.reason(UNUSABLE)
        assert "Å" in reason
        for ask in (
            lens.prepared,
            lens.verdict,
            lambda row, lens=lens: lens.target(lens.targets[0], row),
        ):
            with pytest.raises(LensError) as error:
                ask(UNUSABLE)
            assert reason in str(error.value)
        assert lens.usable(0)
        assert lens.reason(0) == ""
        assert lens.reason(10**6) == "is not in the collection"


def test_prepared_spectra_are_those_of_the_build(lenses, built):
    for name, lens in (("prepare-p21", lenses["agn"]), ("prepare-o25", lenses["anomaly"])):
        stored = RunStore(built.path).find(name).read_array("spectra")
        at = list(lens.rows).index(11)
        assert lens.prepared(11).tobytes() == stored[at].tobytes()
        assert lens.prepared(11).shape == lens.wave_rest_aa.shape


def test_both_lenses_explain(lenses):
    settings = ExplainSettings(n_segments=20, n_samples=200)
    agn = lenses["agn"]
    found = explain(agn.prepared(0), agn.target("predicted", 0), settings)
    low, high = found.edges(agn.wave_rest_aa)[found.top(1)[0]]
    assert any(low < line < high for line in (4340, 4861, 5007))  # all that sets types apart
    anomaly = lenses["anomaly"]
    found = explain(anomaly.prepared(3), anomaly.target("mse", 3), settings)
    low, high = found.edges(anomaly.wave_rest_aa)[found.top(1)[0]]
    assert low < 6010 < high  # the planted spike


def test_columns_are_there_to_colour_by(lenses):
    agn, anomaly = lenses["agn"].columns, lenses["anomaly"].columns
    assert {"predicted", "correct", "split", "p_type_1", "p_intermediate"} <= set(agn)
    assert {"score", "rank", "cluster"} <= set(anomaly)
    assert anomaly["cluster"].notna().sum() == 8


def test_a_target_is_found_by_name_and_a_wrong_one_lists_those_there_are(lenses):
    assert lens_of_target(lenses, "type 2").name == "agn"
    assert lens_of_target(lenses, "mse").name == "anomaly"
    with pytest.raises(LensError, match=r"'quasar'.*'predicted'.*'mse'"):
        lens_of_target(lenses, "quasar")
    for lens in lenses.values():
        with pytest.raises(LensError, match="'quasar'"):
            lens.target("quasar", 0)


def test_planes_hold_every_usable_row_once(built):
    planes = open_planes(built)
    assert list(planes) == ["agn", "anomaly", "reasons"]
    explained = open_lenses(built)["anomaly"].columns["cluster"].dropna().index
    np.testing.assert_array_equal(planes["reasons"].rows, explained)
    for name in ("agn", "anomaly"):
        plane = planes[name]
        np.testing.assert_array_equal(plane.rows, open_lenses(built)[name].rows)
        assert plane.xy.shape == (len(plane.rows), 2)
        assert np.isfinite(plane.xy).all()
        assert 0.5 < plane.metrics["of_spectra"]["trustworthiness"] <= 1
        assert plane.settings["perplexity"] == 10


def test_a_lens_stays_on_the_preparation_its_model_was_made_for(copied, quick):
    before = open_lenses(copied)["agn"].wave_rest_aa
    shorter = dataclasses.replace(quick, p21=dataclasses.replace(quick.p21, n_points=500))
    build(copied, settings=shorter, only=["prepare-p21"])
    lens = open_lenses(copied)["agn"]
    np.testing.assert_array_equal(lens.wave_rest_aa, before)
    assert np.isfinite(lens.target("predicted", 0)(lens.prepared(0)[None])).all()


def test_a_prepared_spectrum_is_divided_again_after_an_edit(lenses):
    for name, norm in (("agn", 5100.0), ("anomaly", None)):
        lens = lenses[name]
        flux = lens.prepared(11)
        np.testing.assert_allclose(lens.renormalised(flux), flux, rtol=1e-6)
        edited = flux * np.linspace(1, 3, len(flux)).astype(np.float32)
        middle = np.median(edited) if norm is None else np.interp(norm, lens.wave_rest_aa, edited)
        again = lens.renormalised(edited)
        assert again.dtype == np.float32
        np.testing.assert_allclose(again, edited / middle, rtol=1e-5)
        with pytest.raises(LensError, match="not positive"):
            lens.renormalised(-flux)
