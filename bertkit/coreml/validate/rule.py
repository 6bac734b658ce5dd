"""The registry of rules: one small function each, registered under its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bertkit.coreml.validate.subject import Subject

# A place inside the model ("" for the model itself) and what is wrong there.
Finding = tuple[str, str]
Check = Callable[["Subject"], Iterable[Finding]]

# The order in which Core ML's own validator checks; a rule's family is the first part of its name.
_ORDER = (
    "model", "version", "interface", "optional", "classes", "regressor", "updatable", "network", "layer", "weights",
    "program", "neighbors", "glm", "svm", "tree", "transform", "suppression", "recommender", "linked", "opaque",
    "pipeline", "updatable-layer", "updatable-name", "loss", "optimizer", "epochs", "backpropagation", "training-input",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule of the specification.

    Attributes:
        name: `family.rule`.
        kinds: the model types that it is about; empty for all.
        of_updatable: whether it is about updatable models only.
        check: yields a finding for every violation.
    """

    name: str
    kinds: frozenset[str]
    of_updatable: bool
    check: Check


_RULES: dict[str, Rule] = {}


def rule(name: str, *kinds: str, of_updatable: bool = False) -> Callable[[Check], Check]:
    """Register a function as a rule; see `Rule` for the arguments."""

    def register(check: Check) -> Check:
        if name in _RULES:
            raise ValueError(f"there are two rules named {name}")
        _RULES[name] = Rule(name, frozenset(kinds), of_updatable, check)
        return check

    return register


@cache
def rules_in_order() -> tuple[Rule, ...]:
    """Return all rules by family in the order of checking, and within a family as they were written."""
    return tuple(sorted(_RULES.values(), key=lambda rule: _ORDER.index(rule.name.split(".")[0])))
