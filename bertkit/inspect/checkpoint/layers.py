"""The operations of a traced model as layers, under the names of their modules. Imports torch."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from bertkit.coreml.parameters import Parameter
from bertkit.inspect.checkpoint.trace import Trace, first_tensor
from bertkit.inspect.layers import Layer, Value

# These only pass their input on: dropout as long as nothing is trained, getitem one of several results.
_PASSING_ON = frozenset({"dropout", "contiguous", "alias", "clone", "getitem"})


def traced_layers(traced: Trace) -> list[Layer]:
    """Return one layer per operation: `encoder.layer.0.output.dense`, or its module and operation where it has several.

    A parameter belongs to the first layer that uses it, as one that is shared is stored once.
    """
    return _Reader(traced).read()


class _Reader:
    def __init__(self, traced: Trace) -> None:
        self._traced = traced
        self._passed_on: dict[str, str] = {}
        self._owned: set[str] = set()
        self._names: Counter[str] = Counter()
        self._nodes = [node for node in traced.nodes if not self._passes_on(node)]
        self._in_module = Counter(_module(node) for node in self._nodes)
        self._around = {path.rpartition(".")[0] for path in traced.kinds}

    def read(self) -> list[Layer]:
        return [self._layer(node) for node in self._nodes]

    def _passes_on(self, node: torch.fx.Node) -> bool:
        if _operation(node) not in _PASSING_ON:
            return False
        source = node.all_input_nodes[0].name
        self._passed_on[node.name] = self._passed_on.get(source, source)
        return True

    def _layer(self, node: torch.fx.Node) -> Layer:
        module, operation = _module(node), _operation(node)
        alone = self._in_module[module] == 1 and module in self._traced.kinds and module not in self._around
        name = module if alone else ".".join(part for part in (module, operation) if part)
        self._names[name] += 1
        if self._names[name] > 1:
            name = f"{name}_{self._names[name]}"
        used = [source for source in node.all_input_nodes if source.name in self._traced.parameters]
        flowing = [source for source in node.all_input_nodes if self._flows(source)]
        return Layer(
            name,
            operation,
            variant=self._traced.kinds[module] if alone else "",
            inputs=tuple(_value(source, self._passed_on.get(source.name, source.name)) for source in flowing),
            outputs=(_value(node, node.name),),
            parameters=tuple(self._parameter(source, name) for source in used if source.name not in self._owned),
            label=name.rpartition(".")[2],
        )

    def _flows(self, source: torch.fx.Node) -> bool:
        """Say whether a value is computed from what the model is given, rather than stored in it."""
        return source.op == "call_function" or source.name in self._traced.inputs

    def _parameter(self, node: torch.fx.Node, layer: str) -> Parameter:
        self._owned.add(node.name)
        value = node.meta["val"]
        dtype = str(value.dtype).removeprefix("torch.")
        size = value.numel()
        name = self._traced.parameters[node.name]
        return Parameter(name, layer, tuple(map(int, value.shape)), dtype, size, size * value.element_size())


def _module(node: torch.fx.Node) -> str:
    """Return the path of the module that an operation stands in; empty for the model itself."""
    stack = node.meta.get("nn_module_stack", {})
    return str(list(stack.values())[-1][0]) if stack else ""


def _operation(node: torch.fx.Node) -> str:
    """Return what torch calls the operation, without its library and overload."""
    target: Any = node.target
    name = target.overloadpacket.__name__ if isinstance(target, torch._ops.OpOverload) else target.__name__
    return str(name).strip("_")


def _value(node: torch.fx.Node, name: str) -> Value:
    value = first_tensor(node)
    if value is None:
        return Value(name)
    shape = tuple(size if isinstance(size, int) else None for size in value.shape)
    return Value(name, str(value.dtype).removeprefix("torch."), shape)
