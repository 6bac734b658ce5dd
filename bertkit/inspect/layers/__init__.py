"""The layers of a model in the order of the file, with the values that flow between them."""

from __future__ import annotations

from typing import Any

from bertkit.coreml import Package
from bertkit.coreml.kinds import NETWORKS, PIPELINES, pipeline_models
from bertkit.coreml.parameters import Parameter, parameters_of
from bertkit.inspect.layers.layer import Layer, Value
from bertkit.inspect.layers.network import network_layers
from bertkit.inspect.layers.other import whole_model
from bertkit.inspect.layers.program import program_layers

__all__ = ["Layer", "Value", "layers_of"]


def layers_of(package: Package) -> list[Layer]:
    """List the layers of a model; a model that is neither program nor network is one layer."""
    parameters: dict[str, list[Parameter]] = {}
    for parameter in parameters_of(package):
        parameters.setdefault(parameter.layer, []).append(parameter)
    return _layers(package.specification, "", parameters, package.path.stem)


def _layers(specification: Any, prefix: str, parameters: dict[str, list[Parameter]], name: str) -> list[Layer]:
    kind = specification.WhichOneof("Type")
    if kind in PIPELINES:
        inner = pipeline_models(specification)
        return [
            layer for own, model in inner for layer in _layers(model, f"{prefix}{own}.", parameters, f"{prefix}{own}")
        ]
    if kind == "mlProgram":
        return program_layers(specification.mlProgram, prefix, parameters)
    if kind in NETWORKS:
        return network_layers(getattr(specification, kind), prefix, parameters)
    return [whole_model(specification, name)]
