"""Walks the layers of a NeuralNetwork and puts one node per layer into the graph.

A NeuralNetwork knows float32 values only. Integer inputs are nevertheless kept as integers while layers merely move
them or use them as indices, so that an engine of lower precision cannot round an index; all other layers get float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from bertkit.coreml.classes import Classes
from bertkit.coreml.features import Image, MultiArray, from_specification
from bertkit.coreml.lowering.graph import GraphBuilder, Lowered
from bertkit.coreml.lowering.network.control_flow import lower_layers
from bertkit.coreml.lowering.network.custom import custom_module, run_custom
from bertkit.coreml.lowering.network.images import add_image, in_shape
from bertkit.coreml.lowering.network.parameters import (
    consumed_fields,
    layer_message,
    layer_type,
    read_fields,
    read_layer_weights,
    weight_messages,
)
from bertkit.coreml.lowering.network.rank5 import from_rank_5, to_rank_5
from bertkit.coreml.lowering.registry import LAYERS, LAYERS_ON_SIZES, Implementation, Kind, check_arguments
from bertkit.coreml.lowering.scope import Scope
from bertkit.coreml.lowering.values import Argument, Computed, Constant, Value, are_sizes, as_argument, as_tensor_node
from bertkit.coreml.package import Package
from bertkit.errors import ModelError, UnsupportedError

_CONSTANTS = ("loadConstant", "loadConstantND")
_RANK_5 = "RANK5_ARRAY_MAPPING"


def lower_network(package: Package) -> Lowered:
    """Lower a NeuralNetwork, classifier or regressor; see `bertkit.coreml.lowering.lower`.

    A classifier's graph returns the probabilities under `Classes.carrier`; labels are not the graph's business.
    """
    network = getattr(package.specification, package.model_type)
    description = package.specification.description
    mapping = network.DESCRIPTOR.fields_by_name["arrayInputShapeMapping"].enum_type
    is_rank_5 = mapping.values_by_number[network.arrayInputShapeMapping].name == _RANK_5
    walker = _Walker(Scope(GraphBuilder()))
    for feature in description.input:
        walker.add_input(feature, is_rank_5, network)
    lower_layers(walker, network.layers)
    takes_images = any(feature.type.WhichOneof("Type") == "imageType" for feature in description.input)
    return walker.finish(_output_blobs(package.specification, network), is_rank_5, takes_images)


def _output_blobs(specification: Any, network: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return for each output of the graph the blob that it is, and the shape that the file declares for it."""
    classes = Classes.of(specification)
    blobs = {
        feature.name: (feature.name, tuple(feature.type.multiArrayType.shape))
        for feature in specification.description.output
    }
    if classes is not None:
        blobs.pop(classes.label_output, None)
        declared = blobs.get(classes.carrier, ("", ()))[1]
        blobs[classes.carrier] = (_probabilities_blob(network), declared)
    return blobs


def _probabilities_blob(network: Any) -> str:
    """Return the blob that `labelProbabilityLayerName` means: it names a blob, in some files a layer, or nothing."""
    named = network.labelProbabilityLayerName
    by_layer = {layer.name: layer.output[0] for layer in network.layers if layer.output}
    if not named:
        return str(network.layers[-1].output[0])
    blobs = {blob for layer in network.layers for blob in layer.output}
    return str(named if named in blobs else by_layer.get(named, named))


