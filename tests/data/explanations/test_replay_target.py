"""Saved explanations know the model they are of, and are not repeated with another unnoticed."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from spexplain.core.explain import Explanation
from spexplain.core.settings import ExplainSettings
from spexplain.dashboard.export.stored_spectrum import explain_stored
from spexplain.data.build.all_stages import BuildSettings, build
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.explanations.fits_file import load_explanation, replay, save_explanation
from spexplain.data.explanations.python_code import reproduce_code
from spexplain.data.explanations.replay_target import OtherModelError, stored_target
from spexplain.data.explanations.saved import Origin, SavedExplanation
from spexplain.data.lenses.lenses import LensError, open_lenses


def replayed(
    saved: SavedExplanation, collection: Path | None = None, *, allow_other_model: bool = False
) -> Explanation:
    target = stored_target(saved, collection, allow_other_model=allow_other_model)
    return replay(saved, target, allow_other_model=allow_other_model)


FEW = ExplainSettings(n_samples=300, n_segments=20)


@pytest.fixture(scope="module")
def kept(small_demo: Path) -> SavedExplanation:
    lens = open_lenses(Collection.open(small_demo))["anomaly"]
    id = Collection.open(small_demo).catalog["id"].iat[int(lens.rows[0])]
    return explain_stored(small_demo, id, "mse", FEW).saved


@pytest.fixture(scope="module")
def trained_again(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = shutil.copytree(small_demo, tmp_path_factory.mktemp("again") / "demo")
    usual = BuildSettings(vae_from=1)
    build(
        path,
        only=["score"],
        settings=dataclasses.replace(usual, vae=dataclasses.replace(usual.vae, epochs=1, seed=9)),
    )
    return path


def test_the_origin_names_the_models_run(kept: SavedExplanation, small_demo: Path) -> None:
    runs, collection = RunStore(small_demo), Collection.open(small_demo)
    lenses = open_lenses(collection)
    assert kept.origin.model_key == runs.find("vae").key == lenses["anomaly"].model_key
    assert lenses["agn"].model_key == runs.find("svm").key
    assert kept.origin.collection_key == collection.key


def test_a_lent_model_is_the_lenders(small_demo: Path, tmp_path: Path) -> None:
    path = shutil.copytree(small_demo, tmp_path / "borrower")
    build(path, only=["score"], models=small_demo)
    lens = open_lenses(Collection.open(path))["anomaly"]
    assert RunStore(path).find("vae").key != RunStore(small_demo).find("vae").key
    assert lens.model_key == RunStore(small_demo).find("vae").key


def test_with_the_same_model_it_comes_out_to_the_last_bit(
    kept: SavedExplanation, small_demo: Path, tmp_path: Path
) -> None:
    save_explanation(tmp_path / "kept.fits", kept)
    for again in (replayed(kept), replayed(load_explanation(tmp_path / "kept.fits"), small_demo)):
        assert again.weights.tobytes() == kept.explanation.weights.tobytes()
    assert load_explanation(tmp_path / "kept.fits").origin == kept.origin


def test_another_model_is_named_and_refused_unless_allowed(
    kept: SavedExplanation, trained_again: Path
) -> None:
    now = open_lenses(Collection.open(trained_again))["anomaly"].model_key
    with pytest.raises(OtherModelError) as refused:
        replayed(kept, trained_again)
    assert kept.origin.model_key in str(refused.value)
    assert now in str(refused.value)
    other = replayed(kept, trained_again, allow_other_model=True)
    assert other.weights.tobytes() != kept.explanation.weights.tobytes()


def test_an_older_explanation_is_repeated_on_the_scale_it_was_made_on(small_demo: Path) -> None:
    lens = open_lenses(Collection.open(small_demo))["agn"]
    id = Collection.open(small_demo).catalog["id"].iat[int(lens.rows[0])]
    kept = explain_stored(small_demo, id, "log p", FEW).saved
    # An earlier version's "predicted" was log p, and what is saved says so.
    older = dataclasses.replace(
        kept, origin=dataclasses.replace(kept.origin, lens_target="predicted")
    )
    again = replayed(older)
    assert again.target == kept.explanation.target
    assert again.target.startswith("log p(")
    assert again.weights.tobytes() == kept.explanation.weights.tobytes()


def test_a_file_that_names_no_model_knows_another_by_what_it_says(
    kept: SavedExplanation, trained_again: Path
) -> None:
    unknown = dataclasses.replace(kept.origin, model_key="")
    nameless = dataclasses.replace(kept, origin=unknown)
    with pytest.raises(OtherModelError, match="of this spectrum was"):
        replayed(nameless, trained_again)
    assert replayed(nameless, trained_again, allow_other_model=True).complete


def test_what_is_missing_is_said(kept: SavedExplanation, small_demo: Path) -> None:
    with pytest.raises(ValueError, match="does not say"):
        replayed(dataclasses.replace(kept, origin=Origin()), small_demo)
    lost = dataclasses.replace(kept.origin, lens="lost")
    with pytest.raises(LensError, match="no lens 'lost'"):
        replayed(dataclasses.replace(kept, origin=lost), small_demo)


def test_the_lines_that_reproduce_it_ask_for_the_same_model(
    kept: SavedExplanation, trained_again: Path
) -> None:
    moved = dataclasses.replace(kept.origin, collection=str(trained_again))
    code = reproduce_code(dataclasses.replace(kept, origin=moved))
    with pytest.raises(AssertionError, match="the model is another"):
        exec(code, {})
