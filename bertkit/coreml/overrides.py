"""What a configuration changes in an updatable model when it is loaded: weights, biases and the number of neighbors."""

from __future__ import annotations

from typing import Any

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.network_floats import write_floats
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.declaration import weight_messages
from bertkit.coreml.update.parameters import UpdateParameters, neighbor_parameters, network_parameters
from bertkit.errors import InputError


def overridden(package: Package, configuration: Configuration) -> Package:
    """Return a network with the weights and biases that a configuration gives its updatable layers.

    Parameters of training are held to the limits that the network declares, and change nothing that it predicts.

    Raises:
        InputError: a value is not allowed, or weights are given to a layer that is not updatable.
    """
    given = {ParameterKey.of(key): value for key, value in configuration.parameters.items()}
    if not given or package.model_type not in NETWORKS:
        return package
    if not package.specification.isUpdatable:
        _refuse_arrays(package, given)
        return package
    parameters = _parameters(package.specification, package.model_type)
    # A key that the network lacks, and that is no array of it, may be meant for another model of a pipeline.
    known = {key: value for key, value in given.items() if key.is_array or key in parameters.allowed}
    arrays = parameters.changed(known).arrays
    if not arrays:
        return package
    specification = type(package.specification).FromString(package.specification.SerializeToString())
    messages = weight_messages(getattr(specification, package.model_type))
    for key, array in arrays.items():
        write_floats(messages[key], array)
    return package.with_specification(specification)


def neighbor_count(specification: Any, configuration: Configuration) -> int | None:
    """Return how many neighbors a configuration wants; None where it leaves that to the file.

    Raises:
        InputError: the file does not allow that number.
    """
    given = {ParameterKey.of(key): value for key, value in configuration.parameters.items()}
    key = ParameterKey.NUMBER_OF_NEIGHBORS
    if key not in given:
        return None
    return int(neighbor_parameters(specification.kNearestNeighborsClassifier).changed({key: given[key]})[key])


def _refuse_arrays(package: Package, given: dict[ParameterKey, Any]) -> None:
    for key in given:
        if key.is_array:
            raise InputError(
                f'The parameter "{key}" cannot be set: {package.path} is not updatable. Only the weights and biases of '
                "updatable layers can, see `bertkit inspect`."
            )


def _parameters(specification: Any, model_type: str) -> UpdateParameters:
    network = getattr(specification, model_type)
    layers = {layer.name: layer for layer in network.layers}
    shapes = {
        key: _shape(layers[key.scope], key, len(message.floatValue))
        for key, message in weight_messages(network).items()
    }
    return network_parameters(network, shapes)


def _shape(layer: Any, key: ParameterKey, count: int) -> tuple[int, ...]:
    """Return the shape of an array: outputs first, then inputs, then the kernel's height and width."""
    if key.name == ParameterKey.BIASES.name:
        return (count,)
    if layer.WhichOneof("layer") == "innerProduct":
        return int(layer.innerProduct.outputChannels), int(layer.innerProduct.inputChannels)
    convolution = layer.convolution
    return int(convolution.outputChannels), int(convolution.kernelChannels), *map(int, convolution.kernelSize)
