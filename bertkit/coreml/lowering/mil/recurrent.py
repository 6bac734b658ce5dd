"""Recurrent layers, step by step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op
from bertkit.errors import UnsupportedError

Activation = Callable[[Tensor], Tensor]

_ACTIVATIONS: dict[str, Activation] = {
    "hard_sigmoid": lambda x: torch.clamp(0.2 * x + 0.5, 0, 1),
    "linear": lambda x: x,
    "relu": functional.relu,
    "scaled_tanh": torch.tanh,  # its two factors are 1 here
    "sigmoid": torch.sigmoid,
    "sigmoid_hard": lambda x: torch.clamp(0.2 * x + 0.5, 0, 1),
    "tanh": torch.tanh,
}


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
    act = _activation(activation)
    states = []
    hidden = initial_h
    for step in _steps(functional.linear(x, weight_ih, bias), direction):
        hidden = act(step + functional.linear(hidden, weight_hh))
        states.append(hidden)
    return _outputs(states, output_sequence), hidden


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
    size = initial_h.shape[-1]
    biases = torch.zeros_like(weight_hh[:, 0]) if bias is None else bias
    reset_weight, output_weight, update_weight = torch.split(weight_hh, size)
    states = []
    hidden = initial_h
    for step in _steps(functional.linear(x, weight_ih, input_bias), direction):
        reset_x, output_x, update_x = torch.split(step, size, -1)
        reset_bias, output_bias, update_bias = torch.split(biases, size)
        reset = gate(reset_x + functional.linear(hidden, reset_weight, reset_bias))
        update = gate(update_x + functional.linear(hidden, update_weight, update_bias))
        if reset_after:
            fresh = act(output_x + reset * functional.linear(hidden, output_weight, output_bias))
        else:
            fresh = act(output_x + functional.linear(reset * hidden, output_weight, output_bias))
        hidden = (1 - update) * fresh + update * hidden
        states.append(hidden)
    return _outputs(states, output_sequence), hidden


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
    initial_h, initial_c = (_of_batch(initial, x.shape[1]) for initial in (initial_h, initial_c))
    if direction != "bidirectional":
        states, memory = _lstm(x, initial_h, initial_c, weight_ih, weight_hh, bias, peephole, direction, acts, clip)
        return _outputs(states, output_sequence), states[-1], memory
    if weight_ih_back is None or weight_hh_back is None:
        raise ValueError("a bidirectional lstm needs weight_ih_back and weight_hh_back")
    hidden, hidden_back = initial_h.chunk(2, -1)
    cell, cell_back = initial_c.chunk(2, -1)
    states, memory = _lstm(x, hidden, cell, weight_ih, weight_hh, bias, peephole, "forward", acts, clip)
    back, memory_back = _lstm(
        x, hidden_back, cell_back, weight_ih_back, weight_hh_back, bias_back, peephole_back, "reverse", acts, clip
    )
    last = torch.cat([states[-1], back[-1]], -1)
    pairs = zip(states, reversed(back), strict=True)
    outputs = torch.stack([torch.cat(pair, -1) for pair in pairs]) if output_sequence else last.unsqueeze(0)
    return outputs, last, torch.cat([memory, memory_back], -1)


def _lstm(
    x: Tensor,
    hidden: Tensor,
    memory: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    peephole: Tensor | None,
    direction: str,
    activations: tuple[Activation, Activation, Activation],
    clip: float | None,
) -> tuple[list[Tensor], Tensor]:
    """Run one direction; returns the state after each step, in the order of computation, and the last memory."""
    gate, cell, act = activations
    size = hidden.shape[-1]
    see_input, see_forget, see_output = (0.0, 0.0, 0.0) if peephole is None else torch.split(peephole, size)
    states = []
    for step in _steps(functional.linear(x, weight_ih, bias), direction):
        into, forget, out, fresh = torch.split(step + functional.linear(hidden, weight_hh), size, -1)
        kept = gate(forget + see_forget * memory) * memory
        memory = kept + gate(into + see_input * memory) * cell(fresh)
        if clip is not None:
            memory = torch.clamp(memory, -clip, clip)
        hidden = gate(out + see_output * memory) * act(memory)
        states.append(hidden)
    return states, memory


def _of_batch(initial: Tensor, batch: int) -> Tensor:
    """Leave out rows beyond the batch: for packed sequences coremltools writes as many as there are steps."""
    rows = initial.shape[0]
    are_known = isinstance(rows, int) and isinstance(batch, int)  # comparing symbols would bind an exported graph
    return initial[:batch] if are_known and rows > batch else initial


def _steps(x: Tensor, direction: str) -> tuple[Tensor, ...]:
    steps = x.unbind(0)
    return tuple(reversed(steps)) if direction == "reverse" else steps


def _outputs(states: list[Tensor], output_sequence: bool) -> Tensor:
    return torch.stack(states) if output_sequence else states[-1].unsqueeze(0)


def _activation(name: str) -> Activation:
    if name.lower() not in _ACTIVATIONS:
        raise UnsupportedError(
            f'The activation "{name}" of a recurrent op is not supported. Available: {", ".join(_ACTIVATIONS)}.'
        )
    return _ACTIVATIONS[name.lower()]
