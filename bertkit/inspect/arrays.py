"""The numbers of one parameter, read when they are asked for.

Plain floats are read directly: what expands the compressed forms brings torch along, which takes seconds to import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml import Package
from bertkit.coreml.kinds import NETWORKS, PIPELINES, pipeline_models
from bertkit.errors import InputError

_INDEXED = re.compile(r"(\w+)(?:\[(\d+)\])?")
# What the file calls its opset, and what the ops are registered under.
_OPSETS = {"CoreML5": "iOS15", "CoreML6": "iOS16", "CoreML7": "iOS17", "CoreML8": "iOS18", "CoreML9": "iOS26"}


def parameter_values(package: Package, name: str) -> NDArray[Any]:
    """Return the numbers of a parameter, in any shape, expanded where they are stored compressed.

    Args:
        package: the model.
        name: as `parameters_of` lists it.

    Raises:
        InputError: there is no such parameter.
        ModelError: what is stored does not fit its shape.
        UnsupportedError: it is stored in a form that cannot be read.
    """
    for prefix, specification in _models(package.specification, ""):
        kind = specification.WhichOneof("Type")
        own = name.removeprefix(prefix)
        found = None
        if kind == "mlProgram":
            found = _from_program(package, specification.mlProgram, own)
        elif kind in NETWORKS:
            found = _from_network(getattr(specification, kind), own)
        if found is not None:
            return found
    raise InputError(f'{package.path} has no parameter "{name}" whose numbers can be read.')


def _models(specification: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if specification.WhichOneof("Type") in PIPELINES:
        for name, model in pipeline_models(specification):
            yield from _models(model, f"{prefix}{name}.")
    else:
        yield prefix, specification


def _from_program(package: Package, program: Any, name: str) -> NDArray[Any] | None:
    for function in program.functions.values():
        operations = function.block_specializations[function.opset].operations
        constants = {
            operation.outputs[0].name: operation
            for operation in operations
            if operation.type == "const" or operation.type.startswith("constexpr_")
        }
        if name in constants:
            return _constant(package, constants, name, _OPSETS.get(function.opset, function.opset))
    return None


def _constant(package: Package, constants: dict[str, Any], name: str, opset: str) -> NDArray[Any]:
    operation = constants[name]
    if operation.type == "const" and operation.attributes["val"].WhichOneof("value") == "blobFileValue":
        blob = operation.attributes["val"].blobFileValue
        return package.weight(blob.fileName, blob.offset)

    from bertkit.coreml.lowering.mil.constants import read_value
    from bertkit.coreml.lowering.mil.constexpr import fold

    if operation.type == "const":
        return read_value(package, operation.attributes["val"], name)[1]
    stored = {key: value for key, value in operation.attributes.items() if key != "name"}
    arguments = {key: read_value(package, value, name)[1] for key, value in stored.items()}
    for key, argument in operation.inputs.items():
        binding = argument.arguments[0]
        if binding.name:
            arguments[key] = _constant(package, constants, binding.name, opset)
        else:
            arguments[key] = read_value(package, binding.value, name)[1]
    return np.asarray(fold(operation.type, opset, arguments, name))


def _from_network(network: Any, name: str) -> NDArray[np.float32] | None:
    for layer in network.layers:
        kind = layer.WhichOneof("layer")
        if kind is not None and name.startswith(f"{layer.name}."):
            weights = _field(getattr(layer, kind), name[len(layer.name) + 1 :])
            if weights is not None:
                return _weights(weights, name)
    return None


def _weights(weights: Any, name: str) -> NDArray[np.float32]:
    if weights.float16Value:
        return np.frombuffer(weights.float16Value, "<f2").astype(np.float32)
    if weights.floatValue:
        return np.fromiter(weights.floatValue, np.float32, len(weights.floatValue))

    from bertkit.coreml.lowering.network.weights import read_weights

    return read_weights(weights, (-1,), name)


def _field(message: Any, path: str) -> Any:
    """Follow a path such as `weightParams[0].forgetGateBias`; None where it leads to no weights."""
    for name, index in _INDEXED.findall(path):
        message = getattr(message, name, None)
        if message is not None and index:
            message = message[int(index)] if int(index) < len(message) else None
        if message is None:
            return None
    return message if getattr(message, "DESCRIPTOR", None) and message.DESCRIPTOR.name == "WeightParams" else None
