"""What an update will change, read from the head's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bertkit.coreml.package import Package
from bertkit.coreml.parameters import parameters_of
from bertkit.coreml.updatable import update_parameters

_LOSSES = {
    "categoricalCrossEntropyLossLayer": "categorical cross-entropy over the tokens",
    "meanSquaredErrorLossLayer": "mean squared error",
}
_OPTIMIZERS = {"adamOptimizer": "Adam", "sgdOptimizer": "SGD"}


@dataclass(frozen=True)
class Plan:
    """What the file declares.

    Attributes:
        facts: names and values in words.
        epochs: default.
        most_epochs: the most allowed.
        learning_rate: default.
        highest_rate: the highest allowed.
    """

    facts: tuple[tuple[str, str], ...]
    epochs: int
    most_epochs: int
    learning_rate: float
    highest_rate: float


def plan_of(head: Package) -> Plan:
    """Read the update parameters of a head."""
    declared: dict[str, Any] = update_parameters(head.specification) or {}
    count = sum(parameter.count for parameter in parameters_of(head) if parameter.updatable)
    epochs, rate = declared["epochs"], declared["learningRate"]
    facts = (
        ("layers that may change", ", ".join(declared["layers"])),
        ("numbers in them", f"{count:,}; all others stay as they are"),
        ("loss", ", ".join(_LOSSES.get(str(loss.get("type")), str(loss.get("type"))) for loss in declared["losses"])),
        ("optimizer", _OPTIMIZERS.get(str(declared["optimizer"]), str(declared["optimizer"]))),
        ("mini-batch", f"{declared['miniBatchSize']['default']} examples; each answer is two, its start and its end"),
    )
    return Plan(facts, epochs["default"], epochs["range"][1], rate["default"], rate["range"][1])
