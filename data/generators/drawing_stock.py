"""A stock of varied training drawings: drawing strokes takes longer than learning from them, so it is done once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from drawing_variations import vary
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bertkit.drawing import Drawing

VARIATIONS = 10  # of each drawing
_WIDTHS = (1.4, 2.6)
_FIRST_SEED = 100


class Stock:
    """Variations of drawings as pixels, every batch of them varied once more.

    Args:
        drawings: to vary.
        draw: rasterizes one drawing with a line width: [size, size] uint8.
        path: where the stock is kept; it is made if it is not there.
    """

    def __init__(
        self, drawings: list[Drawing], draw: Callable[[Drawing, float], NDArray[np.uint8]], path: Path
    ) -> None:
        if not path.exists():
            np.save(path, np.stack([_varied(drawings, draw, seed) for seed in range(VARIATIONS)]))
        self._pixels: NDArray[np.uint8] = np.load(path)

    def batch(self, chosen: NDArray[np.int64], quarters: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """Return a random variation of each chosen drawing: [chosen, 1, size, size] float32 of 0 to 1.

        Args:
            chosen: which drawings.
            quarters: of a full turn by which each is turned, 0 to 3.
            rng: of the variations.
        """
        pixels = self._pixels[rng.integers(VARIATIONS, size=len(chosen)), chosen]
        images = torch.from_numpy(pixels.astype(np.float32) / 255)[:, None]
        turns = torch.from_numpy(_turns(quarters, rng))
        grid = functional.affine_grid(turns, list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, align_corners=False).to(memory_format=torch.channels_last)


def _varied(
    drawings: list[Drawing], draw: Callable[[Drawing, float], NDArray[np.uint8]], seed: int
) -> NDArray[np.uint8]:
    rng = np.random.default_rng(_FIRST_SEED + seed)
    return np.stack([draw(vary(drawing, rng), float(rng.uniform(*_WIDTHS))) for drawing in drawings])


def _turns(quarters: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return matrices, [quarters, 2, 3], that turn, stretch, shift and, half of the time, mirror a little more."""
    count = len(quarters)
    angle, stretch = rng.normal(0, 0.1, count), np.exp(rng.normal(0, 0.07, (count, 2)))
    shift, mirror = rng.normal(0, 0.04, (count, 2, 1)), rng.choice([-1.0, 1.0], count)
    stretch[:, 0] *= mirror
    varied = _rotations(angle) * stretch[:, None, :]
    return np.concatenate([varied @ _rotations(quarters * np.pi / 2), shift], axis=2).astype(np.float32)


def _rotations(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a matrix for each angle: [angles, 2, 2]."""
    cosines, sines = np.cos(angles), np.sin(angles)
    return np.array([[cosines, -sines], [sines, cosines]]).transpose(2, 0, 1)
