"""Recurrent layers, step by step, as programs and networks run them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]

FUNCTIONS: dict[str, Callable[[Tensor, float, float], Tensor]] = {
    "linear": lambda x, alpha, beta: alpha * x + beta,
    "relu": lambda x, alpha, beta: torch.relu(x),
    "scaled_tanh": lambda x, alpha, beta: alpha * torch.tanh(beta * x),
    "sigmoid": lambda x, alpha, beta: torch.sigmoid(x),
    "sigmoid_hard": lambda x, alpha, beta: (alpha * x + beta).clamp(0, 1),
    "tanh": lambda x, alpha, beta: torch.tanh(x),
}

# Files leave them out. The specification names 1.7159 and 2 / 3 for a scaled tanh, coremltools' own tests 1 and 1.
_CONSTANTS = {"linear": (1.0, 0.0), "scaled_tanh": (1.0, 1.0), "sigmoid_hard": (0.2, 0.5)}


def activation_of(name: str, alpha: float | None = None, beta: float | None = None) -> Activation:
    """Return one of `FUNCTIONS` with its constants, the usual ones where they are not given."""
    function = FUNCTIONS[name]
    usual = _CONSTANTS.get(name, (0.0, 0.0))
    first, second = usual[0] if alpha is None else alpha, usual[1] if beta is None else beta
    return lambda x: function(x, first, second)


def in_order(steps: Tensor, reverse: bool) -> Tensor:
    """Return [steps, batch, features] in the order in which the steps are computed."""
    return steps.flip(0) if reverse else steps


def rows_of_batch(initial: Tensor, batch: int) -> Tensor:
    """Leave out rows beyond the batch: for packed sequences coremltools writes as many as there are steps."""
    rows = initial.shape[0]
    are_known = isinstance(rows, int) and isinstance(batch, int)  # comparing symbols would bind an exported graph
    return initial[:batch] if are_known and rows > batch else initial


def joined_ways(forward: Sequence[Tensor], backward: Sequence[Tensor]) -> list[Tensor]:
    """Join the states of both directions for the same step; those of the way back are in the order of computation."""
    return [torch.cat(pair, -1) for pair in zip(forward, reversed(backward), strict=True)]


def run_rnn(steps: Tensor, hidden: Tensor, weight: Tensor, act: Activation) -> list[Tensor]:
    """Compute h = act(step + W h).

    Args:
        steps: [steps, batch, hidden], what the inputs add.
        hidden: [batch, hidden], the state before the first step.
        weight: [hidden, hidden].
        act: the activation.

    Returns:
        The state after each step, [batch, hidden].
    """
    states = []
    for step in steps.unbind():
        hidden = act(step + functional.linear(hidden, weight))
        states.append(hidden)
    return states


def run_gru(
    steps: Tensor,
    hidden: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    gate: Activation,
    act: Activation,
    reset_after: bool = False,
) -> list[Tensor]:
    """Run a gated recurrent unit; what is not said here is as for `run_rnn`.

    Args:
        steps: [steps, batch, 3 * hidden], of the reset, the output and the update gate.
        hidden: [batch, hidden].
        weight: [3 * hidden, hidden], likewise.
        bias: [3 * hidden], likewise; with `reset_after` the reset gate multiplies that of the output gate, too.
        gate: the activation of the reset and the update gate.
        act: that of the output gate.
        reset_after: reset the product of weights and state instead of the state.
    """
    size = hidden.shape[-1]
    reset_weight, output_weight, update_weight = torch.split(weight, size)
    reset_bias, output_bias, update_bias = (None,) * 3 if bias is None else torch.split(bias, size)
    states = []
    for step in steps.unbind():
        reset_x, output_x, update_x = torch.split(step, size, -1)
        reset = gate(reset_x + functional.linear(hidden, reset_weight, reset_bias))
        update = gate(update_x + functional.linear(hidden, update_weight, update_bias))
        if reset_after:
            fresh = act(output_x + reset * functional.linear(hidden, output_weight, output_bias))
        else:
            fresh = act(output_x + functional.linear(reset * hidden, output_weight, output_bias))
        hidden = (1 - update) * fresh + update * hidden
        states.append(hidden)
    return states


def run_lstm(
    steps: Tensor,
    hidden: Tensor,
    memory: Tensor,
    weight: Tensor,
    peephole: Tensor | None,
    activations: tuple[Activation, Activation, Activation],
    limit: float | None,
    coupled: bool = False,
) -> tuple[list[Tensor], Tensor]:
    """Run a long short-term memory; what is not said here is as for `run_rnn`.

    Args:
        steps: [steps, batch, 4 * hidden], of the input, the forget, the output and the cell gate.
        hidden: [batch, hidden].
        memory: [batch, hidden], before the first step.
        weight: [4 * hidden, hidden], as the steps.
        peephole: [3 * hidden], what the input, the forget and the output gate see of the memory.
        activations: of the first three gates, of the cell gate, and of the memory on its way into the state.
        limit: of the memory on both sides.
        coupled: forget as much as is let in; the forget gate is not asked.

    Returns:
        The state after each step, and the last memory.
    """
    gate, cell, act = activations
    size = hidden.shape[-1]
    see_input, see_forget, see_output = (0.0, 0.0, 0.0) if peephole is None else torch.split(peephole, size)
    states = []
    for step in steps.unbind():
        into, forget, out, fresh = torch.split(step + functional.linear(hidden, weight), size, -1)
        let_in = gate(into + see_input * memory)
        kept = 1 - let_in if coupled else gate(forget + see_forget * memory)
        memory = kept * memory + let_in * cell(fresh)
        if limit is not None:
            memory = torch.clamp(memory, -limit, limit)
        hidden = gate(out + see_output * memory) * act(memory)
        states.append(hidden)
    return states, memory
