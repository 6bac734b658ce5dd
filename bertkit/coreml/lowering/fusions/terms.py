"""Nodes of both kinds of models as terms of a common arithmetic, in which patterns are written once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, fx

from bertkit.coreml.lowering.registry import LAYERS, OPS

_HIGHEST_POWER = 3
_DEFAULT_EPSILON = 1e-6  # of a network's unary layer


@dataclass(frozen=True)
class Term:
    """One operation.

    Attributes:
        kind: `add`, `mul`, `sub`, `div`, `pow`, `erf`, `tanh`, `sqrt`, `rsqrt`, `mean`, `softmax`, `matmul` or `mvn`.
        operands: nodes, or Python numbers.
        options: what else it depends on.
    """

    kind: str
    operands: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[[Mapping[str, Any]], Term | None]


@dataclass(frozen=True)
class Reader:
    """Reads the nodes of one graph.

    Attributes:
        module: the graph with its constants.
    """

    module: fx.GraphModule

    def term(self, node: Any) -> Term | None:
        """Return what a node computes; None for anything that no pattern holds."""
        if not isinstance(node, fx.Node) or node.op != "call_function" or node.args:
            return None
        for registry, terms in ((OPS, PROGRAM_TERMS), (LAYERS, NETWORK_TERMS)):
            read = terms.get(registry.name_of(node.target))
            if read is not None:
                return read(node.kwargs)
        return None

    def number(self, value: Any) -> float | None:
        """Return the number that a value is: written down, or a constant of one element."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        constant = self.constant(value)
        return float(constant.item()) if constant is not None and constant.numel() == 1 else None

    def constant(self, value: Any) -> Tensor | None:
        """Return the tensor of floating-point numbers that a node reads; None for a node that is computed."""
        if not isinstance(value, fx.Node) or value.op != "get_attr":
            return None
        tensor = getattr(self.module, str(value.target), None)
        return tensor if isinstance(tensor, Tensor) and tensor.is_floating_point() else None

    def product(self, value: Any, whole: Collection[fx.Node] = ()) -> tuple[list[fx.Node], float]:
        """Take a product apart.

        Args:
            value: a node or a number.
            whole: nodes that are not taken apart.

        Returns:
            Its factors, a power as often as it says, and the product of those that are numbers.
        """
        number = self.number(value)
        if number is not None:
            return [], number
        term = None if value in whole else self.term(value)
        if term is not None and term.kind == "mul":
            parts = [self.product(operand, whole) for operand in term.operands]
            return [node for nodes, _ in parts for node in nodes], parts[0][1] * parts[1][1]
        divisor = self.number(term.operands[1]) if term is not None and term.kind in ("div", "pow") else None
        if term is not None and divisor:
            nodes, factor = self.product(term.operands[0], whole)
            if term.kind == "div":
                return nodes, factor / divisor
            if divisor in range(1, _HIGHEST_POWER + 1):
                return nodes * int(divisor), factor**divisor
        return [value], 1.0

    def total(self, value: Any) -> tuple[list[fx.Node], float]:
        """Take a sum apart into its summands and the sum of those that are numbers."""
        number = self.number(value)
        if number is not None:
            return [], number
        term = self.term(value)
        if term is None or term.kind != "add":
            return [value], 0.0
        parts = [self.total(operand) for operand in term.operands]
        return [node for nodes, _ in parts for node in nodes], parts[0][1] + parts[1][1]

    def inside(self, node: fx.Node) -> list[fx.Node]:
        """Return the nodes that a product is made of, at every depth, itself left out."""
        term = self.term(node)
        if term is None or term.kind not in ("mul", "div"):
            return []
        operands = [operand for operand in term.operands if isinstance(operand, fx.Node)]
        return [*operands, *(below for operand in operands for below in self.inside(operand))]


def close(number: float, wanted: float) -> bool:
    """Say whether a constant is the wanted one, which float16 may have rounded."""
    return abs(number - wanted) <= 1e-3 * abs(wanted)


