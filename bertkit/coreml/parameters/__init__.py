"""The learned numbers of a model, listed from its specification without reading them."""

from __future__ import annotations

from typing import Any

from bertkit.coreml.kinds import NETWORKS, PIPELINES, pipeline_models
from bertkit.coreml.package import Package
from bertkit.coreml.parameters.mil import mil_parameters
from bertkit.coreml.parameters.network import network_parameters
from bertkit.coreml.parameters.parameter import Parameter

__all__ = ["Parameter", "parameters_of"]


def parameters_of(package: Package) -> list[Parameter]:
    """List the parameters of an ML Program, a NeuralNetwork, or the ones inside a pipeline, in the file's order.

    Models of other types keep what they learned in forms of their own (trees, samples, coefficients): none are listed.
    """
    return _parameters(package.specification, prefix="")


def _parameters(specification: Any, prefix: str) -> list[Parameter]:
    kind = specification.WhichOneof("Type")
    if kind in PIPELINES:
        inner = pipeline_models(specification)
        return [parameter for name, model in inner for parameter in _parameters(model, f"{prefix}{name}.")]
    if kind == "mlProgram":
        return mil_parameters(specification.mlProgram, prefix)
    if kind in NETWORKS:
        return network_parameters(getattr(specification, kind), prefix)
    return []
