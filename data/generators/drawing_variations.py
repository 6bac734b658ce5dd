"""One drawing as others would have drawn it: turned, stretched, mirrored, its strokes moved and bent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertkit.drawing import Drawing, Stroke

Points = NDArray[np.float64]


def vary(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """Return a random variation of a drawing."""
    left, top, right, bottom = drawing.box
    size = max(right - left, bottom - top, 1e-9)
    points = [(np.column_stack([stroke.x, stroke.y]) - (left, top)) / size for stroke in drawing.strokes]
    if len(points) > 2 and rng.random() < 0.2:
        del points[int(rng.integers(len(points)))]
    turned = _turn(rng)
    wave = rng.normal(0, 0.012, (2, 2)), rng.uniform(0, 6.28, (2, 2))
    return Drawing(tuple(_stroke(_move(each, rng) @ turned, wave) for each in points))


def _turn(rng: np.random.Generator) -> Points:
    """Return a matrix that turns, stretches, shears and, half of the time, mirrors."""
    angle, shear = rng.normal(0, 0.15), rng.normal(0, 0.12)
    stretch = np.exp(rng.normal(0, 0.14, 2)) * (rng.choice([-1, 1]), 1)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.diag(stretch) @ np.array([[1, shear], [0, 1]]) @ rotation


def _move(points: Points, rng: np.random.Generator) -> Points:
    """Shift and scale a stroke a little, and let each of its points tremble."""
    middle = points.mean(axis=0)
    scaled = (points - middle) * np.exp(rng.normal(0, 0.06, 2)) + middle
    return scaled + rng.normal(0, 0.018, 2) + rng.normal(0, 0.006, points.shape)


def _stroke(points: Points, wave: tuple[Points, Points]) -> Stroke:
    """Bend the plane by two slow waves, so that neighboring strokes go the same way."""
    height, phase = wave
    bent = points + np.stack(
        [
            height[0, 0] * np.sin(5 * points[:, 1] + phase[0, 0])
            + height[0, 1] * np.sin(9 * points[:, 1] + phase[0, 1]),
            height[1, 0] * np.sin(5 * points[:, 0] + phase[1, 0])
            + height[1, 1] * np.sin(9 * points[:, 0] + phase[1, 1]),
        ],
        axis=1,
    )
    return Stroke(tuple(bent[:, 0].tolist()), tuple(bent[:, 1].tolist()))
