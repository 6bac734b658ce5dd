"""Drawings become the same pixels everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from small_pads import circle, cross

from bertkit.drawing import Drawing, Stroke, rasterize
from bertkit.errors import InputError

# cross(bend=20) plus a dot with pressure, 12 pixels, line width 1.5, as hexadecimal pixels, made by _golden() below and
# looked at once.
_GOLDEN = """
000000000000000000000000
00000000000000004afe4200
0000000000000029edcc0800
00002a00000009cced290000
0049ff880000acff4a000000
00008fffb08bff6b00000000
00000067ffff8b0000000000
0000004affdfff6000000000
000029edcc65b7ff88000000
0008cced29ffff8fffb00800
0042fe4a0078780067fe4200
000000000000000000000000
"""


def _golden_drawing() -> Drawing:
    dot = Stroke((50,), (90,), (1.0,))
    return Drawing((*cross(bend=20).strokes, dot))


def _golden() -> str:
    pixels = rasterize(_golden_drawing(), 12, line_width=1.5)
    return "\n".join("".join(f"{value:02x}" for value in row) for row in pixels)


def test_pixels_are_those_that_were_looked_at() -> None:
    assert _golden() == _GOLDEN.strip()


def test_place_and_size_do_not_matter() -> None:
    small, large = rasterize(circle(3)), rasterize(circle(4000, -1e4, 7e3))
    np.testing.assert_array_equal(small, large)


def test_shape_matters() -> None:
    tall = rasterize(circle(squeeze=2))
    rows, columns = np.nonzero(tall)
    assert np.ptp(rows) > 1.8 * np.ptp(columns)
    assert (rows.min(), rows.max()) == (1, 30)  # the margin stays black


def test_edges_are_smooth_and_lines_white() -> None:
    pixels = rasterize(Drawing((Stroke((0, 10), (0, 3)),)), 32)
    assert pixels.max() == 255
    assert len(np.unique(pixels)) > 10


def test_a_line_covers_its_length_times_its_width() -> None:
    pixels = rasterize(Drawing((Stroke((0, 10), (0, 10)),)), 64, line_width=4)
    length = np.hypot(58, 58)
    assert pixels.sum() / 255 == pytest.approx(length * 4 + np.pi * 4, rel=0.02)


def test_pressure_widens_lines() -> None:
    sums = [
        int(rasterize(Drawing((Stroke((0, 10), (0, 9), pressure),))).astype(int).sum())
        for pressure in ((0.1, 0.1), None, (0.5, 0.5), (1.0, 1.0))
    ]
    assert sums[0] < sums[1] == sums[2] < sums[3]


def test_a_dot_is_a_dot() -> None:
    pixels = rasterize(Drawing((Stroke((7,), (7,)),)), 17)
    assert pixels[8, 8] == 255
    assert np.count_nonzero(pixels) <= 9


def test_no_room_is_refused() -> None:
    with pytest.raises(InputError, match="size 4, margin 1"):
        rasterize(circle(), 4, line_width=2.0, margin=1)


if __name__ == "__main__":
    print(_golden())
