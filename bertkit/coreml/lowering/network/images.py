"""Image inputs: their axes, and what a network's preprocessing does to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, fx

from bertkit.coreml.features import Image
from bertkit.coreml.images import channels_of
from bertkit.coreml.lowering.graph import GraphBuilder
from bertkit.errors import ModelError

_RANK_4 = 1
_BIASES = {"RGB": ("redBias", "greenBias", "blueBias"), "BGR": ("blueBias", "greenBias", "redBias")}


def add_image(builder: GraphBuilder, name: str, image: Image, network: Any) -> fx.Node:
    """Add an image input, preprocessed.

    Args:
        builder: takes its nodes; the input itself is [channels, height, width] float32 of 0 to 255.
        name: of the input.
        image: its size and colors.
        network: its preprocessing and the axes that it gives to images.
    """
    node = builder.add_input(name)
    for step in network.preprocessing:
        if step.featureName in ("", name):
            node = _preprocessed(builder, node, step, image)
    axes = 1 if network.imageInputShapeMapping == _RANK_4 else 2
    return builder.add_call(with_leading_axes, {"x": node, "axes": axes}, f"{name}_image")


def with_leading_axes(x: Tensor, axes: int) -> Tensor:
    """Put axes of size 1 in front of [channels, height, width]."""
    return x.reshape(*[1] * axes, *x.shape)


def in_shape(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Return an output in the shape that is declared for it, if it has as many values: images bring further axes."""
    return x.reshape(list(shape)) if x.numel() == math.prod(shape) else x


def scale_image(x: Tensor, scale: float, biases: Tensor) -> Tensor:
    """Return scale * x + the bias of each channel."""
    return x * scale + biases


def subtract_mean(x: Tensor, mean: Tensor) -> Tensor:
    """Return x without the mean image."""
    return x - mean


def _preprocessed(builder: GraphBuilder, node: fx.Node, step: Any, image: Image) -> fx.Node:
    channels = channels_of(image)
    if step.WhichOneof("preprocessor") == "meanImage":
        mean = np.array(step.meanImage.meanImage, dtype=np.float32)
        if mean.size != channels * image.height * image.width:
            wanted = f"{channels} x {image.height} x {image.width}"
            raise ModelError(f"The mean image must hold {wanted} values, it holds {mean.size}.")
        constant = builder.add_constant(object(), "mean_image", mean.reshape(channels, image.height, image.width))
        return builder.add_call(subtract_mean, {"x": node, "mean": constant}, f"{node.name}_centered")
    names = ("grayBias",) if channels == 1 else _BIASES[image.color_space]
    biases = np.array([getattr(step.scaler, name) for name in names], dtype=np.float32).reshape(-1, 1, 1)
    constant = builder.add_constant(object(), "image_biases", biases)
    scale = 1.0 if step.scaler.channelScale == 0 else step.scaler.channelScale  # left out, it stands for 1
    arguments = {"x": node, "scale": scale, "biases": constant}
    return builder.add_call(scale_image, arguments, f"{node.name}_scaled")
