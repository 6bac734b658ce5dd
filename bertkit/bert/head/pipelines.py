"""Start and end pipelines that share one encoder file, for systems that run and update Core ML models themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bertkit.bert.head.head_network import HeadOptions, add_convolution, add_loss
from bertkit.bert.head.names import BLOCKED, FEATURES, HIDDEN, POSITION, PROBABILITIES
from bertkit.bert.head.span_weights import SpanWeights, read_span_weights
from bertkit.coreml import proto
from bertkit.coreml.package import Package
from bertkit.coreml.save import save_model

_ROLES = ("start", "end")
_MASK = "attention_mask"


def write_pipelines(reader: Package, encoder: str | Path, folder: str | Path, *, length: int) -> tuple[Path, Path]:
    """Write two updatable pipelines, `start.mlmodel` and `end.mlmodel`: linked encoder, mask, head.

    Core ML allows one loss in a model, so each end of the answer is learned by a pipeline of its own; both link to one
    encoder file, which is loaded once. Training inputs are those of the reader and `position`, the token that is meant.

    Args:
        reader: whose head the pipelines begin with.
        encoder: the file that `cut_encoder` wrote; must lie in `folder`, whose name for it the pipelines keep.
        folder: where to write.
        length: tokens of every row.

    Raises:
        ModelError: the reader has no span head that bertkit wrote.
        FileError: the folder cannot be written.
    """
    weights, cut = read_span_weights(reader), Package.open(encoder)
    start, end = (
        save_model(Path(folder) / f"{role}.mlmodel", _pipeline(weights, cut, row, length))
        for row, role in enumerate(_ROLES)
    )
    return start, end


def _pipeline(weights: SpanWeights, encoder: Package, row: int, length: int) -> Any:
    specification = proto.model_pb2().Model(specificationVersion=4, isUpdatable=True)
    names = [feature.name for feature in encoder.specification.description.input]
    stages = {
        "encoder": _link(encoder, names, length, weights.hidden_size),
        "mask": _mask(length, weights.hidden_size),
        "head": _head(weights, row, length),
    }
    specification.pipeline.names.extend(stages)
    specification.pipeline.models.extend(stages.values())
    description = specification.description
    for name in names:
        for features in (description.input, description.trainingInput):
            _array(features, name, (1, length), "INT32")
    _array(description.trainingInput, POSITION, (1,), "INT32")
    _array(description.output, PROBABILITIES, ())
    return specification


def _link(encoder: Package, names: list[str], length: int, size: int) -> Any:
    specification = proto.model_pb2().Model(specificationVersion=4)
    specification.linkedModel.linkedModelFile.linkedModelFileName.defaultValue = encoder.path.name
    specification.linkedModel.linkedModelFile.linkedModelSearchPath.defaultValue = "."
    for name in names:
        _array(specification.description.input, name, (1, length), "INT32")
    _array(specification.description.output, HIDDEN, (1, length, size))
    return specification


def _mask(length: int, size: int) -> Any:
    """Return a network that sets the hidden states of [1, length, size] upright and adds the mask as a channel."""
    specification = proto.model_pb2().Model(specificationVersion=4)
    network = specification.neuralNetwork
    network.arrayInputShapeMapping = (
        network.DESCRIPTOR.fields_by_name["arrayInputShapeMapping"]
        .enum_type.values_by_name["EXACT_ARRAY_MAPPING"]
        .number
    )
    _array(specification.description.input, HIDDEN, (1, length, size))
    _array(specification.description.input, _MASK, (1, length), "INT32")
    _array(specification.description.output, FEATURES, (size + 1, 1, length))
    _layer(network, "upright", "transpose", [HIDDEN], "upright").axes.extend([2, 0, 1])
    linear = _layer(network, "blocked", "activation", [_MASK], "blocked").linear
    linear.alpha, linear.beta = -BLOCKED, BLOCKED  # (mask - 1) * 1e4
    _layer(network, "channel", "expandDims", ["blocked"], "channel").axes.append(0)
    _layer(network, "joined", "concatND", ["upright", "channel"], FEATURES).axis = 0
    return specification


def _head(weights: SpanWeights, row: int, length: int) -> Any:
    specification = proto.model_pb2().Model(specificationVersion=4, isUpdatable=True)
    channels = (weights.hidden_size + 1, 1, length)
    for features in (specification.description.input, specification.description.trainingInput):
        _array(features, FEATURES, channels)
    _array(specification.description.trainingInput, POSITION, (1,), "INT32")
    matrix = np.append(weights.matrix[row], np.float32(1))[None]
    add_convolution(specification.neuralNetwork, "span_head__logits", (FEATURES, "logits"), matrix, weights.bias[[row]])
    add_loss(specification, HeadOptions())
    return specification


def _layer(network: Any, name: str, kind: str, inputs: list[str], output: str) -> Any:
    layer = network.layers.add(name=name, input=inputs, output=[output])
    getattr(layer, kind).SetInParent()
    return getattr(layer, kind)


def _array(features: Any, name: str, shape: tuple[int, ...], dtype: str = "FLOAT32") -> None:
    kind = features.add(name=name).type.multiArrayType
    kind.dataType = getattr(kind, dtype)
    kind.shape.extend(shape)
