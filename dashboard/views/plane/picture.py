"""Picture of a plane, cached on disk for the next start.

Datashader takes seconds to load and to compile. What it drew at the last start is shown meanwhile.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Collection as Names
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ....core.models.anomaly.scores import SCORE_TITLES
from ....data.files.atomic import written_whole
from ....data.files.folders import home
from ...figures.theme import THEMES, ThemeName, category_colours, sequential
from ...workspace.colouring import Categories, Values
from ...workspace.workspace import Workspace

if TYPE_CHECKING:
    from ...figures.planes.shade import Window

__all__ = [
    "STORED_PX",
    "draw_plane",
    "framed",
    "ringed_places",
    "selected_on",
    "store_picture",
    "stored_picture",
    "stretch_in_view",
]

STORED_PX = 540  # width and height of what is kept: about those of a plane on a usual screen

_MOST_RINGED = 400  # of more, colour against grey says the same
_SOLID = 128  # opacity above that of points that stand back
_FOLDER = "pictures"
_MOST = 40  # of some 50 kB each
_SHADER = Path(__file__).parents[2] / "figures" / "planes" / "shade.py"


def draw_plane(
    workspace: Workspace,
    plane: str,
    colour: str,
    window: Window,
    *,
    theme: ThemeName,
    hidden: Names[str] = (),
    rows: np.ndarray | None = None,
    pixel_ratio: float = 1.0,
) -> np.ndarray:
    """Draw a plane with datashader.

    Parameters
    ----------
    workspace
        Whose points.
    plane, colour
        Their names.
    window
        What part, on how many pixels.
    theme
        Light or dark page.
    hidden
        Categories that remain as a shadow.
    rows
        Of the collection, those that are selected: the others remain as a shadow. All by default.
    pixel_ratio
        Device pixels per CSS pixel.

    Returns
    -------
    (height, width) uint32 RGBA, row 0 at the bottom.
    """
    from ...figures.planes.shade import shade_shadow  # loads datashader

    points = workspace.points(plane, colour)
    lit = None if rows is None else selected_on(workspace, plane, rows)
    if "value" in points and (unknown := points["value"].isna().to_numpy()).any():
        lit = ~unknown if lit is None else lit & ~unknown
    seen = points if lit is None else points.loc[lit]
    picture = _coloured(workspace, plane, colour, window, seen, theme, hidden, rows, pixel_ratio)
    behind = workspace.planes[plane].behind  # the lender's, where it is not one's own plane
    if lit is not None:
        behind = np.concatenate([behind, points.loc[~lit, ["x", "y"]]])
    if not len(behind):
        return picture
    rest, muted = pd.DataFrame(behind, columns=["x", "y"]), THEMES[theme].muted
    shadow = shade_shadow(rest, window, muted, pixel_ratio=pixel_ratio)
    if workspace.planes[plane].lender:  # a few points on a cloud of thousands
        picture = _rimmed(picture, THEMES[theme].text, round(pixel_ratio))
    return np.where(picture, picture, shadow)


def _rimmed(picture: np.ndarray, colour: str, width_px: int) -> np.ndarray:
    """The picture with a rim round all that is not a shadow."""
    from scipy.ndimage import binary_dilation  # not before the first plot

    parts = picture.view(np.uint8).reshape(*picture.shape, 4)
    solid = parts[..., 3] > _SOLID
    rim = np.asarray(binary_dilation(solid, iterations=width_px), bool) & ~solid
    parts[rim] = [*bytes.fromhex(colour[1:]), 255]
    return picture


def _coloured(
    workspace: Workspace,
    plane: str,
    colour: str,
    window: Window,
    points: pd.DataFrame,
    theme: ThemeName,
    hidden: Names[str],
    rows: np.ndarray | None,
    pixel_ratio: float,
) -> np.ndarray:
    from ...figures.planes.shade import shade_categories, shade_values

    colouring = workspace.colouring(colour)
    if isinstance(colouring, Categories):
        return shade_categories(
            points,
            window,
            category_colours(colouring.names, theme, colouring.own),
            shown=np.array([name not in hidden for name in colouring.names]),
            shadow=THEMES[theme].muted,
            quiet=colouring.quiet,
            loud=colouring.loud,
            pixel_ratio=pixel_ratio,
        )
    low, high = stretch_in_view(workspace, plane, colouring, window, rows)
    return shade_values(
        points,
        window,
        sequential(theme),
        low=low,
        high=high,
        largest=colouring.name == "score" or colouring.name in SCORE_TITLES,
        pixel_ratio=pixel_ratio,
    )


def stretch_in_view(
    workspace: Workspace,
    plane: str,
    colouring: Values,
    window: Window,
    rows: np.ndarray | None = None,
) -> tuple[float, float]:
    """Values at the two ends of the colours, for the points in view.

    Of what is selected and in view, where rows are.
    """
    xy, here = workspace.planes[plane].xy, workspace.planes[plane].rows
    (left, right), (low, high) = window.x, window.y
    x, y = xy[:, 0], xy[:, 1]
    inside = (x >= left) & (x <= right) & (y >= low) & (y <= high)
    if rows is not None:
        inside &= selected_on(workspace, plane, rows)
    return colouring.span(here if inside.all() else here[inside])


def selected_on(workspace: Workspace, plane: str, rows: np.ndarray) -> np.ndarray:
    """Which points of a plane are of these rows of the collection, (n,) bool."""
    mask = np.zeros(len(workspace.catalog), bool)
    mask[rows] = True
    return mask[workspace.planes[plane].rows]


def ringed_places(workspace: Workspace, plane: str | None, rows: np.ndarray | None) -> np.ndarray:
    """Where on a plane the selected are that get a ring each, (n, 2): a few, or none of many."""
    if plane is None or rows is None or len(rows) > _MOST_RINGED:
        return np.empty((0, 2))
    return workspace.planes[plane].xy[selected_on(workspace, plane, rows)]


def framed(
    x: tuple[float, float], y: tuple[float, float], width: int, height: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The extent (x low, high), (y low, high) on a frame of so many pixels, with equal scales.

    A distance means the same in every direction; what is asked for is in the middle.
    """
    scale = max((x[1] - x[0]) / width, (y[1] - y[0]) / height)
    (left, right), (bottom, top) = (
        (0.5 * (low + high - scale * pixels), 0.5 * (low + high + scale * pixels))
        for (low, high), pixels in ((x, width), (y, height))
    )
    return (left, right), (bottom, top)


