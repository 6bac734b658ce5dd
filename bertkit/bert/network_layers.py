"""How operations become layers of a NeuralNetwork, where coremltools' own way would not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from coremltools.converters.mil.backend.nn import op_mapping
from coremltools.converters.mil.backend.nn.mil_to_nn_mapping_registry import MIL_TO_NN_MAPPING_REGISTRY

from bertkit.bert.compress import Compression, is_compressed
from bertkit.bert.names import PARAMETER_ENDINGS
from bertkit.bert.network_weights import write_weights

_FILLED_LATER = np.empty(0, np.float32)


@dataclass(frozen=True)
class NetworkLayers:
    """Writes the layers that hold parameters.

    A layer's weights and bias are both float16 or both float32, as Core ML requires; beside compressed weights a bias
    is float32. A layer normalization is always float32.

    Attributes:
        half: store float16.
        compression: what to do with matrices.
    """

    half: bool
    compression: Compression

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Inside the block, coremltools converts operations with parameters by the methods below."""
        mine: dict[str, Callable[[Any, Any, Any], None]] = {
            "gather": self._gather,
            "layer_norm": self._layer_norm,
            "linear": self._linear,
        }
        originals = {name: MIL_TO_NN_MAPPING_REGISTRY[name] for name in mine}
        MIL_TO_NN_MAPPING_REGISTRY.update(mine)
        try:
            yield
        finally:
            MIL_TO_NN_MAPPING_REGISTRY.update(originals)

    def _linear(self, const_context: Any, builder: Any, op: Any) -> None:
        outputs, inputs = op.weight.shape
        builder.add_inner_product(
            name=op.name,
            W=_FILLED_LATER,
            b=_FILLED_LATER,
            input_channels=inputs,
            output_channels=outputs,
            has_bias=True,
            input_name=op_mapping.make_input(const_context, builder, op.x),
            output_name=op.outputs[0].name,
        )
        layer = builder.nn_spec.layers[-1].innerProduct
        write_weights(layer.weights, op.weight.val, half=self.half, compression=self.compression)
        compressed = is_compressed(op.weight.val, self.compression)
        write_weights(layer.bias, op.bias.val, half=self.half and not compressed)

    def _gather(self, const_context: Any, builder: Any, op: Any) -> None:
        """Write an `embeddingND` layer; its table is stored with the vocabulary as the last axis."""
        rows, size = op.x.shape
        expanded = f"{op.name}_indices"
        indices = op_mapping.make_input(const_context, builder, op.indices)
        builder.add_expand_dims(name=expanded, input_name=indices, output_name=expanded, axes=[-1])
        builder.add_embedding_nd(
            name=op.name,
            input_name=expanded,
            output_name=op.outputs[0].name,
            vocab_size=rows,
            embedding_size=size,
            W=_FILLED_LATER,
        )
        layer = builder.nn_spec.layers[-1].embeddingND
        write_weights(layer.weights, op.x.val.T, half=self.half, compression=self.compression)

    def _layer_norm(self, const_context: Any, builder: Any, op: Any) -> None:
        """Write Core ML 3's own layer instead of reshape, mvn, scale, reshape, which hide its parameters."""
        builder.add_layer_normalization(
            name=op.name,
            input_name=op_mapping.make_input(const_context, builder, op.x),
            output_name=op.outputs[0].name,
            normalized_shape=[int(op.x.shape[-1])],
            gamma=op.gamma.val,
            beta=op.beta.val,
            eps=float(op.epsilon.val),
        )


def declare_integer_inputs(specification: Any) -> None:
    """Declare int32 inputs; coremltools declares every input of a NeuralNetwork as float32."""
    for feature in specification.description.input:
        feature.type.multiArrayType.dataType = feature.type.multiArrayType.INT32


def halve_constants(specification: Any) -> None:
    """Store as float16 the parameters that are layers of their own, such as position embeddings."""
    for layer in specification.neuralNetwork.layers:
        if layer.WhichOneof("layer") == "loadConstantND" and layer.name.endswith(PARAMETER_ENDINGS):
            values = np.array(layer.loadConstantND.data.floatValue, np.float32)
            layer.loadConstantND.data.Clear()
            write_weights(layer.loadConstantND.data, values, half=True)
