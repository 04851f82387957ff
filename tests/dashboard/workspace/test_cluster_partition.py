"""Clusters of explanations: summed up, recoloured for any k, named, and drawn."""

from __future__ import annotations

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.core.explain import clusters as population
from spexplain.core.explain.clusters import cluster_explanations
from spexplain.core.settings import ExplainSettings
from spexplain.core.spectra.lines.ratios import ACROSS_THE_SPECTRUM
from spexplain.dashboard.figures.planes.bpt_diagram import bpt_figure, bpt_points
from spexplain.dashboard.figures.svg.svg_spectra import Frame, band, painted_pieces, polyline
from spexplain.dashboard.server.page import _follow_link
from spexplain.dashboard.server.server import open_workspace
from spexplain.dashboard.session.choices.address import to_query
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.tabs.clusters import show
from spexplain.dashboard.views.tabs.sections.cluster_cards import card, detail
from spexplain.dashboard.workspace.cluster_partition import (
    colours_meaning,
    known_kinds,
    partition,
    top_names,
)
from spexplain.dashboard.workspace.line_summary import Ratio
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.collection.annotations.cluster_names import ClusterNames
from spexplain.data.lenses.explained_anomalies import open_reasons


@pytest.fixture(scope="module")
def space(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small demo, copied: names are written into it."""
    return open_workspace(shutil.copytree(small_demo, tmp_path_factory.mktemp("named") / "demo"))


@pytest.fixture
def session(space: Workspace, pool: ThreadPoolExecutor) -> Any:
    made = Visitor(space, pool, lambda callback: callback())
    yield made
    made.close()
    (space.collection.path / "cluster_names.json").unlink(missing_ok=True)


@pytest.fixture
def tab(session: Session, wait_until: Any) -> Any:
    whole = show(session)
    session.view.tab = "clusters"
    part = whole[0]
    wait_until(lambda: "detail" in dict(part.sections))
    return part


def test_as_built_the_clusters_are_read_and_not_found_again(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("clustered again")

    reasons, z = space.reasons, space.catalog["z"].to_numpy()
    again = cluster_explanations(reasons.unit, reasons.k, seed=reasons.seed)
    monkeypatch.setattr(population, "cluster_explanations", never)
    found = partition(reasons, reasons.k, z)
    np.testing.assert_array_equal(found.numbers, again.labels)
    np.testing.assert_allclose(found.centres, again.centres, rtol=1e-6, atol=1e-9)
    with pytest.raises(AssertionError, match="clustered again"):
        partition(reasons, reasons.k + 1, z)


def test_as_built_the_clusters_are_those_of_the_build(space: Workspace) -> None:
    reasons, z = space.reasons, space.catalog["z"].to_numpy()
    found = partition(reasons, reasons.k, z)
    built = space.lenses["anomaly"].columns["cluster"].dropna().astype(int)
    np.testing.assert_array_equal(found.numbers, built[reasons.rows])
    lens = space.lenses["anomaly"]
    for cluster in found.clusters:
        assert set(cluster.rows) == set(built.index[built == cluster.number])
        scores = lens.columns["score"][cluster.rows].to_numpy()
        assert (np.diff(scores) <= 0).all()  # the most anomalous first
        flux = np.stack([lens.prepared(int(row)) for row in cluster.rows])
        np.testing.assert_allclose(cluster.spectrum, flux.mean(axis=0), rtol=1e-4)
        assert (cluster.spread[0] <= np.median(flux, axis=0) + 1e-5).all()
        assert cluster.median_z == pytest.approx(np.median(z[cluster.rows]))


@pytest.mark.parametrize("k", [2, 5])
def test_any_k_covers_every_explanation_once(space: Workspace, k: int) -> None:
    found = space.partition(k)
    assert len(found.clusters) == k
    rows = np.concatenate([cluster.rows for cluster in found.clusters])
    assert sorted(rows) == sorted(space.reasons.rows)
    assert found.centres.shape == (k, space.reasons.unit.shape[1])
    assert space.partition(k) is found  # kept for the next visitor


def test_ratios_are_the_median_of_the_members_that_have_them(space: Workspace) -> None:
    lines = space.reasons.lines.set_index("row")
    for cluster in space.partition(3).clusters:
        for name, ratio in cluster.lines.ratios.items():
            mine = lines.loc[cluster.rows]
            good = (mine[f"{name}_limit"] == 0) & np.isfinite(mine[name])
            assert ratio.n == good.sum()
            if ratio.n:
                assert ratio.value == pytest.approx(mine[name][good].median())
            if ratio.n > 2:
                assert 0 < ratio.error < 3 * mine[name][good].std() + 1e-12


def test_nothing_built_no_reasons_and_the_tab_says_how_to_get_them(
    tmp_path: Path, workspace: Workspace, pool: ThreadPoolExecutor
) -> None:
    with CollectionWriter.create(tmp_path / "bare", np.arange(4000.0, 4010.0), {}):
        pass
    assert open_reasons(Collection.open(tmp_path / "bare")) is None
    without = Visitor(workspace, pool, lambda callback: callback())
    assert "spexplain build" in show(without).object


def test_segments_are_named_by_the_lines_in_them() -> None:
    wave = np.arange(4500.0, 5100.0)
    labels = (np.arange(600) // 100).astype(np.int32)
    weights = np.array([0.1, 0.0, 0.2, 0.5, 0.0, 0.8])
    assert top_names(wave, labels, weights) == ["[O III] 5007", "Hβ", "4750 Å"]


def text(part: Any) -> dict[str, str]:
    return dict(part.sections)


def test_segments_that_weaken_count_by_their_size() -> None:
    wave, labels = np.array([4000.0, 4100.0, 4200.0, 4300.0]), np.arange(4)
    names = top_names(wave, labels, np.array([0.1, -0.9, 0.2, 0.3]))
    assert names == ["4100 Å", "4300 Å", "4200 Å"]


def test_a_cluster_says_what_the_catalog_knows_of_its_members(tab: Any, space: Workspace) -> None:
    catalog = pd.DataFrame(
        {"planted_kind": ["", "step", "step", "dip"], "subclass": ["AGN", "", "AGN", ""]}
    )
    rows = np.arange(4)
    assert known_kinds(catalog, rows) == "planted: step 2, dip 1, none 1"
    assert known_kinds(catalog.drop(columns="planted_kind"), rows) == "subclass: AGN 2, none 2"
    assert known_kinds(catalog, rows[:1]) == "subclass: AGN 1"
    assert known_kinds(catalog[["planted_kind"]], rows[:1]) == ""
    first = space.partition(space.reasons.k).clusters[0]
    detail = dict(tab.sections)["detail"]
    assert known_kinds(space.catalog, first.rows) in detail
    assert "blue: the score falls where the flux is 0.9 times as high, orange: it rises" in detail
    wave = first.wave_rest_aa
    assert f"<span>{wave[0]:.0f} Å</span><span>rest, vacuum</span>" in detail
    assert "explained: MSE by LIME, scale 0.9" in dict(tab.sections)["choose"]


def test_another_k_is_clustered_live_and_colours_the_plane(
    tab: Any, session: Session, wait_until: Any
) -> None:
    tab.on_message({"do": "colour"})
    built = session.view.colour
    tab.on_message({"k": 4})
    wait_until(lambda: text(tab)["cards"].count("<button") == 4)
    # The plane was coloured by the clusters, and follows.
    assert session.view.colour == "clusters:4" != built
    found = session.workspace.colouring("clusters:4")
    assert found.names == ("cluster 0", "cluster 1", "cluster 2", "cluster 3", "not clustered")
    counts = found.counts(session.workspace.planes["anomaly"].rows)
    sizes = [cluster.n for cluster in session.workspace.partition(4).clusters]
    assert counts[:4].tolist() == sizes
    assert session.workspace.colours["clusters:4"] == "4 clusters of reasons"


def test_clusters_without_signs_are_those_of_the_paper(
    tab: Any, session: Session, wait_until: Any
) -> None:
    space = session.workspace
    assert "orange: it rises" in text(tab)["detail"]
    tab.on_message({"sign": "drop"})
    assert session.view.weight_sign == "drop"
    wait_until(lambda: "up or down" in text(tab)["detail"])
    reasons = space.reasons_of("drop")
    # The explanations lie in the order of the collection, the clusters in another.
    explained = space.reasons.weights
    there = pd.Index(explained.table("explained", ["row"])["row"])
    weights = explained.read_array("weights")[there.get_indexer(reasons.rows)]
    np.testing.assert_allclose(reasons.unit, population.normalise_weights(weights, sign="drop"))
    found = space.partition(space.reasons.k, "drop")
    plain = cluster_explanations(reasons.unit, space.reasons.k, seed=reasons.seed)
    np.testing.assert_array_equal(found.numbers, plain.labels)
    assert (found.centres >= 0).all()
    # The scan over k comes after the clusters, and is kept.
    wait_until(lambda: "elbow at" in text(tab)["choose"])
    assert np.isfinite(space.reasons_of("drop").scan["silhouette"]).all()
    tab.on_message({"do": "colour"})
    assert session.view.colour == f"clusters:{found.k}:drop"
    assert "no signs" in space.colours[session.view.colour]
    tab.on_message({"sign": "keep"})
    assert session.view.weight_sign == ""
    wait_until(lambda: "orange: it rises" in text(tab)["detail"])
    assert session.view.colour == f"clusters:{found.k}"
    tab.on_message({"sign": "both"})
    assert session.view.weight_sign == ""


def test_trying_other_numbers_of_clusters_ends_when_the_choice_is_taken_back(
    tab: Any, session: Session, wait_until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    def endless(_: Workspace, __: str, callback: Any) -> None:
        told.append(callback)
        while True:
            callback(1, 11)

    monkeypatch.setattr(Workspace, "scan", endless)
    session.workspace._kept.pop(("scanned", "drop"), None)
    tab.on_message({"sign": "drop"})
    wait_until(lambda: told and "trying other numbers" in text(tab)["choose"])
    assert "up or down" in text(tab)["detail"]  # the clusters are there before the scan
    tab.on_message({"sign": "keep"})
    wait_until(lambda: "elbow at" in text(tab)["choose"])
    with pytest.raises(Cancelled):
        told[0](1, 11)
    assert not session.outcome.problem


def test_a_link_asks_for_clusters_without_signs(space: Workspace, pool: ThreadPoolExecutor) -> None:
    made = Visitor(space, pool, lambda callback: callback())
    _follow_link(made, {"lens": "anomaly", "colour": "clusters:3:drop", "sign": "drop", "k": "3"})
    assert made.view.colour == "clusters:3:drop"
    assert made.view.weight_sign == "drop"
    assert to_query(made.view, made.knobs)["sign"] == "drop"
    made.close()


def test_a_name_is_kept_on_disk_and_colours_with_it(tab: Any, session: Session) -> None:
    tab.on_message({"pick": 1})
    tab.on_message({"do": "colour"})
    tab.on_message({"set": "name", "value": "strange <b>lines</b>"})
    assert "strange &lt;b&gt;lines" in text(tab)["cards"]
    assert "<b>lines" not in text(tab)["cards"]
    found = session.workspace.partition(session.workspace.reasons.k)
    again = ClusterNames(session.workspace.collection.path).of(found.centres)
    assert again[1] == "strange <b>lines</b>"
    names = session.workspace.colouring(session.view.colour).names
    assert names[1] == "strange <b>lines</b>"
    tab.on_message({"set": "name", "value": "y" * 80})
    assert "60 characters" in session.outcome.problem


def test_a_cluster_can_be_shown_alone_and_a_member_opened(tab: Any, session: Session) -> None:
    tab.on_message({"alone": 2})
    names = session.workspace.colouring(session.view.colour).names
    assert session.view.hidden == [name for name in names if name != "cluster 2"]
    row = int(session.workspace.partition(session.workspace.reasons.k).clusters[0].rows[0])
    tab.on_message({"open": row})
    assert session.outcome.open_spectrum.row == row
    tab.on_message({"do": "plane"})
    assert session.view.plane == "reasons"


def test_the_diagram_holds_only_what_has_all_four_lines() -> None:
    lines = pd.DataFrame({"row": [4, 5, 6], "nii_ha": [0.1, np.nan, 1.0], "oiii_hb": [2.0, 1, 1]})
    lines["nii_ha_limit"], lines["oiii_hb_limit"] = [0, 0, 0], [0, 0, 1]
    points = bpt_points(lines, np.array([0, 1, 1]))
    assert points["row"].tolist() == [4]
    assert points["x"].tolist() == [-1.0]
    assert points["y"].iloc[0] == pytest.approx(np.log10(2))
    for theme in ("light", "dark"):
        drawn = bpt_figure(points, ["a", "b"], theme=theme)
        assert [type(one).__name__ for one in drawn] == ["Curve", "Curve", "Points"]
        assert [one.label for one in drawn][:2] == ["Kauffmann+ 2003", "Kewley+ 2001"]


def test_the_diagram_reaches_as_far_as_its_points() -> None:
    def limits(x: float, y: float) -> tuple[Any, Any]:
        points = pd.DataFrame({"x": [x], "y": [y], "row": [3], "cluster": [0]})
        found = bpt_figure(points, ["a"]).opts.get("plot", backend="bokeh").kwargs
        return found["xlim"], found["ylim"]

    (left, right), (low, high) = usual = limits(-0.5, 0.2)
    assert limits(right - 0.5, high - 0.5) == usual
    (far_left, far_right), (lowest, top) = limits(left + 0.01, high + 1)
    assert far_left < left  # a point on the edge is not cut
    assert (far_right, lowest) == (right, low)
    assert top > high + 1
    nothing = pd.DataFrame({"x": [], "y": [], "row": [], "cluster": []})
    assert bpt_figure(nothing, ["a"]).opts.get("plot", backend="bokeh").kwargs["xlim"] == usual[0]


def test_one_limit_is_not_called_limits(space: Workspace) -> None:
    cluster = space.partition(space.reasons.k).clusters[0]
    ratios = {"nii_ha": Ratio(1.0, 0.1, 3, 1), "oiii_hb": Ratio(1.0, 0.1, 4, 2)}
    other = dataclasses.replace(cluster, lines=dataclasses.replace(cluster.lines, ratios=ratios))
    said = detail(other, "cluster 0", "", [], reasons=space.reasons)
    assert "3 measured, 1 limit<" in said
    assert "4 measured, 2 limits<" in said


def test_members_of_low_r2_are_shown_as_not_explained(space: Workspace) -> None:
    reasons = space.reasons
    r2 = np.where(np.arange(len(reasons.rows)) % 2 == 0, 0.9996, 0.3)
    known = dataclasses.replace(reasons, r2=r2)
    cluster = partition(known, 1, space.catalog["z"].to_numpy()).clusters[0]
    badly = int((r2 < 0.5).sum())
    assert cluster.not_explained.tolist() == (r2 < 0.5).tolist()
    assert f"· {badly} not explained" in card(cluster, "cluster 0", picked=False)
    said = detail(cluster, "cluster 0", "", ["a", "b", "c"], reasons=known)
    assert "lowest R² 0.30" in said
    assert f"{badly} of {cluster.n} (95 % interval 0.33–0.67) not explained (R² below 0.5)" in said
    assert said.count("plain faint") == 1
    assert 'title="R² 0.30: not explained"' in said
    well = dataclasses.replace(cluster, r2=np.full(cluster.n, 0.9996))
    assert f"All {cluster.n} are explained" in detail(well, "", "", ["a"], reasons=known)
    assert "median R² above 0.999" in card(well, "", picked=False)
    unknown = dataclasses.replace(cluster, r2=np.full(cluster.n, np.nan))
    assert "build again" in detail(unknown, "", "", ["a"], reasons=known)
    assert "R²" not in card(unknown, "", picked=False)


def test_it_says_whether_lines_were_corrected_for_dust(space: Workspace) -> None:
    cluster = space.partition(space.reasons.k).clusters[0]
    for dust, words in (("none", "not corrected"), ("map", "SFD map"), ("catalog", "column ebv")):
        known = dataclasses.replace(space.reasons, dust=dust)
        assert words in detail(cluster, "", "", [], reasons=known)
    assert "dust" not in detail(cluster, "", "", [], reasons=dataclasses.replace(known, dust=""))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"perturbation": "scale", "factor": 1.1}, "falls where the flux is 1.1 times as high"),
        ({"perturbation": "flat", "factor": 1.0}, "where the flux is put at 1 times the median"),
        ({"method": "saliency"}, "blue: the score rises with more flux"),
    ],
)
def test_colours_mean_what_was_done_to_a_stretch(how: dict[str, Any], words: str) -> None:
    settings = ExplainSettings(**how).asdict()
    assert words in colours_meaning(settings, "keep")
    assert "up or down" in colours_meaning(settings, "drop")


def test_colours_of_an_unknown_perturbation_promise_nothing_of_it() -> None:
    assert "where a stretch is perturbed" in colours_meaning({}, "keep")


def test_a_picture_paints_what_matters_on_the_side_it_matters() -> None:
    wave = np.arange(4000.0, 4400.0)
    values = np.sin(wave / 40)
    frame = Frame(wave, values)
    labels = np.repeat(np.arange(4), 100)
    drawn = painted_pieces(frame, wave, values, labels, np.array([1.0, -0.5, 0.0, 0.1]))
    assert drawn.count("<polyline") == 3
    assert drawn.count("lower") == 1
    x = [float(p.split(",")[0]) for p in drawn.split('points="')[1].split('"')[0].split()]
    assert x[0] == 0
    assert 24 < x[-1] < 27  # joins the next piece
    assert "<polygon" in band(frame, wave, values - 0.1, values + 0.1)


def test_a_long_spectrum_keeps_its_spikes_in_a_small_picture() -> None:
    wave = np.arange(4000.0, 8000.0)
    values = np.ones(4000)
    values[1234] = 9.0
    drawn = polyline(Frame(wave, values, clip=(0, 100)), wave, values)
    heights = [float(p.split(",")[1]) for p in drawn.split('points="')[1].split('"')[0].split()]
    assert len(heights) < 800
    assert min(heights) == 0.0


def test_ratios_of_distant_lines_leave_out_what_was_never_calibrated(small_demo: Path) -> None:
    built = Collection.open(small_demo)
    reasons = open_reasons(built)
    inside = reasons.built()[0] == 0
    counted = reasons.rows[inside][:2]
    catalog = built.catalog.copy()
    catalog["flux_unit"] = "1e-17 erg/s/cm2/Å"
    catalog.loc[counted, "flux_unit"] = "counts"
    built.catalog = catalog
    lines = open_reasons(built).lines
    assert lines.loc[lines["in_counts"], "row"].tolist() == counted.tolist()
    far = lines.loc[lines["in_counts"], list(ACROSS_THE_SPECTRUM)]
    assert far.isna().all(axis=None)
    # Neighbours are compared as ever, and so is everything else.
    for name in ("nii_ha", "oiii_hb", "o3n2", "bpt"):
        pd.testing.assert_series_equal(lines[name], reasons.lines[name])
    rest = ~lines["in_counts"]
    pd.testing.assert_frame_equal(
        lines.loc[rest, list(ACROSS_THE_SPECTRUM)],
        reasons.lines.loc[rest, list(ACROSS_THE_SPECTRUM)],
    )
    of_counts, plain = (
        partition(found, found.k, catalog["z"].to_numpy()).clusters[0]
        for found in (open_reasons(built), reasons)
    )
    assert (of_counts.lines.n_counts, plain.lines.n_counts) == (2, 0)
    said = detail(of_counts, "cluster 0", "", [], reasons=reasons)
    assert f"2 of {of_counts.n} in counts" in said
    assert "Hα / Hβ and [O III] / [O II] leave them out" in said
    assert "in counts" not in detail(plain, "cluster 0", "", [], reasons=reasons)
