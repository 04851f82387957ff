"""A collection that has grown: what is there is kept to the last byte, what is new is done."""

import dataclasses
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.build.all_stages import BuildCancelled, build
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.pixels.observed import StoredSpectrum
from spexplain.data.collection.pixels.wave_code import encode_wave
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.writing.observed_writer import ObservedWriter
from spexplain.data.collection.writing.removed_rows import remove_spectra
from spexplain.data.lenses.explained_anomalies import open_reasons
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.placer import Placer
from spexplain.data.lenses.plane_points import open_planes

LINES = {"type 1": 4861.0, "type 2": 5007.0, "intermediate": 4340.0}
LABELS = [*LINES] * 20 + [""] * 20
MORE = ["type 1", "", "type 2", "", "", "intermediate", "", ""]
SHORT = 82  # a row that no lens can take
GROWING = (
    *("prepare-o25", "prepare-p21", "vae", "score", "svm", "domain-p21", "domain-o25"),
    *("embed-p21", "embed-o25"),
)
REASONS = ("explain", "cluster", "embed-reasons")
N_STRANGE = 4  # of the new ones


def spectra(labels, first=0):
    """Catalog and spectra as observed, numbered from one on; some are strange."""
    ends = COLLECTION_GRID.wave_rest_aa[[0, -1]]
    wave = np.arange(ends[0] - 10, ends[1] + 10, 2.0)
    rows, made = range(first, first + len(labels)), []
    z = np.array([0.02 + 0.01 * (row % 7) for row in rows])
    for row, label in zip(rows, labels, strict=True):
        rng = np.random.default_rng(row)
        flux = 1 + rng.normal(0, 0.1) * (wave - 5100) / 1000 + 0.05 * rng.normal(size=wave.size)
        if label:
            flux += 2 * np.exp(-(((wave - LINES[label]) / 15) ** 2))
        if row % 37 == 3 or row >= 84:
            flux[(wave > 6600) & (wave < 6620)] += 4 + 0.1 * row
        ivar = np.where((row == SHORT) & (wave < 6000), 0, 400.0).astype(np.float32)
        made.append(
            StoredSpectrum(encode_wave(wave * (1 + z[row - first])), np.float32(flux), ivar)
        )
    names = [f"s{row:03}" for row in rows]
    table = {"id": names, "z": z, "label": labels, "file": names, "set_aside": ""}
    return pd.DataFrame(table | {"set_aside_why": "", "sn_median": 10.0 + np.arange(len(z))}), made


def add(path, labels, first):
    with ObservedWriter.add_to(path, {"of": first}) as writer:
        writer.append(*spectra(labels, first))
    return Collection.open(path)


@pytest.fixture(scope="module")
def quick(quick):
    """So many explanations that no cluster loses all."""
    return dataclasses.replace(quick, top_at_least=20)


@pytest.fixture(scope="module")
def base(tmp_path_factory, quick):
    """Built before anything was added; to be copied."""
    path = tmp_path_factory.mktemp("base") / "base"
    with ObservedWriter.create(path, COLLECTION_GRID, {"v": 1}) as writer:
        writer.append(*spectra(LABELS))
    assert not build(path, settings=quick).skipped
    return path


@pytest.fixture(scope="module")
def grown(base, quick, tmp_path_factory):
    """Enlarged and built again, its runs of before, and a build from nothing with their models."""
    path = shutil.copytree(base, tmp_path_factory.mktemp("grown") / "grown")
    then = {name: RunStore(path).find(name) for name in RunStore(path).current()}
    places = Placer(Collection.open(path))
    collection = add(path, MORE, len(LABELS))
    report = build(collection, settings=quick)
    alone = path.with_name("alone")
    shutil.copytree(path, alone, ignore=shutil.ignore_patterns("runs"))
    build(alone, settings=quick, models=base)
    now = {name: RunStore(path).find(name) for name in RunStore(path).current()}
    found = {name: RunStore(alone).find(name) for name in RunStore(alone).current()}
    return SimpleNamespace(path=path, report=report, then=then, now=now, alone=found, places=places)


def test_stages_do_what_is_new_and_keep_the_rest(grown, quick):
    n_new = {name: grown.report.added[name] for name in GROWING}
    assert n_new == dict.fromkeys(GROWING, len(MORE) - 1)  # one cannot be used
    assert {name: grown.report.added[name] for name in REASONS} == dict.fromkeys(REASONS, N_STRANGE)
    assert not grown.report.skipped
    again = build(grown.path, settings=quick)
    assert not again.built
    assert {name: run.key for name, run in grown.now.items()} == RunStore(grown.path).current()


