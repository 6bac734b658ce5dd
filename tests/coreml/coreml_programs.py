"""Small Core ML models written with the bare protobuf classes, as an input of tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from bertkit.coreml import proto

HIDDEN = 8
VOCABULARY = 50

_TYPES = {"int32": ("INT32", "ints"), "float32": ("FLOAT32", "floats"), "bool": ("BOOL", "bools")}


def token_scorer(shape: tuple[int, ...] = (1, 4), **flexibility: Any) -> Any:
    """Return an ML Program that embeds tokens, normalizes them, lets them attend to each other and scores them.

    It has the input `ids` and the output `scores`.

    Args:
        shape: default shape of `ids`, [batch, sequence].
        flexibility: `enumerated=[shapes]` or `ranges=[(lower, upper)]` for other shapes.
    """
    rng = np.random.default_rng(7)
    program = _Program("ids", "int32", None if flexibility else shape, rank=2)
    table = rng.normal(size=(VOCABULARY, HIDDEN)).astype(np.float16).astype(np.float32)
    axes = len(shape) + 1
    embedded = program.add("gather", "embed", axes, x=table, indices="ids", axis=np.int32(0), batch_dims=np.int32(0))
    normal = program.add(
        "layer_norm", "norm", axes, x=embedded, axes=np.array([-1], np.int32), epsilon=np.float32(1e-5)
    )
    weight = rng.normal(size=(HIDDEN, HIDDEN)).astype(np.float32)
    query = program.add("linear", "query", axes, x=normal, weight=weight, bias=np.ones(HIDDEN, np.float32))
    scores = program.add("matmul", "similarity", axes, x=query, y=normal, transpose_x=False, transpose_y=True)
    attention = program.add("softmax", "attention", axes, x=scores, axis=np.int32(-1))
    mixed = program.add("matmul", "mix", axes, x=attention, y=normal, transpose_x=False, transpose_y=False)
    one = rng.normal(size=(1, HIDDEN)).astype(np.float32)
    head = program.add("linear", "head", axes, x=mixed, weight=one, bias=np.zeros(1, np.float32))
    program.add("squeeze", "scores", 2, x=head, axes=np.array([-1], np.int32))
    model = program.finish(["scores"])
    _describe_array(model.description.input.add(), "ids", "INT32", shape, flexibility)
    _describe_array(model.description.output.add(), "scores", "FLOAT32", (), {})
    return model


def scaler_network(sizes: tuple[int, ...] = (3,)) -> Any:
    """Return a NeuralNetwork of a few bytes: one linear activation, 2 x + 1."""
    model = proto.model_pb2().Model(specificationVersion=4)
    _describe_array(model.description.input.add(), "x", "FLOAT32", sizes, {})
    _describe_array(model.description.output.add(), "y", "FLOAT32", sizes, {})
    layer = model.neuralNetwork.layers.add(name="scale", input=["x"], output=["y"])
    layer.activation.linear.alpha = 2.0
    layer.activation.linear.beta = 1.0
    model.neuralNetwork.arrayInputShapeMapping = 1
    return model


class _Program:
    """Collects the operations of one block."""

    def __init__(self, name: str, dtype: str, shape: tuple[int, ...] | None, rank: int) -> None:
        mil = proto.mil_pb2()
        self._mil = mil
        self.model = proto.model_pb2().Model(specificationVersion=7)
        self.model.mlProgram.version = 1
        self._function = self.model.mlProgram.functions["main"]
        self._function.opset = "CoreML6"
        self._block = self._function.block_specializations["CoreML6"]
        described = self._function.inputs.add(name=name)
        self._set_type(described.type.tensorType, dtype, [None] * rank if shape is None else list(shape))

    def add(self, kind: str, name: str, rank: int, **inputs: Any) -> str:
        """Add an operation with one float32 output called as it is, and return that name."""
        operation = self._block.operations.add(type=kind)
        for key, value in inputs.items():
            binding = operation.inputs[key].arguments.add()
            if isinstance(value, str):
                binding.name = value
            else:
                self._set_value(binding.value, np.asarray(value))
        output = operation.outputs.add(name=name)
        self._set_type(output.type.tensorType, "float32", [None] * rank)
        self._set_string(operation.attributes["name"], name)
        return name

    def finish(self, outputs: list[str]) -> Any:
        self._block.outputs.extend(outputs)
        return self.model

    def _set_value(self, value: Any, array: np.ndarray) -> None:
        self._set_type(value.type.tensorType, str(array.dtype), list(array.shape))
        getattr(value.immediateValue.tensor, _TYPES[str(array.dtype)][1]).values.extend(array.ravel().tolist())

    def _set_string(self, value: Any, text: str) -> None:
        value.type.tensorType.dataType = self._mil.STRING
        value.immediateValue.tensor.strings.values.append(text)

    def _set_type(self, tensor: Any, dtype: str, sizes: list[int | None]) -> None:
        tensor.dataType = getattr(self._mil, _TYPES[dtype][0])
        tensor.rank = len(sizes)
        for size in sizes:
            dimension = tensor.dimensions.add()
            if size is None:
                dimension.unknown.variadic = False
            else:
                dimension.constant.size = size


def _describe_array(feature: Any, name: str, dtype: str, shape: tuple[int, ...], flexibility: dict[str, Any]) -> None:
    feature.name = name
    array = feature.type.multiArrayType
    array.dataType = getattr(proto.feature_types_pb2().ArrayFeatureType, dtype)
    array.shape.extend(shape)
    for sizes in flexibility.get("enumerated", []):
        array.enumeratedShapes.shapes.add(shape=sizes)
    for lower, upper in flexibility.get("ranges", []):
        array.shapeRange.sizeRanges.add(lowerBound=lower, upperBound=upper)
