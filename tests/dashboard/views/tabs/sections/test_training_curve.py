"""The training curve: of a finished run, and of one that a build is at."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import time
from html import escape
from pathlib import Path

import pandas as pd
import pytest
from spexplain.dashboard.cli.output.collection_text import collection_lines, collection_summary
from spexplain.dashboard.views.tabs.sections.training_curve import training_curve, training_html
from spexplain.data.build.all_stages import BuildCancelled, build
from spexplain.data.build.stages.anomaly import autoencoder as stage_vae
from spexplain.data.collection.runs import RunStore
from spexplain.data.demo.demo import demo_settings


def test_the_curve_is_that_of_the_run(small_demo: Path) -> None:
    found = training_curve(small_demo)
    assert found is not None
    table, finished = found
    assert finished
    run = RunStore(small_demo).find("vae")
    assert run is not None
    assert table["validation_loss"].min() == run.metrics["validation_loss"]
    html = training_html(small_demo)
    assert f"epoch {len(table)}:" in html
    assert html.count("<polyline") == 2
    assert "a build is training" not in html
    assert "; α 0, λ 8.6; kernel of the paper’s text</div>" in html
    assert "<span>epoch 1</span>" in html
    assert f"<span>{len(table)}</span>" in html


def test_a_search_for_the_losss_weights_is_told(small_demo: Path, tmp_path: Path) -> None:
    path = shutil.copytree(small_demo, tmp_path / "demo")
    usual = demo_settings(small=True)
    settings = dataclasses.replace(
        usual,
        vae=dataclasses.replace(usual.vae, epochs=1),
        vae_search=((0.0, 8.6), (0.5, 2.0)),
        vae_search_epochs=1,
    )
    build(path, settings=settings, only=["vae"])
    run = RunStore(path).find("vae")
    assert run is not None
    best = run.table("search").sort_values("reconstruction").iloc[0]
    said = f"; α {best['alpha']:g}, λ {best['lam']:g}, the best of 2 tried; kernel"
    assert said in training_html(path)


def test_a_training_that_is_under_way_is_shown_as_far_as_it_is(
    small_demo: Path, tmp_path: Path
) -> None:
    path = shutil.copytree(small_demo, tmp_path / "demo")
    shutil.rmtree(next(path.glob("runs/vae-*")))
    seen: list[tuple[int, int]] = []

    def watch(stage: str, done: int, *_: object) -> None:
        found = training_curve(path)
        if stage == "vae" and done and found is not None and not found[1]:
            seen.append((done, len(found[0])))

    with pytest.raises(BuildCancelled):
        build(
            path,
            settings=demo_settings(small=True),
            only=["vae"],
            progress=watch,
            cancelled=lambda: len(seen) >= 3,
        )
    assert seen[:3] == [(1, 1), (2, 2), (3, 3)]
    assert "a build is training it" in training_html(path)
    # Nobody goes on with it: the page does not say for ever that somebody is at it.
    (curve,) = path.glob("runs/.vae-*.partial/training.parquet")
    os.utime(curve, times=(time.time() - 600,) * 2)
    said = training_html(path)
    assert "no new epoch for 10 min" in said
    assert "a build is training it" not in said


def test_nothing_trained_nothing_shown(tmp_path: Path) -> None:
    assert training_html(tmp_path) == ""
    broken = tmp_path / "runs" / ".vae-0.partial"
    broken.mkdir(parents=True)
    pd.DataFrame({"epoch": []}).to_parquet(broken / "training.parquet")
    assert training_html(tmp_path) == ""


def test_it_says_what_it_learnt_from_and_where_it_was_cut_short(
    small_demo: Path, tmp_path: Path
) -> None:
    path = shutil.copytree(small_demo, tmp_path / "demo")
    metrics_of = RunStore(path).find("vae").path / "metrics.json"
    metrics = json.loads(metrics_of.read_text())
    assert escape(metrics["sample_note"][1:]) in training_html(path)
    assert "Learnt from" in training_html(path)
    metrics |= {"training_note": "training was cut short"}
    metrics_of.write_text(json.dumps(metrics))
    n = metrics["n_trained_on"] + metrics["n_validation"]
    assert f"Training of the autoencoder on {n:,} galaxies" in training_html(path)
    assert "Training was cut short." in training_html(path)
    text = "\n".join(collection_lines(collection_summary(path)))
    assert f"vae (anomaly lens): {metrics['sample_note']}" in text
    assert "vae (anomaly lens): training was cut short" in text
    del metrics["training_note"], metrics["sample_note"]
    metrics_of.write_text(json.dumps(metrics))  # as before they were recorded
    assert "Learnt from" not in training_html(path)


def test_a_build_broken_off_after_the_search_does_not_search_again(
    small_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shutil.copytree(small_demo, tmp_path / "demo")
    usual = demo_settings(small=True)
    settings = dataclasses.replace(
        usual,
        vae=dataclasses.replace(usual.vae, epochs=3),
        vae_search=((0.0, 8.6), (0.5, 2.0)),
        vae_search_epochs=1,
    )
    trained: list[str] = []
    with pytest.raises(BuildCancelled):
        build(
            path,
            settings=settings,
            only=["vae"],
            progress=lambda stage, done, total, said="": trained.append(said),
            cancelled=lambda: any("validation" in said for said in trained),
        )

    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr(stage_vae, "search_loss", never)
    build(path, settings=settings, only=["vae"])
    assert "the best of 2 tried" in training_html(path)
