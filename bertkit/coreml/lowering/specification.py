"""The entry to lowering: chooses the walker for the model's type."""

from __future__ import annotations

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.lowering.graph import Lowered
from bertkit.coreml.lowering.mil.program import lower_program
from bertkit.coreml.lowering.network.network import lower_network
from bertkit.coreml.package import Package
from bertkit.errors import UnsupportedError


def lower(package: Package, function_name: str | None = None) -> Lowered:
    """Lower a model to a torch.fx graph.

    Args:
        package: the opened model.
        function_name: which function of an ML Program; None takes the default one.

    Returns:
        The graph; see `Lowered` for the types it computes in.

    Raises:
        ModelError: the specification contradicts itself.
        InputError: the model has no function of that name.
        UnsupportedError: the model's type, or an op, a layer or one of their options, is not supported.
        FileError: the weights are missing or truncated.
    """
    if package.model_type == "mlProgram":
        return lower_program(package, function_name)
    if package.model_type in NETWORKS:
        return lower_network(package)
    raise UnsupportedError(
        f'The model type "{package.model_type}" of {package.path} is not supported. '
        f"Available: mlProgram, {', '.join(NETWORKS)}."
    )
