"""The report: all tables and figures of the paper in one file that asks nothing of the network."""

import re

import numpy as np
import pytest
from spexplain.core.models.svm.training import SvmSettings
from spexplain.core.models.svm.tuning import TuneSettings
from spexplain.core.planes.tsne import EmbedSettings
from spexplain.dashboard.export.report import write_report
from spexplain.dashboard.figures.planes.small_multiples import planes_layout
from spexplain.data.build.agn_study import AgnStudy, PlaneChoice
from spexplain.data.build.all_stages import BuildSettings, build
from spexplain.data.collection.collection import Collection
from spexplain.data.demo.demo import demo_settings
from spexplain.data.lenses.plane_points import Plane, open_planes
from spexplain.data.study.evaluation import Evaluation, evaluate

QUICK = EmbedSettings(perplexity=50, early=20, iterations=30)
SETS = ("three-raw", "three-standardised", "two-raw", "two-standardised")
# Each figure, and which of the paper's it follows: our own first, then in the paper's order.
FIGURES = {
    "examples": "", "medians": "", "reliability-diagram": "", "noise": "1",
    "confusion": "2–3", "plane": "4",
    "maps-two": "5–6", "maps": "5–6", "misclassified": "7–9", "correct": "7–9", "plane-two": "A.1",
} | {name: f"A.{number}" for number, name in enumerate(SETS, start=2)}  # fmt: skip


@pytest.fixture(scope="module")
def settings() -> BuildSettings:
    """Of a study that takes seconds."""
    planes = [
        PlaneChoice(f"agn-{name}-50", f"t-SNE, {name}", QUICK, name.partition("-")[0])
        for name in SETS
    ]
    machines = (("three", SvmSettings()), ("two", SvmSettings(c=0.4)))
    study = AgnStudy(
        tune=TuneSettings(rounds=0), machines=machines, sigmas=(0.1, 1.0), noise_repeats=2,
        time_repeats=1, planes=tuple(planes),
    )  # fmt: skip
    small = demo_settings(small=True)
    return BuildSettings(study=study, vae=small.vae, vae_from=small.vae_from)


@pytest.fixture(scope="module")
def evaluation(small_demo, tmp_path_factory, settings) -> Evaluation:
    import shutil

    path = shutil.copytree(small_demo, tmp_path_factory.mktemp("report") / "demo")
    build(path, settings=settings, only=["planes"])
    return evaluate(path, settings=settings)


def test_the_report_holds_every_figure_and_table_and_no_address(evaluation, tmp_path):
    done = []
    write_report(evaluation, tmp_path / "report.html", progress=lambda *so_far: done.append(so_far))
    text = (tmp_path / "report.html").read_text()
    assert re.findall(r'<figure id="([^"]+)"', text) == list(FIGURES)
    numbered = [of for of in FIGURES.values() if of]
    assert re.findall(r"After figures? (\S+) of the paper", text) == numbered
    for table in evaluation.tables:
        assert f'<table id="{table.key}"' in text
    assert re.findall(r'(?:src|href)="(?!data:)', text) == []
    assert "http" not in text
    assert done[-1] == (len(FIGURES), len(FIGURES))
    assert f"{evaluation.best['test']['macro_f']:.3f}" in text


def test_without_planes_it_says_how_to_get_them(evaluation, small_demo, tmp_path):
    bare = Evaluation(Collection.open(small_demo), evaluation.runs, evaluation.tables)
    with pytest.raises(ValueError, match="spexplain build DIR --planes"):
        write_report(bare, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("backend", ["bokeh", "matplotlib"])
def test_small_multiples_are_holoviews_points_with_the_planes_own_quality(evaluation, backend):
    planes = [p for n, p in open_planes(evaluation.collection).items() if n.startswith("agn-two")]
    labels = evaluation.collection.catalog["label"].to_numpy(str)
    layout = planes_layout(planes, labels, backend=backend)
    for plane, points in zip(planes, layout, strict=True):
        np.testing.assert_array_equal(points["x"], plane.xy[:, 0])
        assert set(points["type"]) == {"type 1", "type 2"}
    assert len(layout) == 2


def test_many_points_are_shaded():
    xy = np.random.default_rng(0).normal(size=(70_000, 2)).astype(np.float32)
    quality = {"trustworthiness": 0.9, "knn_recall": 0.3}
    plane = Plane("agn", "t-SNE", np.arange(len(xy)), xy, quality, {"perplexity": 50.0})
    labels = np.where(xy[:, 0] > 0, "type 1", "type 2")
    layout = planes_layout([plane], labels)
    assert next(iter(layout)).group == "RGB" or type(next(iter(layout))).__name__ == "RGB"
    with pytest.raises(ValueError, match="--planes"):
        planes_layout([], labels)