def test_prepared_spectra_of_before_are_the_same_and_the_new_as_the_models_want_them(grown):
    for name in ("prepare-o25", "prepare-p21"):
        then, now, alone = (runs[name] for runs in (grown.then, grown.now, grown.alone))
        spectra = now.read_array("spectra")
        np.testing.assert_array_equal(spectra[: len(LABELS)], then.read_array("spectra"))
        np.testing.assert_array_equal(spectra, alone.read_array("spectra"))
        for part in ("kept", "sample_median", "wavelength"):
            np.testing.assert_array_equal(now.read_array(part), then.read_array(part))
        assert now.table("rows").equals(alone.table("rows"))
        assert now.table("reasons").equals(alone.table("reasons"))
        assert now.table("reasons")["row"].tolist() == [SHORT]


@pytest.mark.parametrize(
    ("stage", "table", "of_all"),
    [
        ("score", "scores", {"rank", "rank_in_bin", "sn_bin"}),
        ("svm", "predictions", set()),
        ("domain-o25", "domain", set()),
        ("domain-p21", "domain", set()),
    ],
)
def test_models_say_of_new_spectra_what_a_build_from_nothing_says(grown, stage, table, of_all):
    then, now, alone = (runs[stage].table(table) for runs in (grown.then, grown.now, grown.alone))
    own = [name for name in now if name not in of_all]
    assert now[own].iloc[: len(then)].equals(then[own])
    new, expected = (one[own].iloc[len(then) :].reset_index(drop=True) for one in (now, alone))
    pd.testing.assert_frame_equal(new, expected, rtol=1e-4, atol=1e-6)
    assert len(new) == len(MORE) - 1


def test_ranks_are_over_all(grown):
    scores = grown.now["score"].table("scores")
    expected = scores["mse"].rank(ascending=False, method="first").astype(int)
    np.testing.assert_array_equal(scores["rank"], expected)
    assert scores["rank"].iloc[-N_STRANGE:].max() <= 8  # those with a spike came to the front


def test_models_are_those_of_before_and_say_so(grown, base):
    for stage, file in (("vae", "model.safetensors"), ("svm", "model.skops")):
        then, now = grown.then[stage], grown.now[stage]
        assert (then.path / file).read_bytes() == (now.path / file).read_bytes()
        assert now.metrics["added_since"] == len(MORE) - 1
        assert "trained before 7 of these were added" in now.metrics["growth_note"]
        assert "trained before 7" in grown.report.notes[stage]
    lenses, before = open_lenses(Collection.open(grown.path)), open_lenses(Collection.open(base))
    for name, lens in lenses.items():
        assert lens.model_key == before[name].model_key
        assert "before 7 of these were added" in lens.whose


def test_a_spectrum_is_placed_where_it_was_when_it_was_no_part_of_the_collection(grown):
    lenses = open_lenses(Collection.open(grown.path))
    for plane, stage in (("agn", "embed-p21"), ("anomaly", "embed-o25")):
        then, now = (runs[stage].table("xy") for runs in (grown.then, grown.now))
        assert now[[*then]].iloc[: len(then)].equals(then)
        for row, x, y in now[[*then]].iloc[len(then) :].itertuples(index=False):
            flux = lenses[plane].prepared(row)
            assert grown.places.place(plane, flux) == pytest.approx((x, y), abs=1e-3)
        found = open_planes(Collection.open(grown.path))[plane]
        assert [row for row in found.rows if found.came_later(row)] == list(found.rows[len(then) :])
        metrics = grown.now[stage].metrics
        assert metrics["n_placed_since"] == len(MORE) - 1
        assert metrics["of_spectra"] == grown.then[stage].metrics["of_spectra"]
        assert "were placed on it" in metrics["growth_note"]


def test_what_newly_belongs_to_the_most_anomalous_is_explained_and_the_rest_is_kept(grown):
    then, now, alone = (runs["explain"] for runs in (grown.then, grown.now, grown.alone))
    tables = [run.table("explained").set_index("row") for run in (then, now, alone)]
    rows = tables[1].index
    assert len(rows) == len(tables[0])
    assert rows.equals(tables[2].index)  # the share is of all: as many left as came
    kept = rows.intersection(tables[0].index)
    assert len(kept) == len(rows) - N_STRANGE
    assert tables[1].loc[kept].equals(tables[0].loc[kept])
    pd.testing.assert_frame_equal(tables[1], tables[2], rtol=1e-3)
    for name in ("weights", "errors", "survival"):
        old, new = then.read_array(name), now.read_array(name)
        at = tables[0].index.get_indexer(kept)
        np.testing.assert_array_equal(new[rows.get_indexer(kept)], old[at])
    np.testing.assert_allclose(
        now.read_array("weights"), alone.read_array("weights"), rtol=1e-2, atol=1e-4
    )
    np.testing.assert_array_equal(now.read_array("labels"), then.read_array("labels"))


