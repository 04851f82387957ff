"""What one chooses of a build of AGN types: two types only, the split, the method of t-SNE."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from spexplain.core.planes.tsne import EmbedSettings
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.build.all_stages import build, settings_as_built
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.plane_points import Plane, open_planes


def test_of_two_types_the_classifier_knows_two_and_judges_no_other(copied, quick):
    build(copied, settings=quick.with_choices(task="two"), only=["svm"])
    lens = open_lenses(copied)["agn"]
    assert lens.classes == ("type 1", "type 2")
    labels = copied.catalog["label"].to_numpy(str)[lens.rows]
    said = lens.columns
    assert set(labels[said["split"] != ""]) == {"type 1", "type 2"}
    other = said[labels == "intermediate"]
    assert len(other) == 30
    assert other["correct"].isna().all()
    assert set(other["predicted"]) <= {"type 1", "type 2"}
    test = RunStore(copied.path).find("svm").metrics["test"]
    assert test["macro_f"] > 0.9


@pytest.fixture
def repeated(tmp_path):
    """Thirty objects of two types, each observed twice."""
    wave, rng = COLLECTION_GRID.wave_rest_aa, np.random.default_rng(0)
    object_of = np.arange(60) // 2
    labels = np.array(["type 1", "type 2"])[object_of % 2]
    flux = 1 + 0.1 * rng.normal(size=(60, wave.size))
    flux[labels == "type 1"] += 2 * np.exp(-(((wave - 4861) / 20) ** 2))
    catalog = pd.DataFrame(
        {"id": [f"s{n}" for n in range(60)], "z": 0.02, "label": labels,
         "ra": 10.0 + 0.1 * object_of, "dec": 5.0}
    )  # fmt: skip
    with CollectionWriter.create(tmp_path / "c", COLLECTION_GRID, {"made_by": "a test"}) as writer:
        writer.append(catalog, flux, np.full(flux.shape, 100.0))
    return Collection.open(tmp_path / "c"), object_of


@pytest.mark.parametrize("split", ["auto", "grouped"])
def test_repeats_of_an_object_are_kept_on_one_side(repeated, quick, split):
    collection, object_of = repeated
    report = build(collection, settings=quick.with_choices(split=split), only=["svm"])
    assert "svm" not in report.notes
    run = RunStore(collection.path).find("svm")
    assert run.metrics["split"] == "grouped"
    said = run.table("predictions")
    side = (said["split"] == "test").to_numpy()
    assert 0 < side.sum() < len(side)
    np.testing.assert_array_equal(side[::2], side[1::2])
    assert (object_of[::2] == object_of[1::2]).all()


def test_a_split_that_parts_repeats_is_told(repeated, quick):
    collection, _ = repeated
    report = build(collection, settings=quick.with_choices(split="random"), only=["svm"])
    assert "30 of 60 labelled spectra repeat an object" in report.notes["svm"]


def test_a_stratified_split_holds_the_shares_of_the_types(copied, quick):
    build(copied, settings=quick.with_choices(split="stratified"), only=["svm"])
    said = RunStore(copied.path).find("svm").table("predictions")
    labels = copied.catalog["label"].to_numpy(str)[said["row"]]
    tested = pd.Series(labels[said["split"] == "test"]).value_counts()
    assert set(tested) == {6}


def test_planes_by_scikit_learn_say_so_and_are_kept_by_what_goes_on(copied, study):
    longer = dataclasses.replace(study, embed_p21=EmbedSettings(perplexity=10))
    by_sklearn = longer.with_choices(tsne="sklearn")
    some = by_sklearn.study.planes[:1]
    settings = dataclasses.replace(
        by_sklearn, study=dataclasses.replace(by_sklearn.study, planes=some)
    )
    build(copied, settings=settings, only=["embed-p21", "planes"])
    planes: dict[str, Plane] = open_planes(copied)
    assert planes["agn"].title == "t-SNE of AGN spectra, by scikit-learn"
    assert planes[some[0].name].settings["method"] == "sklearn"
    assert planes[some[0].name].title.endswith("by scikit-learn")
    assert 0 < planes[some[0].name].metrics["trustworthiness"] <= 1
    goes_on = settings_as_built(copied)
    assert goes_on.embed_p21.method == "sklearn"
    assert {choice.settings.method for choice in goes_on.study.planes} == {"sklearn"}
