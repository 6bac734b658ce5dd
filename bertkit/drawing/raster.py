"""Drawings as pixels: the one routine that makes the images that networks are trained on and asked about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertkit.drawing.drawing import Drawing
from bertkit.errors import InputError

Floats = NDArray[np.float64]

_USUAL_PRESSURE = 0.5  # what browsers report of a mouse
_LEAST_WIDTH, _MOST_WIDTH = 0.6, 1.4  # of a line drawn without or with all pressure, in usual widths


def rasterize(drawing: Drawing, size: int = 32, *, line_width: float = 2.0, margin: float = 1.0) -> NDArray[np.uint8]:
    """Draw strokes, white on black, fitted into a square with their middle in its middle.

    A pixel's brightness is the share of it that a line covers, taken from the distance of its center to the nearest
    line: the same drawing gives the same pixels wherever it was drawn and however large.

    Args:
        drawing: what to draw.
        size: pixels of a side.
        line_width: in pixels, at usual pressure.
        margin: black pixels around the drawing.

    Returns:
        [size, size] uint8.

    Raises:
        InputError: nothing would be left between the margins.
    """
    room = size - 2 * margin - line_width
    if room <= 0:
        raise InputError(
            f"size must leave room between margins and lines: size {size}, margin {margin}, line width {line_width}."
        )
    starts, ends, radii = _segments(drawing, room, size / 2, line_width / 2)
    pixels, owners = _near(starts, ends, radii.max(axis=1) + 1, size)
    coverage = np.zeros(size * size)
    np.maximum.at(coverage, pixels, _coverage(pixels, size, starts[owners], ends[owners], radii[owners]))
    return np.rint(coverage * 255).astype(np.uint8).reshape(size, size)


def _segments(drawing: Drawing, room: float, middle: float, radius: float) -> tuple[Floats, Floats, Floats]:
    """Return where lines start and end, [segments, 2] in pixels, and half their widths there, [segments, 2]."""
    left, top, right, bottom = drawing.box
    scale = room / max(right - left, bottom - top, 1e-9)
    center = np.array([(left + right) / 2, (top + bottom) / 2])
    starts, ends, radii = [], [], []
    for stroke in drawing.strokes:
        points = (np.column_stack([stroke.x, stroke.y]) - center) * scale + middle
        pressure = np.full(len(points), _USUAL_PRESSURE) if stroke.pressure is None else np.asarray(stroke.pressure)
        widths = radius * (_LEAST_WIDTH + (_MOST_WIDTH - _LEAST_WIDTH) * pressure)
        first = slice(None) if len(points) == 1 else slice(None, -1)  # a dot is a line to itself
        last = slice(-1 if len(points) == 1 else 1, None)
        starts.append(points[first])
        ends.append(points[last])
        radii.append(np.column_stack([widths[first], widths[last]]))
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(radii)


def _near(starts: Floats, ends: Floats, reach: Floats, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pixels in the box around each segment: flat positions, and the segment that each belongs to."""
    low = np.clip(np.floor(np.minimum(starts, ends) - reach[:, None]), 0, size - 1).astype(np.int64)
    high = np.clip(np.ceil(np.maximum(starts, ends) + reach[:, None]), 0, size - 1).astype(np.int64)
    wide, tall = (high - low + 1).T
    counts = wide * tall
    owners = np.repeat(np.arange(len(starts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = low[owners, 1] + within // wide[owners]
    columns = low[owners, 0] + within % wide[owners]
    return rows * size + columns, owners


def _coverage(pixels: NDArray[np.int64], size: int, starts: Floats, ends: Floats, radii: Floats) -> Floats:
    """Return how much of each pixel its segment covers, 0 to 1; all arguments have one row a pixel."""
    points = np.column_stack([pixels % size, pixels // size]) + 0.5
    along, offset = ends - starts, points - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    place = np.clip((offset * along).sum(axis=1) / squared, 0, 1)
    distance = np.hypot(*(offset - along * place[:, None]).T)
    radius = radii[:, 0] + (radii[:, 1] - radii[:, 0]) * place
    covered: Floats = np.clip(radius - distance + 0.5, 0, 1)
    return covered
