"""What only the torch engine runs, told from the specification before anything is lowered."""

from __future__ import annotations

from typing import Any

from bertkit.coreml.description import Function
from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.package import Package
from bertkit.coreml.parameters.mil import operations_of

_BY_LAYER = {"branch": "has branches", "loop": "has loops", "custom": "has custom layers"}


def torch_only(package: Package, function: Function, engine: str) -> str:
    """Say why an engine leaves a function to the torch engine: `has loops`, `keeps states`; empty where it does not."""
    if function.states and engine != "torch":
        return "keeps states"
    if engine != "openvino":  # torch runs everything, Core ML itself everything else
        return ""
    content = getattr(package.specification, package.model_type)
    if package.model_type in NETWORKS:
        kinds = {layer.WhichOneof("layer") for layer in content.layers}
        return next((reason for kind, reason in _BY_LAYER.items() if kind in kinds), "")
    if package.model_type == "mlProgram" and function.name in content.functions:
        return _in_program(content.functions[function.name])
    return ""


def _in_program(function: Any) -> str:
    block = function.block_specializations.get(function.opset)
    operations = () if block is None else operations_of(block)
    return "has branches or loops" if any(operation.blocks for operation in operations) else ""
