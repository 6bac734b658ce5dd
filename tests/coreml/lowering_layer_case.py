"""How coremltools' builder adds one layer, and what must come out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from lowering_support import Array

_RNG = np.random.default_rng(23)
CHANNELS, HEIGHT, WIDTH = 3, 4, 5


def floats(*shape: int) -> Array:
    return _RNG.normal(size=shape).astype(np.float32)


def positives(*shape: int) -> Array:
    return _RNG.uniform(0.2, 3.0, size=shape).astype(np.float32)


@dataclass(frozen=True)
class LayerCase:
    """One layer.

    Attributes:
        layer: its name in the registry.
        add: adds it to a builder, given the names of its inputs and outputs.
        inputs: fed to the network.
        expected: what must come out.
    """

    layer: str
    add: Callable[[Any, list[str], list[str]], Any]
    inputs: list[Array]
    expected: list[Array]

    def __str__(self) -> str:
        return self.layer


def case(layer: str, method: str, inputs: list[Array], expected: Array | list[Array], **options: Any) -> LayerCase:
    """A layer that one method of the builder adds; it finds out which form of names the method wants."""

    def add(builder: Any, names: list[str], outputs: list[str]) -> None:
        function = getattr(builder, f"add_{method}")
        taken = function.__code__.co_varnames[: function.__code__.co_argcount]
        named: dict[str, Any] = {"name": "layer"}
        if "input_names" in taken:
            named["input_names"] = names
        elif "input_name" in taken:
            named["input_name"] = names[0] if len(names) == 1 else names
        named |= {"output_names": outputs} if "output_names" in taken else {"output_name": outputs[0]}
        function(**named, **options)

    wanted = expected if isinstance(expected, list) else [expected]
    return LayerCase(layer, add, inputs, [np.asarray(array, np.float32) for array in wanted])


def write(case: LayerCase, path: Path) -> None:
    """Write a network of the one layer; one without inputs gets an input that nothing reads."""
    inputs = {f"input_{index}": array for index, array in enumerate(case.inputs)}
    outputs = [f"output_{index}" for index in range(len(case.expected))]
    features = [(name, datatypes.Array(*array.shape)) for name, array in inputs.items()]
    features += [] if inputs else [("unused", datatypes.Array(1))]
    results = [(name, None) for name in outputs]
    builder = NeuralNetworkBuilder(features, results, disable_rank5_shape_mapping=True)
    case.add(builder, list(inputs), outputs)
    path.write_bytes(builder.spec.SerializeToString())


def by_torch(compute: Any, *arrays: Array) -> Array:
    found: Array = compute(*map(torch.from_numpy, arrays)).numpy()
    return found
