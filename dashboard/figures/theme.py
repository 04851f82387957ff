"""The colours of the page, light and dark, for CSS, figures and shading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

import numpy as np

__all__ = [
    "THEMES",
    "Theme",
    "ThemeName",
    "category_colours",
    "diverging",
    "over_colours",
    "painting",
    "ring_opacity",
    "sequential",
]

ThemeName = Literal["light", "dark"]

N_SHADES = 256
# A power below one lets weak colour show early: most segments of a spectrum are weak.
_PACE = 0.8


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, each a ``#rrggbb`` string; the field names are the CSS variables.

    Text is read at a contrast of 4.5 or more, lines that mean something are seen at 3 or more
    (WCAG 2.1, 1.4.3 and 1.4.11); ``edge`` frames what would be understood without a frame.

    ``raise_`` and ``lower`` are the two ends of every explanation (blue strengthens, orange
    weakens), ``either`` is of what any change strengthens, or weakens (violet, apart from both by
    lightness too); ``neutral`` is a line painted where nothing was found, ``laid`` (magenta) the
    mean of others, ``pinned`` (olive) a second spectrum: another, or this one as edited.
    """

    page: str
    surface: str
    raised: str
    edge: str
    text: str
    muted: str
    accent: str
    on_accent: str
    line: str
    marker: str
    raise_: str
    lower: str
    either: str
    neutral: str
    quiet: str
    warn: str
    laid: str
    pinned: str

    def css(self) -> str:
        """The colours as CSS custom properties, ``--surface: #…;`` and so on."""
        return " ".join(
            f"--{field.name.rstrip('_').replace('_', '-')}: {getattr(self, field.name)};"
            for field in fields(self)
        )


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        page="#f3f4f7",
        surface="#ffffff",
        raised="#f7f8fa",
        edge="#e2e5eb",
        text="#18202c",
        muted="#5a6677",
        accent="#1d5fd0",
        on_accent="#ffffff",
        line="#1a2230",
        marker="#858e9d",
        raise_="#0b55c9",
        lower="#dd5f00",
        either="#5d1f80",
        neutral="#858e9d",
        quiet="#8a93a2",
        warn="#b42318",
        laid="#aa3377",
        pinned="#6f7500",
    ),
    "dark": Theme(
        page="#0e1218",
        surface="#151b23",
        raised="#1b222c",
        edge="#28313d",
        text="#e4e9f0",
        muted="#93a0b1",
        accent="#6aa5ff",
        on_accent="#0c1220",
        line="#e9eef5",
        marker="#66748a",
        raise_="#4c9dff",
        lower="#ff8a24",
        either="#d9b8ff",
        neutral="#66748a",
        quiet="#586882",
        warn="#ff8d80",
        laid="#d873a9",
        pinned="#c3c95a",
    ),
}

# P21 draws type 1 blue, type 2 yellow, intermediate red. The shades differ in lightness as
# well as hue, so that they stay apart for readers who do not see red and green apart.
_NAMED: dict[ThemeName, dict[str, str]] = {
    "light": {
        "type 1": "#1f66d6",
        "type 2": "#eeb000",
        "intermediate": "#c2203a",
        "correct": "#3c8f8a",
        "wrong": "#d3232f",
    },
    "dark": {
        "type 1": "#5aa2ff",
        "type 2": "#ffd447",
        "intermediate": "#ff5468",
        "correct": "#4fb3ab",
        "wrong": "#ff5d5d",
    },
}

# Any further name: Paul Tol's "bright" and "vibrant" sets, safe for colour-blind readers.
_CYCLE: dict[ThemeName, tuple[str, ...]] = {
    "light": (
        "#4477aa", "#ec5f71", "#228833", "#a39000", "#2a97b8", "#aa3377", "#e0691f", "#5d5d9e",
        "#009988", "#994455",
    ),
    "dark": (
        "#7aa6d8", "#ff8a97", "#5cc46c", "#e0cc4f", "#7fd6ef", "#d873a9", "#ff9d5c", "#a3a3e6",
        "#3fcdbb", "#d88a97",
    ),
}  # fmt: skip

_FEW_RINGS = 120
_QUIET_NAMES = frozenset({"unlabelled", "not classified", "not clustered", "in none"})