class _Walker:
    """Lowers the layers of one network. All blobs live in one scope; a later one may take an earlier one's name.

    Attributes:
        scope: the blobs that are visible.
        path: what stands before the names of layers: those of the branches and loops around them.
        in_loop: whether a loop is around them.
    """

    def __init__(self, scope: Scope, path: str = "", in_loop: bool = False) -> None:
        self.scope = scope
        self.path = path
        self.in_loop = in_loop
        self._builder = scope.builder

    def inside(self, layer: str, in_loop: bool) -> _Walker:
        """Return a walker for a network inside a layer; for one without a name inside this network itself."""
        return _Walker(self.scope.inner(), f"{self.path}{layer}/" if layer else self.path, in_loop)

    def add_input(self, feature: Any, is_rank_5: bool, network: Any) -> None:
        described = from_specification(feature)
        if isinstance(described.type, Image):
            self.scope[feature.name] = Computed(add_image(self._builder, feature.name, described.type, network))
            return
        if not isinstance(described.type, MultiArray):
            raise UnsupportedError(
                f'The input "{feature.name}" has the type {described.type.kind}; only multi-arrays and images are '
                "supported."
            )
        array = feature.type.multiArrayType
        is_integer = array.ArrayDataType.Name(array.dataType) == "INT32"
        node = self._builder.add_input(feature.name)
        if is_rank_5:
            arguments = {"x": node, "declared_rank": len(array.shape)}
            node = self._builder.add_call(to_rank_5, arguments, f"{feature.name}_rank_5")
        self.scope[feature.name] = Computed(node, is_integer=is_integer)

    def lower(self, layer: Any) -> None:
        """Lower a layer that is no control flow."""
        name = layer_type(layer)
        if name in _CONSTANTS:
            self._load_constant(layer, name)
        elif name == "custom":
            self._custom(layer)
        else:
            self._compute(layer, name)

    def _custom(self, layer: Any) -> None:
        place = f"{self.path}{layer.name}"
        values = [self.as_float(self.look_up(blob, f'The layer "{place}"')) for blob in layer.input]
        arguments = {
            "layer": self._builder.add_module(f"{layer.name}_class", custom_module(layer, place)),
            "inputs": [as_tensor_node(self._builder, value) for value in values],
        }
        call = self._builder.add_call(run_custom, arguments, layer.name)
        nodes = [self._builder.add_item(call, index, blob) for index, blob in enumerate(layer.output)]
        for blob, node in zip(layer.output, nodes, strict=True):
            self.scope[blob] = Computed(node)
            self._builder.name_value(blob, node)
        self._builder.name_layer(place, nodes)

    def finish(
        self, outputs: Mapping[str, tuple[str, tuple[int, ...]]], is_rank_5: bool, takes_images: bool
    ) -> Lowered:
        nodes = {}
        for name, (blob, declared) in outputs.items():
            node = as_tensor_node(self._builder, self.look_up(blob, "The network's output"))
            if is_rank_5:
                arguments = {"x": node, "declared_rank": len(declared)}
                node = self._builder.add_call(from_rank_5, arguments, f"{name}_output")
            elif takes_images and declared:
                node = self._builder.add_call(in_shape, {"x": node, "shape": declared}, f"{name}_output")
            nodes[name] = node
        return self._builder.finish(nodes)

    def _load_constant(self, layer: Any, name: str) -> None:
        implementation = LAYERS.get(name, layer.name)
        message = layer_message(layer)
        weights = read_layer_weights(message, implementation.weights, read_fields(message), layer.name)
        if "data" not in weights:
            raise ModelError(f'The layer "{layer.name}" loads a constant but holds no data.')
        constant = Constant(layer.name, object(), weights["data"])
        node = as_tensor_node(self._builder, constant)
        self._builder.name_layer(f"{self.path}{layer.name}", [node])
        self._builder.name_value(layer.output[0], node)
        self.scope[layer.output[0]] = constant

    def _compute(self, layer: Any, name: str) -> None:
        inputs = [self.look_up(blob, f'The layer "{layer.name}"') for blob in layer.input]
        on_sizes = LAYERS_ON_SIZES.find(name) if are_sizes(inputs) else None
        implementation = LAYERS.get(name, layer.name) if on_sizes is None else on_sizes
        message = layer_message(layer)
        arguments = self._bind_fields(message, implementation, layer.name)
        arguments.update(self._bind_inputs(inputs, implementation, layer.name))
        check_arguments(implementation, arguments.keys(), layer.name)
        call = self._builder.add_call(implementation.function, arguments, layer.name)
        nodes = [call]
        if implementation.returns_several:
            nodes = [self._builder.add_item(call, index, blob) for index, blob in enumerate(layer.output)]
        is_integer = implementation.keeps_integers and any(
            isinstance(value, Computed) and value.is_integer for value in inputs
        )
        for blob, node in zip(layer.output, nodes, strict=True):
            self.scope[blob] = Computed(node, implementation.returns_tensors, is_integer)
            self._builder.name_value(blob, node)
        self._builder.name_layer(f"{self.path}{layer.name}", nodes)

    def _bind_fields(self, message: Any, implementation: Implementation, place: str) -> dict[str, Any]:
        fields = read_fields(message)
        weights = read_layer_weights(message, implementation.weights, fields, place)
        unread = [name for name in weight_messages(message) if name not in weights]
        consumed = consumed_fields(implementation.weights) - implementation.parameters.keys()
        bound = {name: value for name, value in fields.items() if name not in consumed}
        bound.update(dict.fromkeys(unread))  # for the check of the arguments, which refuses what is not known
        for name, array in weights.items():
            node = self._builder.add_constant(object(), f"{place}_{name}", array)
            self._builder.name_weights(f"{self.path}{place}", name, node)
            message, _, field = name.partition(".")
            if field:
                bound.setdefault(message, {})[field] = node
            else:
                bound[name] = node
        return bound

    def _bind_inputs(self, inputs: list[Value], implementation: Implementation, place: str) -> dict[str, Any]:
        slots = {name: slot for name, slot in implementation.parameters.items() if slot.positional}
        takes_all = any(slot.several for slot in slots.values())
        arguments: list[Argument] = [inputs] if takes_all else list(inputs)
        if len(arguments) > len(slots):
            raise UnsupportedError(
                f'The layer "{place}" ({implementation.name}) has {len(inputs)} inputs; at most {len(slots)} are '
                "supported."
            )
        bound = {}
        for (name, slot), argument in zip(slots.items(), arguments, strict=False):
            where = f'The input "{name}" of {implementation.name} "{place}"'
            if slot.kind is Kind.TENSOR and not implementation.keeps_integers:
                argument = self._as_floats(argument)
            bound[name] = as_argument(self._builder, argument, slot, where)
        return bound

    def _as_floats(self, argument: Argument) -> Argument:
        if isinstance(argument, Sequence):
            return [self.as_float(value) for value in argument]
        return self.as_float(argument)

    def as_float(self, value: Value) -> Value:
        """Return a value as floating-point numbers."""
        if isinstance(value, Constant) or (value.is_tensor and not value.is_integer):
            return value
        node = as_tensor_node(self._builder, value)
        return Computed(self._builder.add_call(to_float, {"x": node}, f"{node.name}_float"))

    def look_up(self, blob: str, user: str) -> Value:
        """Return a blob that must be visible."""
        if blob not in self.scope:
            raise ModelError(f'{user} refers to the blob "{blob}", which nothing before it produces.')
        return self.scope[blob]


def to_float(x: Tensor) -> Tensor:
    """Convert integers to float32."""
    return x.to(torch.float32)
