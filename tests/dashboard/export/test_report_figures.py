"""The figures of the report: what is drawn is what was measured, and says what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.svm.training import SvmSettings, fit_classifier
from spexplain.core.spectra.lines.line_list import P21_MARKERS
from spexplain.core.targets.svm.coupled_svm import CoupledSvm, SvmTarget
from spexplain.dashboard.export.report_figures import (
    example_spectra_figure,
    example_titles,
    mean_spectra_figure,
    numbered_plane_figure,
    saliency_figure,
)
from spexplain.dashboard.figures.theme import category_colours
from spexplain.data.lenses.plane_points import Plane

KINDS = ["type 1", "type 2", "intermediate"]
WAVE = np.linspace(3728.91, 5265.95, 120)
COLOURS = dict(zip(KINDS, category_colours(tuple(KINDS), "light"), strict=True))


@pytest.fixture(scope="module")
def spectra() -> tuple[np.ndarray, np.ndarray]:
    """60 spectra (60, 120) of three types, each with a bump of its own, and their labels."""
    rng = np.random.default_rng(0)
    labels = np.array(KINDS * 20)
    flux = 1 + 0.05 * rng.normal(size=(60, len(WAVE)))
    for at, label in enumerate(labels):
        middle = 30 + 25 * KINDS.index(label)
        flux[at, middle : middle + 8] += 1.5
    return flux, labels


@pytest.fixture(scope="module")
def machine(spectra: tuple[np.ndarray, np.ndarray]) -> CoupledSvm:
    return CoupledSvm.from_sklearn(fit_classifier(*spectra, SvmSettings()))


def text_of(axes) -> str:
    return axes.get_title() or axes.get_title("left")


def test_a_spectrum_of_each_type_is_drawn_as_it_is_in_the_colour_of_its_type(spectra) -> None:
    flux, _ = spectra
    fig = example_spectra_figure(WAVE, flux[:3], KINDS)
    for axes, values, kind in zip(fig.axes, flux[:3], KINDS, strict=True):
        line = axes.lines[0]
        np.testing.assert_array_equal(line.get_xdata(), WAVE)
        np.testing.assert_array_equal(line.get_ydata(), values)
        assert to_hex(line.get_color()) == COLOURS[kind]
        assert text_of(axes) == kind
        assert axes.get_xlim() == (WAVE[0], WAVE[-1])
    assert fig.axes[-1].get_xlabel() == "rest wavelength in vacuum (Å)"
    assert "5100 Å" in fig.get_supylabel()


def test_the_papers_lines_are_marked_in_every_panel(spectra) -> None:
    fig = example_spectra_figure(WAVE, spectra[0][:3], KINDS)
    for axes in fig.axes:
        marked = {line.get_xdata()[0] for line in axes.lines[1:]}
        assert marked == {line.wave_vac_aa for line in P21_MARKERS}


def test_of_each_type_the_median_and_the_middle_68_percent_are_drawn(spectra) -> None:
    flux, labels = spectra
    fig = mean_spectra_figure(WAVE, flux, labels)
    for axes, kind in zip(fig.axes, KINDS, strict=True):
        mine = pd.DataFrame(flux[labels == kind])
        np.testing.assert_allclose(axes.lines[0].get_ydata(), mine.median())
        corners = axes.collections[0].get_paths()[0].vertices
        low, high = mine.quantile(0.16).to_numpy(), mine.quantile(0.84).to_numpy()
        assert corners[:, 1].min() == pytest.approx(low.min())
        assert corners[:, 1].max() == pytest.approx(high.max())
        assert text_of(axes) == f"{kind}, 20 spectra"


def test_a_saliency_map_paints_the_derivative_of_the_predicted_class(spectra, machine) -> None:
    flux, _ = spectra
    fig = saliency_figure(WAVE, flux[:2], machine, ["one", "two"])
    for axes, values, title in zip(fig.axes, flux[:2], ("one", "two"), strict=True):
        (lines,) = (part for part in axes.collections if isinstance(part, LineCollection))
        predicted = int(machine.log_proba(values[None])[0].argmax())
        target = SvmTarget(machine, predicted)
        weights = explain(values, target, ExplainSettings(method="saliency")).weights
        painted = lines.get_array()
        np.testing.assert_allclose(painted, 0.5 * (weights[1:] + weights[:-1]))
        low, high = lines.get_clim()
        assert low == -high
        assert high == pytest.approx(np.percentile(np.abs(weights), 99.5))
        ends = np.array([segment[0] for segment in lines.get_segments()])
        np.testing.assert_array_equal(ends, np.column_stack([WAVE, values])[:-1])
        assert text_of(axes) == title
    blue, orange = lines.cmap(1.0), lines.cmap(0.0)
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


def test_the_top_of_a_line_is_in_the_figure_and_a_wild_pixel_is_not(spectra) -> None:
    flux = spectra[0][:1].copy()
    flux[0, 90:93] = 9.0
    flux[0, 10] = 50.0
    (axes,) = example_spectra_figure(WAVE, flux, KINDS[:1]).axes
    assert 9 < axes.get_ylim()[1] < 12


def test_lines_are_named_once_and_the_scale_of_the_colours_is_said(spectra, machine) -> None:
    fig = saliency_figure(WAVE, spectra[0][:2], machine, ["a", "b"])
    names = [text.get_text() for text in fig.axes[0].texts]
    assert sorted(names) == sorted(["He I", "Hδ", "Hγ", "Hβ", "[O III]"])
    assert not fig.axes[1].texts
    for axes in fig.axes:
        assert axes.get_title("right").startswith("colours to ±")


def test_frames_are_drawn_only_where_there_are_some(spectra, machine) -> None:
    fig = saliency_figure(WAVE, spectra[0][:2], machine, ["a", "b"], ["#d62728", None])
    framed, plain = fig.axes
    assert {to_hex(spine.get_edgecolor()) for spine in framed.spines.values()} == {"#d62728"}
    assert "#d62728" not in {to_hex(spine.get_edgecolor()) for spine in plain.spines.values()}


def test_a_machine_without_an_opinion_still_has_a_map(spectra, machine) -> None:
    fig = saliency_figure(WAVE, np.zeros((1, len(WAVE))), machine, ["nothing"])
    fig.canvas.draw()
    low, high = fig.axes[0].get_ylim()
    assert low < high


@pytest.fixture
def plane() -> Plane:
    rng = np.random.default_rng(1)
    rows = np.arange(0, 60, 2)
    xy = rng.normal(size=(30, 2)).astype(np.float32)
    quality = {"trustworthiness": 0.9, "knn_recall": 0.3}
    return Plane("agn", "t-SNE", rows, xy, quality, {"perplexity": 50.0})


def test_numbers_on_the_plane_stand_at_their_spectra(plane: Plane) -> None:
    labels = np.array(KINDS * 10)
    chosen = pd.DataFrame(
        {"row": [4, 5, 58, 60], "number": [1, 2, 3, 4], "correct": [False, False, True, True]}
    )
    (axes,) = numbered_plane_figure(plane, labels, chosen).axes
    said = {text.get_text(): text for text in axes.texts}
    # Rows 5 and 60 are not on this plane.
    assert set(said) == {"1", "3"}
    assert said["1"].xy == pytest.approx(tuple(plane.xy[2]))
    assert said["3"].xy == pytest.approx(tuple(plane.xy[29]))
    assert to_hex(said["1"].get_bbox_patch().get_edgecolor()) == "#d62728"
    assert to_hex(said["3"].get_bbox_patch().get_edgecolor()) == "#2ca02c"


def test_numbers_of_spectra_on_one_spot_stand_apart() -> None:
    xy = np.array([[0, 0], [0.01, 0], [0, 0.01], [5, 5], [-5, 5], [5, -5]], np.float32)
    quality = {"trustworthiness": 0.9, "knn_recall": 0.3}
    plane = Plane("agn", "t-SNE", np.arange(6), xy, quality, {"perplexity": 50.0})
    rows = pd.DataFrame({"row": [0, 1, 2], "number": [1, 2, 3], "correct": [False, True, True]})
    fig = numbered_plane_figure(plane, np.array(KINDS * 2), rows)
    fig.canvas.draw()
    boxes = [text.get_bbox_patch().get_window_extent() for text in fig.axes[0].texts]
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:at])


def test_points_of_a_type_have_its_colour_and_its_name(plane: Plane) -> None:
    labels = np.array(KINDS * 10)
    nobody = pd.DataFrame({"row": [], "number": [], "correct": []})
    (axes,) = numbered_plane_figure(plane, labels, nobody).axes
    dots = [part for part in axes.collections if isinstance(part, PathCollection)]
    assert [part.get_label() for part in dots] == KINDS
    for part in dots:
        kind = str(part.get_label())
        assert to_hex(part.get_facecolor()[0]) == COLOURS[kind]
        np.testing.assert_allclose(part.get_offsets(), plane.xy[labels == kind])
    assert axes.get_aspect() == 1.0  # distances are alike in all directions


def test_titles_say_number_truth_verdict_and_every_probability() -> None:
    chosen = pd.DataFrame(
        {"number": [1], "true": ["type 2"], "predicted": ["intermediate"],
         "p_type_1": [0.05], "p_type_2": [0.25], "p_intermediate": [0.7]}
    )  # fmt: skip
    (title,) = example_titles(chosen, KINDS)
    assert title == (
        "1: type 2, called intermediate (p(type 1) 0.050, p(type 2) 0.250, p(intermediate) 0.700)"
    )
