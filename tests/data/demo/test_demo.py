import json

import numpy as np
import pandas as pd
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.data.build.all_stages import BuildCancelled, BuildError, build
from spexplain.data.collection.collection import Collection
from spexplain.data.demo import demo
from spexplain.data.demo.demo import build_demo, demo_settings
from spexplain.data.demo.simulate import PopulationSizes
from spexplain.data.files.folders import demo_path
from spexplain.data.ingest.to_collection import ingest
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.plane_points import open_planes


@pytest.fixture
def small(small_demo):
    return Collection.open(small_demo)


@pytest.fixture
def tiny(monkeypatch):
    """A demo of 60 objects that are simulated and no more."""
    sizes = PopulationSizes(20, 10, 10, 10, 10, 0, per_anomaly=0)
    monkeypatch.setattr(PopulationSizes, "small", lambda: sizes)
    monkeypatch.setattr(demo, "_BATCH", 8)
    monkeypatch.setattr(demo, "build", lambda *_, **__: None)


def test_the_small_demo_has_something_for_every_part_of_the_page(small):
    lenses, planes = open_lenses(small), open_planes(small)
    assert set(lenses) == {"agn", "anomaly"}
    assert set(planes) == {"agn", "anomaly", "reasons"}
    assert len(planes["agn"].rows) > 300
    assert (lenses["agn"].columns["correct"] == False).sum() >= 1  # noqa: E712
    assert lenses["anomaly"].columns["cluster"].nunique() >= 3
    assert any(lenses["anomaly"].reason(row) for row in range(small.n_spectra))


def test_planted_anomalies_rank_above_the_ordinary(small):
    columns = open_lenses(small)["anomaly"].columns
    planted = small.catalog["planted_kind"].reindex(columns.index).fillna("") != ""
    share = columns["rank"] / len(columns)
    assert share[planted].median() < 0.25 < share[~planted].median()


def test_broad_hbeta_makes_real_quasars_type_1_and_the_blue_end_does_so_most(
    small, real_spectra, tmp_path
):
    index = pd.read_csv(real_spectra / "index.csv")
    quasars = index[(index["class"] == "QSO") & (index["survey"] == "SDSS") & (index["z"] < 0.45)]
    files = [real_spectra / name for name in quasars.nlargest(15, "snr_median")["file"]]
    ingest(files, tmp_path / "real")
    real = Collection.open(tmp_path / "real")
    report = build(real, models=small.path, only=["svm"])
    assert not report.skipped
    lens = open_lenses(real)["agn"]
    type_1 = lens.columns.index[lens.columns["predicted"] == "type 1"]
    assert len(type_1) > 0.7 * len(lens.rows)
    wave = lens.wave_rest_aa
    near = (wave > 4800) & (wave < 4920)
    strongest, raises = [], []
    for row in type_1:
        flux, target = lens.prepared(row), lens.target("type 1", row)
        found = explain(flux, target, ExplainSettings(method="saliency"))
        smooth = np.convolve(np.abs(found.weights), np.ones(13) / 13, "same")
        strongest.append(wave[smooth.argmax()])
        weaker = np.where(near, 0.9, 1.0) * flux
        raises.append(target(flux[None])[0] > target(weaker[None])[0])
    assert np.mean(raises) > 0.9
    assert np.mean(np.array(strongest) < 3800) > 0.5


def test_a_demo_that_is_there_is_not_made_again(small, monkeypatch):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(small.path.parent))
    said = []
    path = build_demo(small=True, progress=lambda *words: said.append(words))
    assert path == small.path
    assert {words[0] for words in said} >= {"vae", "svm", "cluster"}
    assert {words[3] for words in said} == {"up to date"}


@pytest.mark.usefixtures("tiny")
def test_a_simulation_that_was_stopped_goes_on_to_the_same_spectra(monkeypatch, tmp_path):
    asked = iter([False, False, True])
    with pytest.raises(BuildCancelled, match="simulating"):
        build_demo(small=True, cancelled=lambda: next(asked))
    assert not demo_path(small=True).exists()
    stopped = Collection.open(build_demo(small=True))
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "elsewhere"))
    straight = Collection.open(build_demo(small=True))
    assert stopped.key == straight.key
    assert stopped.n_spectra == 60


@pytest.mark.usefixtures("tiny")
def test_a_demo_of_another_version_is_replaced_and_one_of_this_version_kept(monkeypatch):
    path = build_demo(small=True)
    (path / "note").touch()
    build_demo(small=True)
    assert (path / "note").exists()
    about = json.loads((path / "collection.json").read_text())
    about["provenance"]["seed"] = 1
    (path / "collection.json").write_text(json.dumps(about))
    build_demo(small=True)
    assert not (path / "note").exists()
    assert np.isfinite(Collection.open(path).catalog["z"]).all()


@pytest.mark.usefixtures("tiny")
def test_two_processes_do_not_build_it_at_once():
    def build_again(*_):
        with pytest.raises(BuildError, match="being built by another process"):
            build_demo(small=True)

    build_demo(small=True, progress=build_again)


def test_the_demo_departs_from_the_papers_in_nothing_but_what_it_says():
    full, usual = demo_settings(), type(demo_settings())()
    assert full.svm == usual.svm
    assert full.p21 == usual.p21
    assert full.o25 == usual.o25
    assert full.explain == usual.explain
    assert (full.vae.alpha, full.vae.lam, full.vae.hidden) == (0.0, 8.6, (256, 128, 64))


def test_a_demo_of_another_size_stands_beside_the_usual_one(monkeypatch):
    monkeypatch.setattr(PopulationSizes, "scaled", lambda n: PopulationSizes(n, 0, 0, 0, 0, 0, 0))
    monkeypatch.setattr(demo, "build", lambda *_, **__: None)
    path = build_demo(n_spectra=30)
    assert path == demo_path(n_spectra=30)
    assert path.name == "demo-30"
    assert Collection.open(path).n_spectra == 30
    with pytest.raises(ValueError, match="has a fixed size"):
        build_demo(small=True, n_spectra=30)


def test_the_home_can_be_moved_and_both_demos_have_their_place(monkeypatch, tmp_path):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path))
    assert demo_path() == tmp_path / "demo"
    assert demo_path(small=True) == tmp_path / "demo-small"
    monkeypatch.delenv("SPEXPLAIN_HOME")
    assert demo_path().parent.name == "spexplain"
