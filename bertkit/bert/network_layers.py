"""Layers of a NeuralNetwork that coremltools would write as several others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coremltools.converters.mil.backend.nn import op_mapping
from coremltools.converters.mil.backend.nn.mil_to_nn_mapping_registry import MIL_TO_NN_MAPPING_REGISTRY


@contextmanager
def named_layers() -> Iterator[None]:
    """Inside the block, convert `layer_norm` to Core ML 3's own layer.

    coremltools writes reshape, mvn, scale, reshape, or eleven arithmetic layers where the length is flexible. That hides
    the layer, its parameters and their owner.
    """
    original = MIL_TO_NN_MAPPING_REGISTRY["layer_norm"]
    MIL_TO_NN_MAPPING_REGISTRY["layer_norm"] = _layer_norm
    try:
        yield
    finally:
        MIL_TO_NN_MAPPING_REGISTRY["layer_norm"] = original


def _layer_norm(const_context: Any, builder: Any, op: Any) -> None:
    builder.add_layer_normalization(
        name=op.name,
        input_name=op_mapping.make_input(const_context, builder, op.x),
        output_name=op.outputs[0].name,
        normalized_shape=[int(op.x.shape[-1])],
        gamma=op.gamma.val,
        beta=op.beta.val,
        eps=float(op.epsilon.val),
    )