def store_picture(
    workspace: Workspace, plane: str, colour: str, theme: ThemeName, picture: np.ndarray
) -> None:
    """Keep a picture of the whole plane in a folder of our own; where none can be, do without."""
    path = _path(workspace, plane, colour, theme)
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as beside:
            np.savez_compressed(beside, picture=picture)
        old = sorted(path.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)[:-_MOST]
        for each in old:
            each.unlink(missing_ok=True)
    except OSError:
        return


def stored_picture(
    workspace: Workspace, plane: str, colour: str, theme: ThemeName
) -> np.ndarray | None:
    """The picture that was kept of just these points in these colours, or None."""
    try:
        with _path(workspace, plane, colour, theme).open("rb") as file, np.load(file) as kept:
            return kept["picture"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _path(workspace: Workspace, plane: str, colour: str, theme: ThemeName) -> Path:
    """Named after all that the picture depends on."""
    key = hashlib.sha256(_SHADER.read_bytes())
    points, colouring = workspace.planes[plane], workspace.colouring(colour)
    key.update(points.xy.tobytes())
    key.update(points.rows.tobytes())
    key.update(points.behind.tobytes())
    if isinstance(colouring, Categories):
        key.update(colouring.codes.tobytes())
        key.update(
            repr(
                (
                    category_colours(colouring.names, theme, colouring.own),
                    colouring.quiet,
                    colouring.loud,
                )
            ).encode()
        )
    else:
        key.update(colouring.values.tobytes())
        key.update(repr((sequential(theme), colouring.low, colouring.high)).encode())
    key.update(colouring.name.encode())
    return home() / _FOLDER / f"{key.hexdigest()[:24]}.npz"
