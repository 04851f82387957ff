"""The figures of classifiers: what is drawn is what was measured."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import PolyCollection
from spexplain.dashboard.export.classifier_figures import (
    confusion_figure,
    noise_figure,
    reliability_figure,
)
from spexplain.dashboard.figures.theme import category_colours
from spexplain.data.study.figure_intervals import share_interval
from spexplain.data.study.published_p21 import NOISE_F

KINDS = ["type 1", "type 2", "intermediate"]
COLOURS = dict(zip(KINDS, category_colours(tuple(KINDS), "light"), strict=True))


def text_of(axes) -> str:
    return axes.get_title() or axes.get_title("left")


def test_the_confusion_matrix_says_counts_and_shares_row_by_row() -> None:
    counts = np.array([[7, 1, 2], [0, 1200, 0], [3, 0, 9]])
    raw, shares = confusion_figure(KINDS, counts).axes
    assert raw.get_xlabel() == "called"
    assert raw.get_ylabel() == "true type"
    assert [label.get_text() for label in raw.get_yticklabels()] == KINDS
    said = {text.get_position(): text.get_text() for text in raw.texts}
    parts = {text.get_position(): text.get_text() for text in shares.texts}
    for (i, j), n in np.ndenumerate(counts):
        assert said[j, i] == f"{n:,}"
        share, _, ends = parts[j, i].partition("\n")
        assert share == f"{n / counts[i].sum():.2f}"
        assert ends == share_interval(n, int(counts[i].sum()))
    assert shares.get_title() == "share of the true type"


def test_the_types_stand_in_the_papers_order_whatever_that_of_the_counts() -> None:
    counts = np.array([[7, 1, 2], [0, 12, 0], [3, 0, 9]])
    raw, _ = confusion_figure(["intermediate", "type 1", "type 2"], counts).axes
    assert [label.get_text() for label in raw.get_xticklabels()] == KINDS
    said = {text.get_position(): text.get_text() for text in raw.texts}
    assert [said[j, 2] for j in range(3)] == ["1", "2", "7"]  # true intermediate, the last row
    assert [said[j, 0] for j in range(3)] == ["12", "0", "0"]


def test_a_type_without_test_spectra_has_shares_of_zero() -> None:
    _, shares = confusion_figure(["a", "b"], np.array([[0, 0], [1, 3]])).axes
    said = [text.get_text().split("\n") for text in shares.texts]
    assert [one[0] for one in said] == ["0.00", "0.00", "0.25", "0.75"]
    assert said[0][1] == "0.00–1.00"  # of none nothing is known


def noise_curves(kernel: str, *, best: bool, n: int = 50) -> dict:
    return {
        "c": 0.07,
        "gamma": None if kernel == "linear" else 0.003,
        "best": best,
        "macro_f": [0.9, 0.7, 0.5],
        "spread": [0.01, 0.02, 0.03],
        "ends": [[0.85, 0.95], [0.6, 0.8], [0.4, 0.6]],
        "by_class": {
            "type 1": {
                "f": [1.0, 0.9, 0.6],
                "spread": [0.0, 0.1, 0.1],
                "n": n,
                "ends": [[0.9, 1.0], [0.8, 0.95], [0.5, 0.7]],
            }
        },
    }


def test_the_noise_test_is_drawn_with_its_spread_beside_the_papers() -> None:
    curves = noise_curves("linear", best=True)
    noise = {"sigmas": [0.1, 1.0, 4.0], "kernels": {"linear": curves}}
    fig = noise_figure(noise)
    (axes,) = fig.axes
    drawn = {box.get_label(): box for box in axes.containers}
    assert set(drawn) == {"mean", "type 1"}
    for name, f, spread in (
        ("mean", curves["macro_f"], curves["spread"]),
        ("type 1", [1.0, 0.9, 0.6], [0.0, 0.1, 0.1]),
    ):
        line, _, (bars,) = drawn[name]
        np.testing.assert_array_equal(line.get_xdata(), noise["sigmas"])
        np.testing.assert_array_equal(line.get_ydata(), f)
        heights = [0.5 * np.ptp(bar[:, 1]) for bar in bars.get_segments()]
        np.testing.assert_allclose(heights, spread, atol=1e-12)
    theirs = {line.get_label(): line for line in axes.lines}["type 1, paper"]
    assert dict(zip(*theirs.get_data(), strict=True)) == NOISE_F["type 1"]
    assert axes.get_xscale() == "log"
    assert "5100 Å = 1" in fig.get_supxlabel()
    assert fig.get_supylabel() == "F on the test set"


def test_what_few_test_spectra_leave_open_is_shaded_and_what_many_do_is_not() -> None:
    for n, shades in ((50, 2), (200, 0)):
        curves = noise_curves("linear", best=True, n=n)
        (axes,) = noise_figure({"sigmas": [0.1, 1.0, 4.0], "kernels": {"linear": curves}}).axes
        shaded = [drawn for drawn in axes.collections if isinstance(drawn, PolyCollection)]
        assert len(shaded) == shades
    (axes,) = noise_figure(
        {"sigmas": [0.1, 1.0, 4.0], "kernels": {"linear": noise_curves("linear", best=True)}}
    ).axes
    mean, kind = (d for d in axes.collections if isinstance(d, PolyCollection))
    for drawn, ends in ((mean, [0.4, 0.95]), (kind, [0.5, 1.0])):
        heights = drawn.get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose([heights.min(), heights.max()], ends)


def test_probabilities_that_are_true_lie_on_the_line_with_their_intervals() -> None:
    bins = {"confidence": [0.6, 0.99], "right": [0.55, 1.0], "low": [0.4, 0.93], "high": [0.7, 1.0]}
    (axes,) = reliability_figure(bins).axes
    (box,) = axes.containers
    points, _, (bars,) = box
    np.testing.assert_array_equal(points.get_xdata(), bins["confidence"])
    np.testing.assert_array_equal(points.get_ydata(), bins["right"])
    ends = [(bar[0, 1], bar[1, 1]) for bar in bars.get_segments()]
    np.testing.assert_allclose(ends, list(zip(bins["low"], bins["high"], strict=True)))
    line = axes.lines[0]
    np.testing.assert_array_equal(line.get_xdata(), line.get_ydata())


def test_every_kernel_has_a_noise_panel_the_best_first_and_the_paper_stands_by_the_linear() -> None:
    kernels = {k: noise_curves(k, best=k == "rbf") for k in ("linear", "rbf", "poly2")}
    fig = noise_figure({"sigmas": [0.1, 1.0, 4.0], "kernels": kernels})
    shown = [axes for axes in fig.axes if axes.axison]
    titles = [text_of(axes) for axes in shown]
    assert titles == [
        "rbf kernel, C 0.07, gamma 0.003 (the best)", "linear kernel, C 0.07",
        "poly2 kernel, C 0.07, gamma 0.003",
    ]  # fmt: skip
    with_paper = [any("paper" in str(line.get_label()) for line in a.lines) for a in shown]
    assert with_paper == [False, True, False]
    (legend,) = fig.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert set(names) == {"mean", "type 1", "mean, paper", "type 1, paper"}
    assert len(names) == 4  # once, however many panels
