"""The recurring reasons: what is clustered, and what is measured of the clustered spectra."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from spexplain.core.planes.quality import plane_quality
from spexplain.core.spectra.extinction import dust_transmission
from spexplain.core.spectra.lines.flux import SDSS_LOG10_STEP, measure_lines
from spexplain.core.spectra.lines.ratios import line_ratios
from spexplain.core.words import EXPLAINED_R2
from spexplain.data.build.all_stages import BuildSettings, build
from spexplain.data.collection.format import read_parquet, write_parquet
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.autoencoders import Autoencoders, load_autoencoders
from spexplain.data.lenses.explained_anomalies import open_reasons, without_uncalibrated
from spexplain.data.lenses.plane_points import open_planes


@pytest.fixture
def store(built):
    return RunStore(built.path)


def order_of(explained):
    """Of explanations, which lie as their spectra do: the most anomalous first."""
    return np.argsort(-explained.table("explained")["value"].to_numpy(), kind="stable")


def test_reasons_are_the_explanations_with_the_most_anomalous_first(built, store):
    reasons = open_reasons(built)
    explained = store.find("explain")
    order = order_of(explained)
    assert reasons.rows.tolist() == explained.table("explained")["row"][order].tolist()
    scores = store.find("score").table("scores").set_index("row")["mse"]
    assert (np.diff(scores[reasons.rows]) <= 0).all()
    weights = explained.read_array("weights")[order]
    lengths = np.sqrt(np.sum(weights**2, axis=1, keepdims=True))
    np.testing.assert_allclose(reasons.unit, weights / lengths)


def test_their_spectra_are_those_the_model_sees(built, store):
    reasons, prepared = open_reasons(built), store.find("prepare-o25")
    rows = prepared.table("rows")["row"].tolist()
    at = [rows.index(row) for row in reasons.rows]
    np.testing.assert_array_equal(reasons.spectra(), prepared.read_array("spectra")[at])
    np.testing.assert_array_equal(reasons.wave_rest_aa, prepared.read_array("wavelength"))


def test_clusters_are_as_tight_as_those_of_scikit_learn(built, store, quick):
    reasons, run = open_reasons(built), store.find("cluster")
    labels, centres = run.table("clusters")["cluster"].to_numpy(), run.read_array("centres")
    assert len(centres) == reasons.k == quick.k
    inertia = np.sum((reasons.unit - centres[labels]) ** 2)
    plain = KMeans(quick.k, n_init=20, random_state=1).fit(reasons.unit)
    assert inertia <= plain.inertia_ * (1 + 1e-6)
    for number in range(reasons.k):
        np.testing.assert_allclose(centres[number], reasons.unit[labels == number].mean(axis=0))
    assert (np.diff(np.bincount(labels)) <= 0).all()  # number 0 is the largest


def test_the_scan_says_what_each_number_of_clusters_is_worth(built):
    reasons = open_reasons(built)
    scan = reasons.scan
    assert scan["k"].tolist() == list(range(2, len(np.unique(reasons.unit, axis=0))))
    for k in (2, 4):
        one = scan[scan["k"] == k].iloc[0]
        plain = KMeans(k, n_init=20, random_state=1).fit(reasons.unit)
        assert one["inertia"] <= plain.inertia_ * (1 + 1e-6)
        if one["inertia"] == pytest.approx(plain.inertia_):
            found = silhouette_score(reasons.unit, plain.labels_)
            assert one["silhouette"] == pytest.approx(found, abs=1e-6)
    assert reasons.best_silhouette == scan["k"][scan["silhouette"].idxmax()]
    assert reasons.elbow in scan["k"].tolist()


def test_each_reason_knows_how_well_its_surrogate_fits(built, store):
    reasons, explained = open_reasons(built), store.find("explain").table("explained")
    np.testing.assert_array_equal(reasons.r2, explained["r2"][order_of(store.find("explain"))])
    assert reasons.settings["perturbation"] == "scale"
    assert reasons.settings["factor"] == 0.9
    summary, labels = store.find("cluster").table("summary"), reasons.built()[0]
    for number in range(reasons.k):
        of = reasons.r2[labels == number]
        assert summary["median_r2"][number] == np.median(of)
        assert summary["n_not_explained"][number] == (of < EXPLAINED_R2).sum()


def test_lines_are_corrected_for_dust_where_the_reddening_is_known(copied, quick):
    before = open_reasons(copied)
    copied.catalog["ebv"] = 0.5
    build(copied, settings=dataclasses.replace(quick, dust="catalog"))
    after = open_reasons(copied)
    assert (before.dust, after.dust) == ("none", "catalog")
    rows = after.lines["row"].to_numpy()
    flux, ivar = (np.stack(part) for part in zip(*map(copied.spectrum, rows), strict=True))
    wave, z = copied.wave_rest_aa, copied.catalog["z"].to_numpy()[rows]
    passed = dust_transmission(wave * (1 + z[:, None]), np.full(len(rows), 0.5))
    lines = measure_lines(wave, flux / passed, ivar * passed**2, native_log10_step=SDSS_LOG10_STEP)
    name, ratio = next(iter(line_ratios(lines).items()))
    np.testing.assert_allclose(after.lines[name], ratio.value, rtol=1e-3)
    assert not before.lines.equals(after.lines)


def test_lines_are_measured_of_every_explained_spectrum_or_said_to_be_missing(built):
    reasons = open_reasons(built)
    lines = reasons.lines
    assert lines["row"].tolist() == reasons.rows.tolist()
    names = [name for name in lines if f"{name}_error" in lines]
    assert names
    for name in names:
        assert set(lines[f"{name}_limit"]) <= {-1, 0, 1}
        measured = np.isfinite(lines[name]) & (lines[f"{name}_limit"] == 0)
        assert (lines[f"{name}_error"][measured] >= 0).all()
    assert pd.api.types.is_string_dtype(lines["bpt"])


def test_the_plane_of_reasons_lays_out_explanations(built, store):
    reasons, run = open_reasons(built), store.find("embed-reasons")
    plane = open_planes(built)["reasons"]
    order = np.argsort(reasons.rows)
    np.testing.assert_array_equal(plane.rows, reasons.rows[order])
    quality = plane_quality(reasons.unit[order].astype(np.float32), plane.xy)
    assert run.metrics["of_spectra"] == dataclasses.asdict(quality)
    assert run.metrics["features"] == "explanations"
    assert plane.title == "t-SNE of explanations"
    assert not plane.settings["standardise"]


def test_another_k_builds_clusters_anew_and_explains_nothing(copied, quick):
    report = build(copied, settings=dataclasses.replace(quick, k=3), only=["embed-reasons"])
    assert set(report.built) == {"cluster", "embed-reasons"}
    assert "explain" in report.kept
    assert open_reasons(copied).k == 3


def test_unless_told_there_are_as_many_clusters_as_have_the_best_silhouette(copied, quick):
    assert BuildSettings().k is None
    build(copied, settings=dataclasses.replace(quick, k=None, top_at_least=40), only=["cluster"])
    reasons = open_reasons(copied)
    assert reasons.k == reasons.best_silhouette == len(reasons.built()[1]) != quick.k


def test_signs_are_kept_unless_the_papers_way_is_asked_for(copied, quick):
    kept = open_reasons(copied)
    assert kept.weight_sign == "keep"
    assert (kept.unit < 0).any()
    dropped = dataclasses.replace(quick, weight_sign="drop")
    report = build(copied, settings=dropped, only=["cluster"])
    assert report.built == ("cluster",)
    reasons = open_reasons(copied)
    assert reasons.weight_sign == "drop"
    np.testing.assert_allclose(reasons.unit, np.abs(kept.unit))
    with pytest.raises(ValueError, match="got 'flip'"):
        dataclasses.replace(quick, weight_sign="flip")


def test_more_clusters_than_explanations_allow_are_held(copied, quick):
    build(copied, settings=dataclasses.replace(quick, k=500), only=["cluster"])
    reasons = open_reasons(copied)
    assert reasons.k == len(np.unique(reasons.unit, axis=0)) - 1


def test_too_few_explanations_are_counted(copied, quick):
    few = dataclasses.replace(quick, top_at_least=2, top_percent=0.1)
    report = build(copied, settings=few, only=["embed-reasons"])
    assert report.skipped["cluster"] == "2 different explanations; clustering needs 3"
    assert "embed-reasons" in report.skipped
    assert open_reasons(copied) is None or len(open_reasons(copied).rows) > 2


def test_reasons_of_a_damaged_run_are_none(copied):
    run = RunStore(copied.path).find("cluster")
    (run.path / "lines.parquet").write_bytes(b"")
    assert open_reasons(copied) is None


def test_a_spectrum_is_scored_by_the_network_of_its_bin(store):
    (vae,) = load_autoencoders(store.find("vae")).vaes
    four = Autoencoders((vae,) * 4, np.array([5.0, 10.0, 20.0]))
    sn = np.array([0.1, 5.0, 9.9, 10.0, 500.0, np.nan])
    assert four.number(sn).tolist() == [0, 1, 1, 2, 3, 3]
    single = Autoencoders((vae,), np.empty(0))
    assert single.number(sn).tolist() == [0] * 6
    assert single.of(float("nan")) is vae


def test_spectra_in_counts_lose_ratios_also_where_no_ratio_is_missing(tmp_path):
    """Columns that are read without a gap may not be written to: the page did not open."""
    write_parquet(
        tmp_path / "lines.parquet", pd.DataFrame({"row": [1, 0], "balmer_decrement": [2.9, 3.1]})
    )
    catalog = pd.DataFrame({"flux_unit": ["counts", "1e-17 erg/s/cm2/Å"]})
    lines = without_uncalibrated(read_parquet(tmp_path / "lines.parquet"), catalog)
    assert lines["in_counts"].tolist() == [False, True]
    np.testing.assert_array_equal(lines["balmer_decrement"], [2.9, np.nan])
