"""Placement of numbers beside points without overlap."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["label_places"]

_RINGS_PX = (17.0, 24.0, 32.0, 42.0, 54.0, 68.0, 84.0, 102.0, 122.0, 144.0)
_ANGLES = np.linspace(0, 2 * np.pi, 32, endpoint=False) + np.pi / 4
_GAP_PX = 3.0
# A point is drawn as a ring of this radius, which no label may cover.
_POINT_PX = 7.0
# What px of distance the way out of the crowd, and a free view of the leaders, are worth.
_OUTWARDS_PX, _CROSSING_PX = 8.0, 60.0
_OVER_PX, _OUTSIDE_PX = 1e4, 1e3


def label_places(
    points_px: np.ndarray, *, box_px: tuple[float, float], frame_px: tuple[float, float]
) -> np.ndarray:
    """Place a label beside each of a few points.

    Every label takes the nearest free place round its point: over no label, no other point and no
    other label's leader, within the frame, and rather away from the other points.

    Parameters
    ----------
    points_px : (n, 2)
        Of the frame, from its corner; points outside it get a label at its edge, or beyond.
    box_px
        Width and height of a label.
    frame_px
        Width and height of the frame.

    Returns
    -------
    centres_px : (n, 2)
        Middles of the labels; the same for the same points.
    """
    points = np.asarray(points_px, np.float64).reshape(-1, 2)
    centres = np.empty_like(points)
    placed: list[int] = []
    for at in _crowded_first(points):
        tried = _candidates(points, at)
        cost = _cost(tried, points, at, centres[placed], points[placed], box_px, frame_px)
        centres[at] = tried[int(cost.argmin())]
        placed.append(at)
    return centres


def _crowded_first(points: np.ndarray) -> list[int]:
    """Labels with the nearest neighbours first, as they have the fewest free positions."""
    if len(points) < 2:
        return list(range(len(points)))
    from scipy.spatial.distance import cdist  # not before the first plot

    apart = cdist(points, points)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart.min(axis=1), kind="stable").tolist()


def _candidates(points: np.ndarray, at: int) -> np.ndarray:
    """(m, 2) places round a point."""
    ring = np.repeat(_RINGS_PX, len(_ANGLES))
    angle = np.tile(_ANGLES, len(_RINGS_PX))
    return points[at] + ring[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


def _cost(
    tried: np.ndarray,
    points: np.ndarray,
    at: int,
    centres: np.ndarray,
    anchors: np.ndarray,
    box: tuple[float, float],
    frame: tuple[float, float],
) -> np.ndarray:
    """(m,) px: how far each place is, and much more where it covers something."""
    half = 0.5 * np.asarray(box)
    away = tried - points[at]
    cost = np.hypot(*away.T)
    others = np.delete(points, at, axis=0)
    if len(others):
        out = points[at] - others.mean(axis=0)
        size = np.hypot(*out)
        if size > 0:
            cost -= _OUTWARDS_PX * (away @ out) / (cost * size)
    cost += _OVER_PX * _inside(tried, centres, 2 * half + _GAP_PX).sum(axis=1)
    cost += _OVER_PX * _inside(tried, others, half + _POINT_PX).sum(axis=1)
    beyond = np.maximum(half - tried, 0) + np.maximum(tried + half - np.asarray(frame), 0)
    cost += _OUTSIDE_PX * (beyond > 0).any(axis=1) + beyond.sum(axis=1)
    for centre, anchor in zip(centres, anchors, strict=True):
        cost += _CROSSING_PX * _cross(points[at], tried, anchor, centre)
    return cost


def _inside(tried: np.ndarray, others: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(m, n) whether two boxes overlap: their middles are nearer than reach in both directions."""
    near = np.abs(tried[:, None] - others[None]) < reach
    return np.logical_and.reduce(near, axis=2)


def _cross(start: np.ndarray, ends: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) whether the stretches start–end cross a–b."""

    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> Any:
        u, v = q - p, r - p
        return np.sign(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])

    parted = side(start, ends, a) * side(start, ends, b) < 0
    return parted & (side(a, b, start) * side(a, b, ends) < 0)
