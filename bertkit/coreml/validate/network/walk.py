"""Goes through the layers of a NeuralNetwork in order, with the scoping of branches and loops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# A blob's name, and the layers that may have produced it.
Scope = dict[str, frozenset[str]]

_INPUT = "an input of the model"


@dataclass(frozen=True)
class Step:
    """One layer, with what is visible before it.

    Attributes:
        layer: `NeuralNetwork_pb2.NeuralNetworkLayer`.
        kind: its type; empty where it has none.
        where: for example `layer choose/ifBranch/layer dense`.
        undefined: its inputs that nothing before it produces.
        repeated: its outputs that exist already, with what produces them.
        loop_depth: how many loop bodies it is inside.
        nested: whether it is inside a branch or a loop.
        condition_produced: of a loop with a condition, whether the condition network produces its variable.
    """

    layer: Any
    kind: str
    where: str
    undefined: tuple[str, ...]
    repeated: tuple[tuple[str, str], ...]
    loop_depth: int
    nested: bool
    condition_produced: bool = True


@dataclass(frozen=True)
class NetworkWalk:
    """All layers, nested ones included, and the blobs that layers leave behind.

    Attributes:
        steps: in order of computation.
        produced: the blobs visible at the end that some layer produced.
    """

    steps: tuple[Step, ...]
    produced: frozenset[str]


def walk_network(layers: Iterable[Any], inputs: Iterable[str]) -> NetworkWalk:
    """Go through a network.

    Args:
        layers: of the network.
        inputs: names of the model's inputs.
    """
    walker = _Walker()
    scope: Scope = dict.fromkeys(inputs, frozenset([_INPUT]))
    walker.walk(layers, scope, "", 0)
    produced = frozenset(blob for blob, producers in scope.items() if producers != {_INPUT})
    return NetworkWalk(tuple(walker.steps), produced)


@dataclass
class _Walker:
    """Collects steps; every `walk` extends the scope that it is given."""

    steps: list[Step] = field(default_factory=list)

    def walk(self, layers: Iterable[Any], scope: Scope, prefix: str, loop_depth: int) -> None:
        for layer in layers:
            kind = layer.WhichOneof("layer") or ""
            where = f"{prefix}layer {layer.name}"
            undefined = tuple(blob for blob in layer.input if blob not in scope)
            repeated = tuple((blob, _producers(scope, blob)) for blob in layer.output if blob in scope)
            position = len(self.steps)
            condition_produced = True
            if kind == "branch":
                self._branch(layer.branch, scope, where, loop_depth)
            elif kind == "loop":
                condition_produced = self._loop(layer.loop, scope, where, loop_depth)
            step = Step(layer, kind, where, undefined, repeated, loop_depth, bool(prefix), condition_produced)
            self.steps.insert(position, step)
            for blob in layer.output:
                scope[blob] = scope.get(blob, frozenset()) | {f'the layer "{layer.name}"'}

    def _branch(self, branch: Any, scope: Scope, where: str, loop_depth: int) -> None:
        """Afterwards the blobs that both branches hold are visible; without an else-branch none."""
        chosen, otherwise = dict(scope), dict(scope)
        self.walk(branch.ifBranch.layers, chosen, f"{where}/ifBranch/", loop_depth)
        self.walk(branch.elseBranch.layers, otherwise, f"{where}/elseBranch/", loop_depth)
        if branch.elseBranch.layers:
            for blob in chosen.keys() & otherwise.keys():
                scope[blob] = scope.get(blob, frozenset()) | chosen[blob] | otherwise[blob]

    def _loop(self, loop: Any, scope: Scope, where: str, loop_depth: int) -> bool:
        """Afterwards the condition network's blobs are visible; without one, all of the body's."""
        condition = dict(scope)
        self.walk(loop.conditionNetwork.layers, condition, f"{where}/conditionNetwork/", loop_depth)
        produced = condition.get(loop.conditionVar) != scope.get(loop.conditionVar)
        body = dict(condition)
        self.walk(loop.bodyNetwork.layers, body, f"{where}/bodyNetwork/", loop_depth + 1)
        has_condition = len(loop.conditionNetwork.layers) > 0
        for blob in condition if has_condition else body:
            scope[blob] = scope.get(blob, frozenset()) | body[blob]
        return produced


def _producers(scope: Scope, blob: str) -> str:
    return " and ".join(sorted(scope[blob]))