def _binary(kind: str) -> Read:
    return lambda given: Term(kind, (given["x"], given["y"]))


def _several(kind: str) -> Read:
    def read(given: Mapping[str, Any]) -> Term | None:
        values = given["values"]
        operands = [*values, given.get("alpha", 0.0)] if len(values) == 1 else values
        return Term(kind, tuple(operands)) if len(operands) == 2 else None

    return read


def _plain(kind: str) -> Read:
    return lambda given: Term(kind, (given["x"],))


def _unary(given: Mapping[str, Any]) -> Term | None:
    """Read a network's layer `unary`: function(scale * x + shift)."""
    if given.get("scale", 0.0) not in (0.0, 1.0) or given.get("shift", 0.0):
        return None
    name = given.get("type", "SQRT")
    if name == "POWER":
        return Term("pow", (given["x"], given.get("alpha", 0.0)))
    if name == "RSQRT":
        epsilon = given.get("epsilon", 0.0)
        return Term("rsqrt", (given["x"],), {"epsilon": epsilon if epsilon else _DEFAULT_EPSILON})
    return Term("sqrt", (given["x"],)) if name == "SQRT" else None


def _mean(given: Mapping[str, Any]) -> Term | None:
    axes = given.get("axes")
    if not isinstance(axes, tuple | list) or len(axes) != 1 or not isinstance(axes[0], int):
        return None
    is_kept = given.get("keep_dims", False) and not given.get("reduce_all", False)
    return Term("mean", (given["x"],), {"axis": axes[0]}) if is_kept else None


def _matmul(given: Mapping[str, Any]) -> Term | None:
    left, right = ("a", "b") if "a" in given else ("x", "y")
    if given.get(right) is None:
        return None
    options = {name: bool(given.get(f"transpose_{axis}", False)) for name, axis in (("left", left), ("right", right))}
    return Term("matmul", (given[left], given[right]), options)


def _mvn(given: Mapping[str, Any]) -> Term | None:
    if not given.get("normalize_variance", False):
        return None
    epsilon = given.get("epsilon", 0.0)
    axes = 3 if given.get("across_channels", False) else 2
    return Term("mvn", (given["x"],), {"axes": axes, "epsilon": epsilon if epsilon else _DEFAULT_EPSILON})


PROGRAM_TERMS: dict[str | None, Read] = {
    "add": _binary("add"),
    "erf": _plain("erf"),
    "matmul": _matmul,
    "mul": _binary("mul"),
    "pow": _binary("pow"),
    "real_div": _binary("div"),
    "reduce_mean": _mean,
    "rsqrt": lambda given: Term("rsqrt", (given["x"],), {"epsilon": given.get("epsilon", 1e-12)}),
    "softmax": lambda given: Term("softmax", (given["x"],), {"axis": given.get("axis", -1)}),
    "sqrt": _plain("sqrt"),
    "square": lambda given: Term("pow", (given["x"], 2.0)),
    "sub": _binary("sub"),
    "tanh": _plain("tanh"),
}
"""How ops are read, by the names under which they are registered."""

NETWORK_TERMS: dict[str | None, Read] = {
    "activation.tanh": _plain("tanh"),
    "add": _several("add"),
    "addBroadcastable": _binary("add"),
    "batchedMatmul": _matmul,
    "divideBroadcastable": _binary("div"),
    "erf": _plain("erf"),
    "multiply": _several("mul"),
    "multiplyBroadcastable": _binary("mul"),
    "mvn": _mvn,
    "powBroadcastable": _binary("pow"),
    "reduceMean": _mean,
    "softmaxND": lambda given: Term("softmax", (given["x"],), {"axis": given.get("axis", 0)}),
    "subtractBroadcastable": _binary("sub"),
    "tanh": _plain("tanh"),
    "unary": _unary,
}
"""How layers are read, by the names under which they are registered."""
