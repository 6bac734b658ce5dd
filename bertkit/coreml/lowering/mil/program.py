"""Walks the functions and blocks of an ML Program and puts one node per operation into the graph."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from numpy.typing import NDArray

from bertkit.coreml.description import describe
from bertkit.coreml.features import Image
from bertkit.coreml.lowering.graph import GraphBuilder, Lowered
from bertkit.coreml.lowering.mil.constants import read_value
from bertkit.coreml.lowering.mil.constexpr import fold
from bertkit.coreml.lowering.mil.control_flow import lower_blocks
from bertkit.coreml.lowering.network.images import with_leading_axes
from bertkit.coreml.lowering.registry import OPS, OPS_ON_SIZES, Implementation, check_arguments
from bertkit.coreml.lowering.scope import Scope
from bertkit.coreml.lowering.values import Argument, Computed, Constant, Value, are_sizes, as_argument, as_tensor_node
from bertkit.coreml.package import Package
from bertkit.coreml.parameters.mil import operation_name
from bertkit.errors import InputError, ModelError, UnsupportedError

_OPSETS = {"CoreML5": "iOS15", "CoreML6": "iOS16", "CoreML7": "iOS17", "CoreML8": "iOS18", "CoreML9": "iOS26"}


def lower_program(package: Package, function_name: str | None) -> Lowered:
    """Lower one function of an ML Program; see `bertkit.coreml.lowering.lower`."""
    name, function = _choose_function(package, function_name)
    builder = GraphBuilder()
    inputs, states = _inputs(function, name)
    scope = Scope(builder)
    for given in (*inputs, *states):
        scope[given] = Computed(builder.add_input(given))
    for image, axes in _image_axes(package, function, function_name).items():
        arguments = {"x": as_tensor_node(builder, scope[image]), "axes": axes}
        scope[image] = Computed(builder.add_call(with_leading_axes, arguments, f"{image}_image"))
    walker = _Walker(package, _opset(function, name))
    walker.walk(function.block_specializations[function.opset], scope)
    outputs = function.block_specializations[function.opset].outputs
    return builder.finish(
        {output: as_tensor_node(builder, _look_up(scope, output, name)) for output in outputs},
        {state: as_tensor_node(builder, scope[state]) for state in states},
    )


class _Walker:
    """Lowers the blocks of one function into one graph, those inside operations into blocks of it."""

    def __init__(self, package: Package, opset: str) -> None:
        self._package = package
        self._opset = opset

    def walk(self, block: Any, scope: Scope) -> None:
        """Lower the operations of a block in order.

        Args:
            block: `MIL_pb2.Block`.
            scope: the values that are visible at its beginning; its own are added.
        """
        for operation in block.operations:
            if operation.type == "const":
                key, array = self._read(operation.attributes["val"], operation_name(operation))
                scope[operation.outputs[0].name] = Constant(operation.outputs[0].name, key, array)
            elif operation.type.startswith("constexpr_"):
                self._fold(operation, scope)
            elif operation.type == "write_state":
                self._write_state(operation, scope)
            elif operation.type == "classify":
                self._classify(operation, scope)
            elif operation.blocks:
                lower_blocks(self, operation, scope)
            else:
                self._lower(operation, scope)

    def _write_state(self, operation: Any, scope: Scope) -> None:
        """Let a state's name stand for its new value, so that the graph itself changes nothing."""
        place = operation_name(operation)
        arguments = self.arguments(operation, scope)
        if not isinstance(arguments.get("input"), Computed) or not isinstance(value := arguments.get("data"), Value):
            raise ModelError(f'write_state "{place}" must be given one state as "input" and one value as "data".')
        node = as_tensor_node(scope.builder, value)
        scope[operation.inputs["input"].arguments[0].name] = Computed(node)
        scope.builder.name_layer(place, [node])

    def _classify(self, operation: Any, scope: Scope) -> None:
        """Let the label and the dictionary stand for the probabilities; `Classes` makes them of these."""
        place = operation_name(operation)
        value = self.arguments(operation, scope).get("probabilities")
        if not isinstance(value, Value):
            raise ModelError(f'classify "{place}" must be given one value as "probabilities".')
        node = as_tensor_node(scope.builder, value)
        for output in operation.outputs:
            scope[output.name] = Computed(node)
        scope.builder.name_layer(place, [node])

    def _read(self, value: Any, place: str) -> tuple[Hashable, NDArray[Any]]:
        return read_value(self._package, value, place)

    def _fold(self, operation: Any, scope: Scope) -> None:
        place = operation_name(operation)
        arguments = {
            name: self._read(value, place)[1] for name, value in operation.attributes.items() if name != "name"
        }
        for name, argument in self.arguments(operation, scope).items():
            if not isinstance(argument, Constant):
                raise ModelError(f'The input "{name}" of {operation.type} "{place}" must be one constant.')
            arguments[name] = argument.array
        folded = fold(operation.type, self._opset, arguments, place)
        for output, array in zip(operation.outputs, folded, strict=True):
            scope[output.name] = Constant(output.name, object(), array)

    def _lower(self, operation: Any, scope: Scope) -> None:
        place = operation_name(operation)
        arguments = self.arguments(operation, scope)
        implementation = self._choose(operation.type, arguments, place)
        call = scope.builder.add_call(
            implementation.function, _bind(scope.builder, implementation, arguments, place), name=place
        )
        names = [output.name for output in operation.outputs]
        nodes = [call]
        if implementation.returns_several:
            nodes = [scope.builder.add_item(call, index, name) for index, name in enumerate(names)]
        for name, node in zip(names, nodes, strict=True):
            scope[name] = Computed(node, is_tensor=implementation.returns_tensors)
            scope.builder.name_value(name, node)
        scope.builder.name_layer(place, nodes)

    def arguments(self, operation: Any, scope: Scope) -> dict[str, Argument]:
        """Resolve an operation's inputs: names to values, inline values to constants."""
        place = operation_name(operation)
        resolved: dict[str, Argument] = {}
        for name, argument in operation.inputs.items():
            values = [self._resolve(binding, scope, f"{place}_{name}") for binding in argument.arguments]
            resolved[name] = values[0] if len(values) == 1 else values
        return resolved

    def _resolve(self, binding: Any, scope: Scope, place: str) -> Value:
        if binding.WhichOneof("binding") == "name":
            return _look_up(scope, binding.name, place)
        return Constant(place, *self._read(binding.value, place))

    def _choose(self, name: str, arguments: Mapping[str, Argument], place: str) -> Implementation:
        on_sizes = OPS_ON_SIZES.find(name, self._opset)
        if on_sizes is not None and are_sizes(arguments.values()):
            return on_sizes
        return OPS.get(name, place, self._opset)


