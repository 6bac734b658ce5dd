"""The networks that turn a drawing into 256 numbers, in their torch form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bertkit.drawing import Drawing, rasterize

SIZE = 32
DIMENSIONS = 128
LINE_WIDTH = 2.0
_CHANNELS = (32, 64, 128, 192)
_HEAD = 14  # where, after the convolutions, the flattening is


def make_network() -> nn.Sequential:
    """Return an embedding network: [drawings, 1, 32, 32] of 0 to 1 to [drawings, 128] of length 1."""
    one, two, three, four = _CHANNELS
    return nn.Sequential(
        *_block(1, one, 5, stride=2),
        *_block(one, two, 3),
        nn.MaxPool2d(2),
        *_block(two, three, 3),
        nn.MaxPool2d(2),
        *_block(three, four, 3),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(four * 16, DIMENSIONS),
        Normalize(),
    )


class Normalize(nn.Module):
    """Gives every row the length 1."""

    def forward(self, x: Tensor) -> Tensor:
        """Divide each row by its length."""
        return functional.normalize(x, dim=1)


def embed(networks: Sequence[nn.Sequential], images: Tensor) -> Tensor:
    """Join what each network finds: [drawings, 128 x networks] of length 1.

    A network's convolutions see the drawing and its mirror image; its dense layer sees the mean of what they found.

    Args:
        networks: from `make_network`, trained.
        images: [drawings, 1, 32, 32] of 0 to 1.
    """
    found = []
    for network in networks:
        network.eval()
        features, head = network[:_HEAD], network[_HEAD:]
        with torch.no_grad():
            found.append(head((features(images) + features(images.flip(3))) / 2))
    return functional.normalize(torch.cat(found, dim=1), dim=1)


def images(drawings: list[Drawing]) -> Tensor:
    """Rasterize drawings: [drawings, 1, 32, 32] float32 of 0 to 1."""
    drawn = [rasterize(each, SIZE, line_width=LINE_WIDTH) for each in drawings]
    return torch.from_numpy(np.stack(drawn)[:, None].astype(np.float32) / 255)


def _block(channels: int, out: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(channels, out, kernel, stride=stride, padding=kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(out), nn.ReLU()]