# Bottom and top of the numeric scale: dark means much on paper, light means much on a screen
# at night; both ends keep clear of the surface they are drawn on. Blue stands for more of a score
# as on the spectrum, and orange, there for less, does not occur.
_SEQUENTIAL: dict[ThemeName, tuple[str, ...]] = {
    "light": ("#d9d8d4", "#b3bcc4", "#6c9cd6", "#0b55c9", "#0a1f58"),
    "dark": ("#3a3835", "#4a5565", "#3d7cd0", "#7ab5ff", "#eef5ff"),
}


def category_colours(
    names: tuple[str, ...], theme: ThemeName, own: Mapping[str, str] | None = None
) -> list[str]:
    """One ``#rrggbb`` for each category: the papers' colours, quiet grey, or the next free one.

    Those in ``own`` have the colour that somebody gave them, in either theme.
    """
    own_colours = own or {}
    free = iter(_CYCLE[theme] * (1 + len(names) // len(_CYCLE[theme])))
    quiet = THEMES[theme].quiet
    return [
        quiet
        if name in _QUIET_NAMES
        else own_colours.get(name) or _NAMED[theme].get(name) or next(free)
        for name in names
    ]


def ring_opacity(n: int) -> float:
    """Of rings round n points: hundreds of them drawn in full would hide the colours within."""
    return 1.0 if n <= _FEW_RINGS else 0.4


def over_colours(theme: ThemeName) -> dict[str, str]:
    """Colour ``#rrggbb`` of each kind of overlay (``LineOver.kind``)."""
    chosen = THEMES[theme]
    return {
        "smooth": chosen.line,
        "survey": _NAMED[theme]["correct"],
        "pinned": chosen.pinned,
        "rebuilt": chosen.warn,
        "mean": chosen.laid,
    }


def diverging(theme: ThemeName, *, paint: Literal["line", "band"] = "band") -> list[str]:
    """256 colours from orange (weakens) through the surface (index 127.5) to blue (strengthens).

    Both arms run at the same pace in Oklab (Ottosson 2020), so equal strength looks equal.
    """
    return [*_arms(theme, paint)]


def painting(theme: ThemeName) -> list[str]:
    """512 colours for shades −1 to 3: ``diverging`` up to 1, and from 2 the arm of any change."""
    chosen, plain = THEMES[theme], diverging(theme)
    half = N_SHADES // 2
    arm = _blend(chosen.surface, chosen.either, np.linspace(0.0, 1.0, half) ** _PACE)
    return [*plain, *[plain[-1]] * half, *arm]


def sequential(theme: ThemeName) -> list[str]:
    """256 colours of rising emphasis for a numeric value on the plane."""
    return [*_sequential(theme)]


@cache
def _sequential(theme: ThemeName) -> tuple[str, ...]:
    """Kept: every picture of numbers and its legend ask for them, and they take 20 ms."""
    anchors = np.array([_oklab(colour) for colour in _SEQUENTIAL[theme]])
    at = np.linspace(0.0, len(anchors) - 1.0, N_SHADES)
    mixed = np.column_stack(
        [np.interp(at, np.arange(len(anchors)), anchors[:, axis]) for axis in range(3)]
    )
    return tuple(_hex(colour) for colour in mixed)


@cache
def _arms(theme: ThemeName, paint: Literal["line", "band"]) -> tuple[str, ...]:
    """Kept: under a slider the key to the colours is written with every answer."""
    chosen = THEMES[theme]
    middle = chosen.neutral if paint == "line" else chosen.surface
    half = N_SHADES // 2
    pace = np.linspace(0.0, 1.0, half) ** _PACE
    up = _blend(middle, chosen.raise_, pace)
    down = _blend(middle, chosen.lower, pace)
    return (*reversed(down), *up)


def _blend(start: str, stop: str, at: np.ndarray) -> list[str]:
    first, last = _oklab(start), _oklab(stop)
    return [_hex(first + (last - first) * step) for step in at]


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _oklab(colour: str) -> np.ndarray:
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return _TO_LAB @ np.cbrt(_TO_LMS @ linear)


def _hex(lab: np.ndarray) -> str:
    linear = np.clip(np.linalg.solve(_TO_LMS, np.linalg.solve(_TO_LAB, lab) ** 3), 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in srgb)
