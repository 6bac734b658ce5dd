"""Branches and loops while a model runs: blocks are graphs of their own, which these functions call.

A block takes values by name and returns what has become of some, so that graphs change nothing outside them. A loop
runs until its model says that it ends: nothing but an interruption of the program stops it before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, fx

from bertkit.errors import ModelError

CONTINUE = 1
BREAK = 2

_LEAST_TRUE = 1e-6

Values = dict[str, Any]


class Block(torch.nn.Module):
    """A graph inside a graph.

    Attributes:
        graph: takes the values of `takes` in order; returns a flag, then the values of `gives`. The flag is a loop's
            condition, or says whether the pass of a loop around the block ends here: 0, `CONTINUE` or `BREAK`.
        takes: names of values.
        gives: names of values. One that was not computed because the pass ended before is None.
    """

    def __init__(self, graph: fx.GraphModule, takes: Sequence[str], gives: Sequence[str]) -> None:
        super().__init__()
        self.graph = graph
        self.takes = tuple(takes)
        self.gives = tuple(gives)

    def forward(self, values: Mapping[str, Any]) -> tuple[Any, Values]:
        """Run the graph; see `run`."""
        return self.run(self.graph, values)

    def run(self, graph: Callable[..., Any], values: Mapping[str, Any]) -> tuple[Any, Values]:
        """Call what stands for the graph.

        Returns:
            The flag, and the values that were computed.
        """
        flag, *given = graph(*(values[name] for name in self.takes))
        return flag, {name: value for name, value in zip(self.gives, given, strict=True) if value is not None}


def run_branch(
    condition: Tensor, chosen: Block, otherwise: Block | None, given: Values, returns: Sequence[str]
) -> tuple[Any, ...]:
    """Run one of two blocks.

    Returns:
        Its flag, and the values of the names in `returns`: what the block gives, else what was given.
    """
    block = chosen if holds(condition) else otherwise
    flag, changed = (0, {}) if block is None else block(given)
    return flag, *_picked({**given, **changed}, returns)


def run_rest(flag: int, rest: Block, given: Values, returns: Sequence[str]) -> tuple[Any, ...]:
    """Run what follows a branch that may end the pass of a loop, unless it did; see `run_branch`."""
    changed: Values = {}
    if not flag:
        flag, changed = rest(given)
    return flag, *_picked({**given, **changed}, returns)


def run_loop(
    body: Block, condition: Block | None, maximum: Tensor | int | None, given: Values, returns: Sequence[str]
) -> tuple[Any, ...]:
    """Run a block again and again.

    Args:
        body: one pass.
        condition: asked before every pass; None where only the number of passes decides.
        maximum: of passes; None for no limit.
        given: the values that the blocks begin with.
        returns: names of the values wanted.

    Returns:
        Their values after the loop; None for one that was not computed, as no pass came that far.
    """
    values, passes = dict(given), 0
    limit = int(single(maximum)) if isinstance(maximum, Tensor) else maximum
    while True:
        if condition is not None:
            flag, changed = condition(values)
            values.update(changed)
            if not holds(flag):
                break
        if limit is not None and passes >= limit:
            break
        flag, changed = body(values)
        values.update(changed)
        passes += 1
        if flag == BREAK:
            break
    return _picked(values, returns)


def computed(value: Any, missing: str) -> Any:
    """Return a value that a loop computes.

    Raises:
        ModelError: no pass of the loop came as far as that.
    """
    if value is None:
        raise ModelError(missing)
    return value


def holds(condition: Any) -> bool:
    """Say whether a condition is true: a single number that differs from 0 by more than 1e-6."""
    return abs(single(condition)) > _LEAST_TRUE


def single(x: Tensor) -> float:
    """Return the number that a tensor of one element holds.

    Raises:
        ModelError: it has more elements, or none.
    """
    if x.numel() != 1:
        raise ModelError(f"A branch or a loop wants a single number, got a tensor of shape {list(x.shape)}.")
    return float(x.item())


def _picked(values: Mapping[str, Any], returns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(values.get(name) for name in returns)
