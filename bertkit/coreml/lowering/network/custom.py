"""Custom layers, whose classes the user of the model registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bertkit.coreml.custom import CustomLayer, make_custom_layer
from bertkit.coreml.lowering.network.weights import read_weights
from bertkit.errors import ModelError


class Custom(torch.nn.Module):
    """A user's layer as part of a graph."""

    def __init__(self, layer: CustomLayer, outputs: int, place: str) -> None:
        super().__init__()
        self._layer = layer
        self._outputs = outputs
        self._place = place

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Compute the layer on arrays.

        Raises:
            ModelError: it returns more or fewer arrays than the layer has outputs.
        """
        returned: Any = self._layer(*(x.detach().float().cpu().numpy() for x in inputs))
        arrays = returned if isinstance(returned, (tuple, list)) else [returned]
        if len(arrays) != self._outputs:
            raise ModelError(f'The custom layer "{self._place}" must return {self._outputs} arrays, got {len(arrays)}.')
        device = inputs[0].device if inputs else torch.device("cpu")
        return tuple(torch.from_numpy(np.array(array, dtype=np.float32)).to(device) for array in arrays)


def custom_module(layer: Any, place: str) -> Custom:
    """Make the module of a custom layer.

    Args:
        layer: `NeuralNetwork_pb2.NeuralNetworkLayer`.
        place: its name, with those of the layers around it.

    Raises:
        UnsupportedError: its class is not registered.
        ModelError: a weight is damaged.
    """
    message = layer.custom
    parameters = {name: getattr(value, value.WhichOneof("value")) for name, value in message.parameters.items()}
    weights = [
        read_weights(weight, (-1,), f'Weight {index} of layer "{place}"')
        for index, weight in enumerate(message.weights)
    ]
    return Custom(make_custom_layer(message.className, parameters, weights, place), len(layer.output), place)


def run_custom(layer: Custom, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Compute a custom layer."""
    result: tuple[Tensor, ...] = layer(inputs)
    return result
