"""Recurrent layers."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.recurrence import (
    FUNCTIONS,
    Activation,
    activation_of,
    in_order,
    joined_ways,
    rows_of_batch,
    run_gru,
    run_lstm,
    run_rnn,
)
from bertkit.coreml.lowering.registry import op
from bertkit.errors import UnsupportedError

_NAMES = {"hard_sigmoid": "sigmoid_hard"}


@op("rnn")
def rnn(
    x: Tensor,
    initial_h: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None = None,
    direction: str = "forward",
    output_sequence: bool = False,
    activation: str = "tanh",
) -> tuple[Tensor, Tensor]:
    """Return h = activation(W_ih x + W_hh h + b) of every step, or of the last one, and of the last one.

    Args:
        x: [steps, batch, in].
        initial_h: [batch, hidden].
        weight_ih: [hidden, in].
        weight_hh: [hidden, hidden].
        bias: [hidden].
        direction: `forward` or `reverse`; reverse begins with the last step, and its outputs are in the order in which
            they are computed.
        output_sequence: whether the first output has all steps.
        activation: its name.

    Returns:
        [steps or 1, batch, hidden] and [batch, hidden].
    """
    steps = in_order(functional.linear(x, weight_ih, bias), direction == "reverse")
    states = run_rnn(steps, initial_h, weight_hh, _activation(activation))
    return _outputs(states, output_sequence), states[-1]


@op("gru")
def gru(
    x: Tensor,
    initial_h: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None = None,
    direction: str = "forward",
    output_sequence: bool = False,
    recurrent_activation: str = "sigmoid",
    activation: str = "tanh",
    reset_after: bool = False,
    input_bias: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Run a gated recurrent unit; what is not said here is as for `rnn`.

    Args:
        x: [steps, batch, in].
        initial_h: [batch, hidden].
        weight_ih: [3 * hidden, in], of the reset, the output and the update gate.
        weight_hh: [3 * hidden, hidden], likewise.
        bias: [3 * hidden], likewise; with `reset_after` the reset gate multiplies that of the output gate, too.
        direction: as for `rnn`.
        output_sequence: as for `rnn`.
        recurrent_activation: of the reset and the update gate.
        activation: of the output gate.
        reset_after: reset the product of weights and state instead of the state.
        input_bias: [3 * hidden], never reset.
    """
    gate, act = _activation(recurrent_activation), _activation(activation)
    steps = in_order(functional.linear(x, weight_ih, input_bias), direction == "reverse")
    states = run_gru(steps, initial_h, weight_hh, bias, gate, act, reset_after=reset_after)
    return _outputs(states, output_sequence), states[-1]


@op("lstm")
def lstm(
    x: Tensor,
    initial_h: Tensor,
    initial_c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None = None,
    peephole: Tensor | None = None,
    weight_ih_back: Tensor | None = None,
    weight_hh_back: Tensor | None = None,
    bias_back: Tensor | None = None,
    peephole_back: Tensor | None = None,
    direction: str = "forward",
    output_sequence: bool = False,
    recurrent_activation: str = "sigmoid",
    cell_activation: str = "tanh",
    activation: str = "tanh",
    clip: float | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run a long short-term memory; what is not said here is as for `rnn`.

    Args:
        x: [steps, batch, in].
        initial_h: [batch, directions * hidden]; what is beyond the batch is left out.
        initial_c: [batch, directions * hidden], the memory; likewise.
        weight_ih: [4 * hidden, in], of the input, the forget, the output and the cell gate.
        weight_hh: [4 * hidden, hidden], likewise.
        bias: [4 * hidden], likewise.
        peephole: [3 * hidden], what the input, the forget and the output gate see of the memory.
        weight_ih_back: those of the way back, if the direction is `bidirectional`; so are the next three.
        weight_hh_back: see `weight_ih_back`.
        bias_back: see `weight_ih_back`.
        peephole_back: see `weight_ih_back`.
        direction: `forward`, `reverse` or `bidirectional`, whose outputs on the way back are in the order of `x`.
        output_sequence: as for `rnn`.
        recurrent_activation: of the input, the forget and the output gate.
        cell_activation: of the cell gate.
        activation: of the memory on its way into the state.
        clip: limit of the memory on both sides.

    Returns:
        [steps or 1, batch, directions * hidden], [batch, directions * hidden] and the memory of the same shape.
    """
    acts = (_activation(recurrent_activation), _activation(cell_activation), _activation(activation))
    initial_h, initial_c = (rows_of_batch(initial, x.shape[1]) for initial in (initial_h, initial_c))
    steps = functional.linear(x, weight_ih, bias)
    if direction != "bidirectional":
        steps = in_order(steps, direction == "reverse")
        states, memory = run_lstm(steps, initial_h, initial_c, weight_hh, peephole, acts, clip)
        return _outputs(states, output_sequence), states[-1], memory
    if weight_ih_back is None or weight_hh_back is None:
        raise ValueError("a bidirectional lstm needs weight_ih_back and weight_hh_back")
    hidden, hidden_back = initial_h.chunk(2, -1)
    cell, cell_back = initial_c.chunk(2, -1)
    states, memory = run_lstm(steps, hidden, cell, weight_hh, peephole, acts, clip)
    steps_back = in_order(functional.linear(x, weight_ih_back, bias_back), True)
    back, memory_back = run_lstm(steps_back, hidden_back, cell_back, weight_hh_back, peephole_back, acts, clip)
    last = torch.cat([states[-1], back[-1]], -1)
    outputs = torch.stack(joined_ways(states, back)) if output_sequence else last.unsqueeze(0)
    return outputs, last, torch.cat([memory, memory_back], -1)


def _outputs(states: list[Tensor], output_sequence: bool) -> Tensor:
    return torch.stack(states) if output_sequence else states[-1].unsqueeze(0)


def _activation(name: str) -> Activation:
    key = _NAMES.get(name.lower(), name.lower())
    if key not in FUNCTIONS:
        raise UnsupportedError(
            f'The activation "{name}" of a recurrent op is not supported. '
            f"Available: {', '.join(sorted([*FUNCTIONS, *_NAMES]))}."
        )
    return activation_of(key)
