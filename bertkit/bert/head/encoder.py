"""Cuts a reader before its span head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bertkit.bert.head.names import HEAD_MODULE, HIDDEN, LOGITS_LAYER
from bertkit.bert.names import SEPARATOR
from bertkit.bert.settings import MODULES_KEY
from bertkit.coreml.package import Package
from bertkit.coreml.save import save_model
from bertkit.errors import ModelError, UnsupportedError

SOURCE_DIGEST_KEY = "org.bertkit.encoder_of"
_PREVIEW_KEY = "com.apple.coreml.model.preview.type"


def cut_encoder(package: Package, out: str | Path) -> Path:
    """Write the encoder of a reader: the same file without the span head, which returns `hidden_states`.

    Args:
        package: a reader that bertkit converted, an ML Program or a NeuralNetwork.
        out: where to write, with the suffix of the reader.

    Returns:
        `out`; its output is [batch, sequence, hidden] float32.

    Raises:
        ModelError: the model has no span head that bertkit wrote.
        UnsupportedError: it is a pipeline or another type of model.
        FileError: it cannot be written.
    """
    specification = type(package.specification)()
    specification.CopyFrom(package.specification)
    cuts = {"mlProgram": _cut_program, "neuralNetwork": _cut_network}
    if package.model_type not in cuts:
        raise UnsupportedError(
            f"{package.path} is of the type {package.model_type}; only an ML Program or a NeuralNetwork that bertkit "
            "wrote can be cut into encoder and head."
        )
    cuts[package.model_type](specification)
    _describe(specification, package.digest)
    weights = package.specification_path.parent / "weights" if package.weight_paths() else None
    return save_model(out, specification, weights)


def _in_head(name: str) -> bool:
    return name.startswith(f"{HEAD_MODULE}{SEPARATOR}")


def _cut_program(specification: Any) -> None:
    function = specification.mlProgram.functions["main"]
    block = function.block_specializations[function.opset]
    operations = {_name(operation): operation for operation in block.operations}
    if LOGITS_LAYER not in operations:
        raise _no_head(LOGITS_LAYER)
    source = operations[LOGITS_LAYER].inputs["x"].arguments[0].name
    producer = next(operation for operation in block.operations if operation.outputs[0].name == source)
    cast = operations.get(f"{HEAD_MODULE}{SEPARATOR}start_float32")
    kept = [operation for name, operation in operations.items() if not _in_head(name)]
    if cast is None:
        producer.outputs[0].name = HIDDEN
    else:
        kept += _float32_output(block, producer.outputs[0], cast)
    copies = [type(operation).FromString(operation.SerializeToString()) for operation in kept]
    del block.operations[:], block.outputs[:]
    block.operations.extend(copies)
    block.outputs.append(HIDDEN)


def _float32_output(block: Any, source: Any, cast: Any) -> Sequence[Any]:
    """Turn the cast of the start scores into one of the hidden states; return it after its constant."""
    constant_name = cast.inputs["dtype"].arguments[0].name
    constant = next(operation for operation in block.operations if operation.outputs[0].name == constant_name)
    cast.inputs["x"].arguments[0].name = source.name
    cast.attributes["name"].immediateValue.tensor.strings.values[0] = f"encoder{SEPARATOR}float32"
    float32 = cast.outputs[0].type.tensorType.dataType
    cast.outputs[0].type.CopyFrom(source.type)
    cast.outputs[0].type.tensorType.dataType = float32
    cast.outputs[0].name = HIDDEN
    new_name = f"encoder{SEPARATOR}float32_dtype_0"
    constant.outputs[0].name = new_name
    constant.attributes["name"].immediateValue.tensor.strings.values[0] = new_name
    cast.inputs["dtype"].arguments[0].name = new_name
    return constant, cast


def _cut_network(specification: Any) -> None:
    layers = specification.neuralNetwork.layers
    logits = next((layer for layer in layers if layer.name == LOGITS_LAYER), None)
    if logits is None:
        raise _no_head(LOGITS_LAYER)
    source = logits.input[0]
    kept = [layer for layer in layers if not _in_head(layer.name)]
    copies = [type(layer).FromString(layer.SerializeToString()) for layer in kept]
    for layer in copies:
        layer.input[:] = [HIDDEN if name == source else name for name in layer.input]
        layer.output[:] = [HIDDEN if name == source else name for name in layer.output]
    del layers[:]
    layers.extend(copies)


def _describe(specification: Any, digest: str) -> None:
    description = specification.description
    del description.output[:]
    output = description.output.add(name=HIDDEN, shortDescription="What the encoder makes of each token.")
    output.type.multiArrayType.dataType = output.type.multiArrayType.FLOAT32
    description.metadata.shortDescription = "The encoder of a reader whose head is a file of its own."
    for key in (_PREVIEW_KEY, MODULES_KEY):  # both speak of the head
        description.metadata.userDefined.pop(key, None)
    description.metadata.userDefined[SOURCE_DIGEST_KEY] = digest


def _name(operation: Any) -> str:
    return str(operation.attributes["name"].immediateValue.tensor.strings.values[0])


def _no_head(layer: str) -> ModelError:
    return ModelError(f'The model has no layer "{layer}". Convert the reader with: bertkit convert')
