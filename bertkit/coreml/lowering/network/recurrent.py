"""Simple and gated recurrent layers.

A sequence is [sequence, batch, channels, 1, 1], a state [1, batch, channels, 1, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import Stored, layer

Activation = Mapping[str, Mapping[str, float]]

_LIMIT = 50.0
_MATRIX = Stored(("output_vector_size", "input_vector_size"))
_RECURSION = Stored(("output_vector_size", "output_vector_size"))
_VECTOR = Stored(("output_vector_size",))
_GATES = ("update_gate", "reset_gate", "output_gate")

# Files leave them out. The specification names 1.7159 and 2 / 3 for a scaled tanh, coremltools' own tests 1 and 1.
_CONSTANTS = {"linear": (1.0, 0.0), "scaled_tanh": (1.0, 1.0), "sigmoid_hard": (0.2, 0.5)}
_FUNCTIONS: dict[str, Callable[[Tensor, float, float], Tensor]] = {
    "linear": lambda x, alpha, beta: alpha * x + beta,
    "re_lu": lambda x, alpha, beta: torch.relu(x),
    "scaled_tanh": lambda x, alpha, beta: alpha * torch.tanh(beta * x),
    "sigmoid": lambda x, alpha, beta: torch.sigmoid(x),
    "sigmoid_hard": lambda x, alpha, beta: (alpha * x + beta).clamp(0, 1),
    "tanh": lambda x, alpha, beta: torch.tanh(x),
}


@layer(
    "simpleRecurrent",
    weights={"weight_matrix": _MATRIX, "recursion_matrix": _RECURSION, "bias_vector": _VECTOR},
)
def simple_recurrent(
    x: Tensor,
    state: Tensor | None = None,
    *,
    weight_matrix: Tensor,
    recursion_matrix: Tensor,
    bias_vector: Tensor | None = None,
    activation: Activation,
    sequence_output: bool = False,
    has_bias_vector: bool = False,
    reverse_input: bool = False,
) -> tuple[Tensor, ...]:
    """Compute y[t] = f(W x[t] + R y[t-1] + b).

    Args:
        x: [sequence, batch, in, 1, 1].
        state: the output before the first, zeros by default.
        weight_matrix: W, [out, in].
        recursion_matrix: R, [out, out].
        bias_vector: b, [out].
        activation: f.
        sequence_output: return the outputs of all steps, not only of the last.
        has_bias_vector: b is used.
        reverse_input: begin at the end; the outputs are in the order in which they were computed.

    Returns:
        The output or outputs, and the last output.
    """
    inputs = functional.linear(in_order(x, reverse_input), weight_matrix, bias_vector if has_bias_vector else None)
    y = first_state(state, inputs, recursion_matrix.shape[0])
    outputs = []
    for step in inputs.unbind():
        y = activate(activation, step + functional.linear(y, recursion_matrix))
        outputs.append(y)
    return as_blobs(outputs, y, sequence_output=sequence_output)


@layer(
    "gru",
    weights={
        **{f"{gate}_weight_matrix": _MATRIX for gate in _GATES},
        **{f"{gate}_recursion_matrix": _RECURSION for gate in _GATES},
        **{f"{gate}_bias_vector": _VECTOR for gate in _GATES},
    },
)
def gated_recurrent(
    x: Tensor,
    state: Tensor | None = None,
    *,
    update_gate_weight_matrix: Tensor,
    reset_gate_weight_matrix: Tensor,
    output_gate_weight_matrix: Tensor,
    update_gate_recursion_matrix: Tensor,
    reset_gate_recursion_matrix: Tensor,
    output_gate_recursion_matrix: Tensor,
    update_gate_bias_vector: Tensor | None = None,
    reset_gate_bias_vector: Tensor | None = None,
    output_gate_bias_vector: Tensor | None = None,
    activations: Sequence[Activation],
    sequence_output: bool = False,
    has_bias_vectors: bool = False,
    reverse_input: bool = False,
) -> tuple[Tensor, ...]:
    """Compute y[t] = (1 - z) * o + z * y[t-1] with o = g(W x[t] + R (r * y[t-1]) + b) and gates z and r.

    The arguments are those of `simple_recurrent` for each gate; `activations` are f, of the gates, and g.
    """
    steps = in_order(x, reverse_input)
    weights = torch.cat([update_gate_weight_matrix, reset_gate_weight_matrix, output_gate_weight_matrix])
    biases = (update_gate_bias_vector, reset_gate_bias_vector, output_gate_bias_vector)
    inputs = functional.linear(steps, weights, joined(biases) if has_bias_vectors else None)
    gates = torch.cat([update_gate_recursion_matrix, reset_gate_recursion_matrix])
    y = first_state(state, inputs, update_gate_recursion_matrix.shape[0])
    outputs = []
    for step in inputs.unbind():
        x_update, x_reset, x_output = step.chunk(3, -1)
        y_update, y_reset = functional.linear(y, gates).chunk(2, -1)
        update = activate(activations[0], x_update + y_update)
        reset = activate(activations[0], x_reset + y_reset)
        output = activate(activations[1], x_output + functional.linear(y * reset, output_gate_recursion_matrix))
        y = (1 - update) * output + update * y
        outputs.append(y)
    return as_blobs(outputs, y, sequence_output=sequence_output)


def activate(activation: Activation, x: Tensor) -> Tensor:
    """Apply an activation of a recurrent layer to values that are limited to -50..50 first."""
    ((name, fields),) = activation.items()
    alpha, beta = _CONSTANTS.get(name, (0.0, 0.0))
    return _FUNCTIONS[name](x.clamp(-_LIMIT, _LIMIT), fields.get("alpha", alpha), fields.get("beta", beta))


def in_order(x: Tensor, reverse: bool) -> Tensor:
    """Return [sequence, batch, channels] in the order in which the steps are computed."""
    steps = x.flatten(2)
    return steps.flip(0) if reverse else steps


def first_state(state: Tensor | None, steps: Tensor, size: int) -> Tensor:
    """Return [batch, size]: the state before the first step, zeros where none is given."""
    return steps.new_zeros(steps.shape[1], size) if state is None else state.reshape(-1, size)


def joined(vectors: Sequence[Tensor | None]) -> Tensor:
    """Join the biases of all gates."""
    return torch.cat([vector for vector in vectors if vector is not None])


def as_blobs(outputs: Sequence[Tensor], *states: Tensor, sequence_output: bool) -> tuple[Tensor, ...]:
    """Return the outputs, of all steps or of the last, and the states as blobs of five axes."""
    kept = torch.stack(list(outputs)) if sequence_output else outputs[-1].unsqueeze(0)
    return tuple(value[..., None, None] for value in (kept, *(state.unsqueeze(0) for state in states)))
