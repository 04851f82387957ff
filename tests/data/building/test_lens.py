import dataclasses

import numpy as np
import pytest
from spexplain.core.explain import ExplainSettings, explain
from spexplain.data.build import build
from spexplain.data.lens import LensError, lens_of_target, open_lenses
from spexplain.data.plane import open_planes
from spexplain.data.runs import RunStore

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
            log_p = agn.target(label, row)(agn.prepared(row)[None])[0]
            assert np.exp(log_p) == pytest.approx(probability, abs=1e-9)
        assert agn.target("predicted", row).name == agn.target(said.predicted, row).name
        score = anomaly.target("mse", row)(anomaly.prepared(row)[None])[0]
        assert anomaly.verdict(row).score == pytest.approx(score, rel=1e-5)


def test_the_margin_is_of_the_predicted_type_and_moves_with_its_decisions(lenses):
    agn = lenses["agn"]
    assert len(agn.classes) > 2  # so its probabilities jump, and it comes first
    assert agn.targets == ("margin", "predicted", *agn.classes)
    for row in (0, 1, 2, 50):
        target = agn.target("margin", row)
        assert target.name == f"margin({agn.verdict(row).predicted})"
        assert target(agn.prepared(row)[None])[0] > -0.05  # by its votes it is that type
    assert lens_of_target(lenses, "margin") is agn


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


def test_the_classifier_is_described_with_what_it_was_trained_with(lenses):
    assert lenses["agn"].described == "Support vector machine, linear kernel, C = 0.07"
