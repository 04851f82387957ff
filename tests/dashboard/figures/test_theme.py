"""The colours: symmetric, apart for all readers, legible on both pages."""

from __future__ import annotations

import re

import numpy as np
import pytest
from spexplain.dashboard.figures.theme import (
    THEMES,
    category_colours,
    diverging,
    painting,
    ring_opacity,
    sequential,
)
from spexplain.dashboard.views.widgets.components import ASSETS

TYPES = ("type 1", "type 2", "intermediate", "unlabelled")
# Machado, Oliveira & Fernandes 2009, severity 1.0, for linear RGB.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)


def linear(colour: str) -> np.ndarray:
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """As ``color-mix(in srgb, one share, other)``."""
    pairs = ((int(c[i : i + 2], 16) for c in (one, other)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read(name: str) -> None:
    theme = THEMES[name]
    for paper in (theme.surface, theme.raised, theme.page):
        assert contrast(theme.text, paper) > 12
        assert contrast(theme.muted, paper) > 4.5  # WCAG 2.1, AA
    assert contrast(theme.on_accent, theme.accent) > 4.5
    assert contrast(theme.line, theme.surface) > 12


@pytest.mark.parametrize("name", THEMES)
def test_words_in_colour_and_on_the_chosen_line_of_a_list_can_be_read(name: str) -> None:
    theme = THEMES[name]
    chosen = mixed(theme.accent, theme.surface, 0.16)  # as parts.css has it
    for colour in (theme.text, theme.muted):
        assert contrast(colour, chosen) > 4.5
    for paper in (theme.surface, theme.raised, theme.page):
        assert contrast(theme.accent, paper) > 4.5
        assert contrast(theme.warn, paper) > 4.5


@pytest.mark.parametrize("name", THEMES)
def test_lines_that_mean_something_can_be_seen(name: str) -> None:
    theme = THEMES[name]
    lines = {
        "line": theme.line,
        "no weight": theme.neutral,
        "markers and chance": theme.marker,
        "raises": theme.raise_,
        "lowers": theme.lower,
        "any change": theme.either,
        "chosen": theme.accent,
        "warning": theme.warn,
    }
    papers = (theme.surface, theme.raised)
    dim = {what: [contrast(colour, paper) for paper in papers] for what, colour in lines.items()}
    assert {what: found for what, found in dim.items() if min(found) < 3} == {}  # WCAG 2.1, 1.4.11


@pytest.mark.parametrize("name", THEMES)
def test_points_of_every_category_can_be_seen(name: str) -> None:
    names = ("type 1", "intermediate", "correct", "wrong", "unlabelled")
    names += tuple(f"cluster {k}" for k in range(10))
    surface = THEMES[name].surface
    found = dict(zip(names, category_colours(names, name), strict=True))
    dim = {what: contrast(colour, surface) for what, colour in found.items()}
    assert {what: seen for what, seen in dim.items() if seen < 3} == {}


def test_no_words_are_written_in_the_colours_of_frames_and_lines() -> None:
    rules = "".join(path.read_text() for path in ASSETS.glob("*.css"))
    faint = r"[{;\s](?:color|fill): var\(--(?:marker|edge|quiet|neutral)\)(?!; fill-opacity)"
    assert re.findall(faint, rules) == []
    # Half-seen words would be fainter than their colour says.
    assert set(re.findall(r"([^{}]+){[^{}]*[^-]opacity: 0\.", rules)) <= {
        "\n.multiples .waiting svg "
    }


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("paint", ["line", "band"])
def test_the_diverging_colours_run_from_orange_through_neutral_to_blue(
    name: str, paint: str
) -> None:
    colours, theme = diverging(name, paint=paint), THEMES[name]
    assert len(colours) == 256
    assert colours[0] == theme.lower
    assert colours[-1] == theme.raise_
    assert colours[127] == colours[128] == (theme.neutral if paint == "line" else theme.surface)
    assert linear(colours[0])[0] > linear(colours[0])[2]
    assert linear(colours[-1])[2] > linear(colours[-1])[0]


@pytest.mark.parametrize("name", THEMES)
def test_each_arm_leaves_the_neutral_steadily(name: str) -> None:
    rgb = np.array([linear(colour) for colour in diverging(name)])
    away = np.linalg.norm(np.cbrt(rgb) - np.cbrt(rgb[127]), axis=1)
    assert (np.diff(away[128:]) > -5e-3).all()
    assert (np.diff(away[:128]) < 5e-3).all()


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("sight", [np.eye(3), DEUTERANOPIA, PROTANOPIA])
def test_types_and_the_ends_of_an_explanation_stay_apart_for_all_readers(
    name: str, sight: np.ndarray
) -> None:
    theme = THEMES[name]
    sets = [category_colours(TYPES, name), [theme.raise_, theme.lower, theme.either]]
    for colours in sets:
        seen = [np.cbrt(np.clip(sight @ linear(colour), 0, 1)) for colour in colours]
        for i, one in enumerate(seen):
            assert all(np.linalg.norm(one - other) > 0.13 for other in seen[:i])


@pytest.mark.parametrize("name", THEMES)
def test_any_change_is_told_from_both_ends_without_colours_too(name: str) -> None:
    theme = THEMES[name]
    assert all(contrast(theme.either, end) > 1.35 for end in (theme.raise_, theme.lower))


@pytest.mark.parametrize("name", THEMES)
def test_the_shades_of_a_spectrum_end_in_those_of_any_change(name: str) -> None:
    colours, theme = painting(name), THEMES[name]
    assert len(colours) == 512
    assert colours[:256] == diverging(name)
    assert set(colours[256:384]) == {theme.raise_}  # a share of exactly 1 is still blue
    assert (colours[384], colours[-1]) == (theme.surface, theme.either)


def test_the_papers_colours_and_quiet_grey() -> None:
    blue, yellow, red, grey = (linear(c) for c in category_colours(TYPES, "light"))
    assert blue.argmax() == 2
    assert red.argmax() == 0
    assert yellow[2] < 0.1 < min(yellow[:2])
    assert np.ptp(grey) < 0.15


@pytest.mark.parametrize("name", THEMES)
def test_any_number_of_categories_gets_colours(name: str) -> None:
    names = tuple(f"cluster {k}" for k in range(25))
    colours = category_colours(names, name)
    assert len(colours) == 25
    assert len(set(colours[:10])) == 10


@pytest.mark.parametrize("name", THEMES)
def test_the_sequential_colours_stand_out_more_and_more(name: str) -> None:
    surface = THEMES[name].surface
    apart = [contrast(colour, surface) for colour in sequential(name)]
    assert len(apart) == 256
    assert apart[0] > 1.2
    assert apart[-1] > 10
    assert (np.diff(np.convolve(apart, np.ones(9) / 9, "valid")) > -0.02).all()


def test_css_holds_every_colour() -> None:
    text = THEMES["dark"].css()
    assert f"--on-accent: {THEMES['dark'].on_accent};" in text
    assert f"--raise: {THEMES['dark'].raise_};" in text


def test_who_changes_the_colours_given_changes_nobody_elses() -> None:
    mine = diverging("light")
    mine[0] = "#000000"
    assert diverging("light")[0] != "#000000"
    assert diverging("light") != diverging("dark")


def test_rings_of_hundreds_let_the_colours_within_through() -> None:
    assert ring_opacity(0) == ring_opacity(4) == 1
    assert 0.2 < ring_opacity(414) < 0.6
