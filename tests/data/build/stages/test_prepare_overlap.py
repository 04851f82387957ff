"""The range of the AGN lens, computed from the sample in place of the paper's."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.build.all_stages import BuildError, BuildSettings, build, settings_as_built
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.study.evaluation import evaluate

N = 60
SHORT, ELSEWHERE = 4, 11  # a labelled spectrum that ends early, an unlabelled one that starts late
STARTS = 3900.0 + np.arange(N)


@pytest.fixture
def uneven(tmp_path):
    """Spectra of two types that begin and end at different wavelengths."""
    wave, rng = COLLECTION_GRID.wave_rest_aa, np.random.default_rng(0)
    labels = np.array(["type 1", "type 2", ""])[np.arange(N) % 3]
    flux = 1 + 0.02 * rng.normal(size=(N, wave.size))
    flux[labels == "type 1"] += 2 * np.exp(-(((wave - 4861) / 20) ** 2))
    for row in range(N):
        flux[row, (wave < STARTS[row]) | (wave > 6500 - row)] = np.nan
    flux[SHORT, wave > 5500] = np.nan
    flux[ELSEWHERE, wave < 4700] = np.nan
    catalog = pd.DataFrame({"id": [f"s{n}" for n in range(N)], "z": 0.02, "label": labels})
    with CollectionWriter.create(tmp_path / "c", COLLECTION_GRID, {"made_by": "a test"}) as writer:
        writer.append(catalog, flux, np.where(np.isfinite(flux), 400.0, 0.0))
    return Collection.open(tmp_path / "c")


def prepared(collection):
    return RunStore(collection.path).find("prepare-p21")


def test_the_paper_s_range_leaves_all_of_them_out(uneven, quick):
    report = build(uneven, settings=quick, only=["prepare-p21"])
    assert "none of 60 spectra can be used" in report.skipped["prepare-p21"]


def test_all_labelled_spectra_cover_their_shared_range(uneven, quick):
    settings = dataclasses.replace(quick, overlap=1.0)
    report = build(uneven, settings=settings, only=["svm"])
    recipe = prepared(uneven).facts("recipe")
    labelled = np.flatnonzero(uneven.catalog["label"] != "")
    assert recipe["start_aa"] == pytest.approx(STARTS[labelled].max(), abs=1)
    assert recipe["stop_aa"] == pytest.approx(5500, abs=1)
    assert recipe["n_points"] == 1000
    assert "all of 40 labelled spectra cover" in report.notes["prepare-p21"]
    lens = open_lenses(uneven)["agn"]
    assert set(labelled) <= set(lens.rows)
    assert not lens.usable(ELSEWHERE)
    assert lens.reason(ELSEWHERE).startswith("covers 4700–")
    assert f"AGN types need {recipe['start_aa']:g}–5500 Å" in lens.reason(ELSEWHERE)


def test_a_share_of_the_sample_covers_a_wider_one(uneven, quick):
    build(uneven, settings=dataclasses.replace(quick, overlap=0.9), only=["prepare-p21"])
    run = prepared(uneven)
    recipe, rows = run.facts("recipe"), run.table("rows")["row"]
    assert recipe["stop_aa"] > 6000
    labels = uneven.catalog["label"].to_numpy(str)
    assert 0.9 * 40 <= np.sum(labels[rows] != "") < 40
    assert SHORT not in set(rows)


def test_what_goes_on_from_a_build_keeps_its_range(uneven, study):
    few = dataclasses.replace(study, overlap=1.0)
    build(uneven, settings=few, only=["prepare-p21"])
    assert settings_as_built(uneven).overlap == 1.0
    key = prepared(uneven).key
    found = evaluate(uneven, settings=dataclasses.replace(study, overlap=1.0))
    assert prepared(uneven).key == key
    (table,) = [table for table in found.tables if table.key == "preparation"]
    assert table.rows[1][1:] == (prepared(uneven).facts("recipe")["stop_aa"], 5265.95)


def test_a_lent_classifier_brings_its_own_range(uneven, built):
    with pytest.raises(BuildError, match=r"overlap=1\.0 cannot be computed here: models are given"):
        build(uneven, settings=BuildSettings(overlap=1.0), models=built.path)
    with pytest.raises(ValueError, match=r"overlap=1\.5"):
        BuildSettings(overlap=1.5)
