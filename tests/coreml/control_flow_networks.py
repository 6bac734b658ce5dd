"""Writes NeuralNetworks with branches and loops, and runs the same programs in plain Python."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.coreml import Configuration, Model, proto, save_model

VARIABLES = ("a", "b", "c")

_NUMBERS = itertools.count()

Program = list[Any]
"""Statements, each a tuple whose first entry says which; see `_emit`."""


class Exit(Exception):  # noqa: N818 - no error, a jump
    """The end of a pass, by its kind."""


def network(layers: Any, sizes: tuple[int, ...] = (1,), outputs: tuple[str, ...] = VARIABLES) -> Any:
    """Return a model whose inputs `in_a`... are copied into the variables, without layers after that."""
    model = proto.model_pb2().Model(specificationVersion=4)
    model.neuralNetwork.arrayInputShapeMapping = 1
    for names, features in (([f"in_{name}" for name in VARIABLES], "input"), (outputs, "output")):
        for name in names:
            feature = getattr(model.description, features).add(name=name)
            feature.type.multiArrayType.dataType = proto.feature_types_pb2().ArrayFeatureType.FLOAT32
            feature.type.multiArrayType.shape.extend(sizes)
    for name in VARIABLES:
        add(model.neuralNetwork, "copy", [f"in_{name}"], [name], name=f"start_{name}")
    layers(model.neuralNetwork)
    return model


def add(network: Any, kind: str, inputs: list[str], outputs: list[str], name: str = "", **fields: Any) -> Any:
    """Add a layer and return its parameters."""
    layer = network.layers.add(name=name or f"{kind}_{next(_NUMBERS)}", input=inputs, output=outputs)
    content = getattr(layer, kind)
    content.SetInParent()
    for field, value in fields.items():
        setattr(content, field, value)
    return content


def set_to(network: Any, variable: str, kind: str, inputs: list[str], **fields: Any) -> None:
    """Compute a blob and copy it into a variable."""
    place = f"{variable}_{next(_NUMBERS)}"
    add(network, kind, inputs, [f"new_{place}"], name=f"compute_{place}", **fields)
    add(network, "copy", [f"new_{place}"], [variable], name=f"keep_{place}")


def linear(network: Any, source: str, target: str, alpha: float, beta: float) -> None:
    """Compute alpha * source + beta."""
    content = add(network, "activation", [source], [target]).linear
    content.alpha, content.beta = alpha, beta


def write(program: Program) -> Any:
    """Return the model of a program."""
    return network(lambda content: emit(content, program))


def emit(network: Any, program: Program) -> None:
    """Write statements as layers."""
    for statement in program:
        _emit(network, *statement)


def _emit(network: Any, kind: str, *rest: Any) -> None:
    if kind in ("maxBroadcastable", "minBroadcastable", "addBroadcastable"):
        target, left, right = rest
        set_to(network, target, kind, [left, right])
    elif kind == "shift":
        target, beta = rest
        blob = f"shifted_{next(_NUMBERS)}"
        linear(network, target, blob, 0.5, beta)
        add(network, "copy", [blob], [target])
    elif kind == "branch":
        condition, chosen, otherwise = rest
        branch = add(network, "branch", [condition], [])
        emit(branch.ifBranch, chosen)
        emit(branch.elseBranch, otherwise)
    elif kind == "loop":
        maximum, condition, body = rest
        loop = add(network, "loop", [], [], maxLoopIterations=maximum)
        if condition is not None:
            variable, bound = condition
            loop.conditionVar = f"below_{next(_NUMBERS)}"
            add(loop.conditionNetwork, "lessThan", [variable], [loop.conditionVar], alpha=bound)
        emit(loop.bodyNetwork, body)
    else:
        add(network, kind, [], [])


def interpret(program: Program, values: dict[str, np.float32]) -> None:
    """Run statements on the variables."""
    for kind, *rest in program:
        if kind in ("maxBroadcastable", "minBroadcastable", "addBroadcastable"):
            target, left, right = rest
            function = {"max": max, "min": min, "add": lambda x, y: x + y}[kind[:3]]
            values[target] = np.float32(function(values[left], values[right]))
        elif kind == "shift":
            values[rest[0]] = np.float32(np.float32(0.5) * values[rest[0]] + np.float32(rest[1]))
        elif kind == "branch":
            interpret(rest[1] if abs(values[rest[0]]) > 1e-6 else rest[2], values)
        elif kind == "loop":
            _repeat(*rest, values)
        else:
            raise Exit(kind)


def _repeat(maximum: int, condition: tuple[str, float] | None, body: Program, values: dict[str, np.float32]) -> None:
    passes = 0
    while condition is None or values[condition[0]] < np.float32(condition[1]):
        if passes == maximum and (condition is None or maximum > 0):
            return
        passes += 1
        try:
            interpret(body, values)
        except Exit as end:
            if end.args[0] == "loopBreak":
                return


def opened(model: Any, folder: Path, **options: Any) -> Model:
    """Save a model, which validates it, and open it."""
    path = save_model(folder / "network.mlmodel", model)
    return Model.load(path, Configuration(engine="torch", **options))