def _choose_function(package: Package, wanted: str | None) -> tuple[str, Any]:
    functions = package.specification.mlProgram.functions
    default = package.specification.description.defaultFunctionName
    name = wanted if wanted is not None else default if default != "" else "main"
    if name not in functions:
        raise InputError(f'{package.path} has no function "{name}". Available: {", ".join(sorted(functions))}.')
    return name, functions[name]


def _inputs(function: Any, name: str) -> tuple[list[str], list[str]]:
    """Return the names of a function's inputs and of its states."""
    inputs: dict[str, list[str]] = {"tensorType": [], "stateType": []}
    for value in function.inputs:
        kind = value.type.WhichOneof("type")
        if kind not in inputs:
            raise UnsupportedError(
                f'The input "{value.name}" of function "{name}" is no tensor and no state but {kind}.'
            )
        inputs[kind].append(value.name)
    return inputs["tensorType"], inputs["stateType"]


def _image_axes(package: Package, function: Any, function_name: str | None) -> dict[str, int]:
    """Return for every image how many axes the function puts in front of [channels, height, width]."""
    described = describe(package).function(function_name).inputs
    ranks = {value.name: int(value.type.tensorType.rank) for value in function.inputs}
    return {feature.name: max(ranks[feature.name] - 3, 0) for feature in described if isinstance(feature.type, Image)}


def _opset(function: Any, name: str) -> str:
    if function.opset not in function.block_specializations:
        raise ModelError(f'The function "{name}" has no block for its opset "{function.opset}".')
    if function.opset not in _OPSETS:
        raise UnsupportedError(f'The opset "{function.opset}" is not supported. Available: {", ".join(_OPSETS)}.')
    return _OPSETS[function.opset]


def _look_up(scope: Scope, name: str, place: str) -> Value:
    if name not in scope:
        raise ModelError(f'"{place}" refers to the value "{name}", which nothing before it produces.')
    return scope[name]


def _bind(
    builder: GraphBuilder, implementation: Implementation, arguments: Mapping[str, Argument], place: str
) -> dict[str, Any]:
    check_arguments(implementation, arguments.keys(), place)
    bound = {}
    for name, argument in arguments.items():
        where = f'The input "{name}" of {implementation.name} "{place}"'
        bound[name] = as_argument(builder, argument, implementation.parameters[name], where)
    return bound
