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

    def batch(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """Return a random variation of each chosen drawing: [chosen, 1, size, size] float32 of 0 to 1."""
        pixels = self._pixels[rng.integers(VARIATIONS, size=len(chosen)), chosen]
        images = torch.from_numpy(pixels.astype(np.float32) / 255)[:, None]
        grid = functional.affine_grid(_turns(len(chosen), rng), list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, align_corners=False).to(memory_format=torch.channels_last)


def _varied(
    drawings: list[Drawing], draw: Callable[[Drawing, float], NDArray[np.uint8]], seed: int
) -> NDArray[np.uint8]:
    rng = np.random.default_rng(_FIRST_SEED + seed)
    return np.stack([draw(vary(drawing, rng), float(rng.uniform(*_WIDTHS))) for drawing in drawings])


def _turns(count: int, rng: np.random.Generator) -> Tensor:
    """Return matrices, [count, 2, 3], that turn, stretch, shift and, half of the time, mirror a little more."""
    angle, stretch = rng.normal(0, 0.1, count), np.exp(rng.normal(0, 0.07, (count, 2)))
    shift, mirror = rng.normal(0, 0.04, (count, 2)), rng.choice([-1.0, 1.0], count)
    wide, tall = stretch.T
    rows = [
        [np.cos(angle) * wide * mirror, -np.sin(angle) * tall, shift[:, 0]],
        [np.sin(angle) * wide * mirror, np.cos(angle) * tall, shift[:, 1]],
    ]
    return torch.from_numpy(np.array(rows).transpose(2, 0, 1).astype(np.float32))