def test_new_explanations_are_put_with_the_nearest_reason_and_said_to_be(grown):
    then, now = grown.then["cluster"], grown.now["cluster"]
    np.testing.assert_array_equal(now.read_array("centres"), then.read_array("centres"))
    old, new = (run.table("clusters").set_index("row") for run in (then, now))
    kept = new.index.intersection(old.index)
    assert new.loc[kept, "cluster"].equals(old.loc[kept, "cluster"])
    assert set(new.index[new["came_later"].to_numpy()]) == set(new.index) - set(kept)
    apart = np.linalg.norm(now.read_array("unit")[:, None] - now.read_array("centres"), axis=-1)
    came = new["came_later"].to_numpy()
    np.testing.assert_array_equal(new["cluster"].to_numpy()[came], apart.argmin(axis=1)[came])
    lines, alone = now.table("lines"), grown.alone["cluster"].table("lines").set_index("row")
    assert lines["row"].tolist() == new.index.tolist()
    pd.testing.assert_frame_equal(lines.set_index("row"), alone.loc[lines["row"]])
    assert f"before {N_STRANGE} of these explanations came" in now.metrics["growth_note"]
    reasons = open_reasons(Collection.open(grown.path))
    assert reasons.growth == now.metrics["growth_note"]
    assert reasons.lines["row"].tolist() == reasons.rows.tolist()


def test_new_explanations_are_placed_on_the_plane_of_reasons(grown):
    then, now = (runs["embed-reasons"].table("xy") for runs in (grown.then, grown.now))
    both = now[~now["came_later"]].merge(then, on="row", suffixes=("", "_then"))
    assert len(both) == len(now) - N_STRANGE
    assert both["x"].equals(both["x_then"])
    assert both["y"].equals(both["y_then"])
    assert np.isfinite(now[["x", "y"]].to_numpy()).all()
    plane = open_planes(Collection.open(grown.path))["reasons"]
    assert plane.title.endswith(f"({len(both)} laid out, {N_STRANGE} placed among them later)")


def test_anew_makes_what_a_collection_that_never_grew_has(grown, quick, tmp_path):
    path = shutil.copytree(grown.path, tmp_path / "c")
    report = build(path, settings=quick, anew=True, only=["svm"])
    assert set(report.built) == {"prepare-p21", "svm"}
    assert not report.added
    own = RunStore(path).find("svm").table("predictions")
    assert (own["split"].iloc[len(LABELS) :] != "").any()  # it has learned on new ones too
    key = RunStore(path).find("svm").key
    assert not build(path, settings=quick, only=["svm"]).built
    shutil.rmtree(path / "runs")
    build(path, settings=quick, only=["svm"])
    assert RunStore(path).find("svm").key == key


def test_growing_twice_is_growing_once(grown, base, quick, tmp_path):
    path = shutil.copytree(base, tmp_path / "c")
    add(path, MORE[:5], len(LABELS))
    build(path, settings=quick)
    add(path, MORE[5:], len(LABELS) + 5)
    report = build(path, settings=quick)
    assert report.added["score"] == 3
    for stage, table in (("score", "scores"), ("svm", "predictions"), ("embed-o25", "xy")):
        one, other = RunStore(path).find(stage), grown.now[stage]
        pd.testing.assert_frame_equal(one.table(table), other.table(table), rtol=1e-4, atol=1e-4)
    assert RunStore(path).find("vae").metrics["added_since"] == len(MORE) - 1


def test_a_build_that_was_stopped_goes_on_with_what_it_keeps(grown, base, quick, tmp_path):
    path = shutil.copytree(base, tmp_path / "c")
    add(path, MORE[:5], len(LABELS))
    stopped = []

    def progress(stage, *_):
        if stage == "vae":
            stopped.append(stage)

    with pytest.raises(BuildCancelled):
        build(path, settings=quick, progress=progress, cancelled=lambda: bool(stopped))
    assert RunStore(path).find("vae").metrics["added_since"] == 4
    add(path, MORE[5:], len(LABELS) + 5)  # and more comes before it went on
    report = build(path, settings=quick)
    assert report.added["vae"] == 3
    assert report.added["score"] == len(MORE) - 1
    one, other = RunStore(path).find("score"), grown.now["score"]
    pd.testing.assert_frame_equal(one.table("scores"), other.table("scores"), rtol=1e-4, atol=1e-6)


def test_an_addition_of_nothing_keeps_all(base, quick, tmp_path):
    path = shutil.copytree(base, tmp_path / "c")
    with ObservedWriter.add_to(path, {"of": "nothing"}) as writer:
        writer.reject("bad", "", "unreadable", "why")
    report = build(path, settings=quick)
    assert set(report.added.values()) == {0}
    assert not RunStore(path).find("vae").metrics["growth_note"]


@pytest.mark.parametrize("change", ["settings", "removed"])
def test_what_was_changed_besides_is_made_anew(base, quick, tmp_path, change):
    path = shutil.copytree(base, tmp_path / "c")
    collection = add(path, MORE, len(LABELS))
    if change == "settings":
        quick = dataclasses.replace(quick, svm=dataclasses.replace(quick.svm, c=0.7))
    elif change == "removed":
        remove_spectra(path, ["s000"])
        collection = Collection.open(path)
    report = build(collection, settings=quick, only=["svm"])
    assert "svm" in report.built
    assert "svm" not in report.added
    assert ("prepare-p21" in report.added) == (change != "removed")
