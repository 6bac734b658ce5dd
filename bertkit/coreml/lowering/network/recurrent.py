"""Simple and gated recurrent layers.

A sequence is [sequence, batch, channels, 1, 1], a state [1, batch, channels, 1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.recurrence import Activation, activation_of, in_order, rows_of_batch, run_gru, run_rnn
from bertkit.coreml.lowering.registry import Stored, layer

Declared = Mapping[str, Mapping[str, float]]

_LIMIT = 50.0
_NAMES = {"re_lu": "relu"}
_MATRIX = Stored(("output_vector_size", "input_vector_size"))
_RECURSION = Stored(("output_vector_size", "output_vector_size"))
_VECTOR = Stored(("output_vector_size",))
_GATES = ("update_gate", "reset_gate", "output_gate")


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
    activation: Declared,
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
    steps = functional.linear(x.flatten(2), weight_matrix, bias_vector if has_bias_vector else None)
    y = first_state(state, steps, recursion_matrix.shape[0])
    outputs = run_rnn(in_order(steps, reverse_input), y, recursion_matrix, declared(activation))
    return as_blobs(outputs, outputs[-1], sequence_output=sequence_output)


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
    activations: Sequence[Declared],
    sequence_output: bool = False,
    has_bias_vectors: bool = False,
    reverse_input: bool = False,
) -> tuple[Tensor, ...]:
    """Compute y[t] = (1 - z) * o + z * y[t-1] with o = g(W x[t] + R (r * y[t-1]) + b) and gates z and r.

    The arguments are those of `simple_recurrent` for each gate; `activations` are f, of the gates, and g.
    """
    weights = torch.cat([reset_gate_weight_matrix, output_gate_weight_matrix, update_gate_weight_matrix])
    recursions = [reset_gate_recursion_matrix, output_gate_recursion_matrix, update_gate_recursion_matrix]
    biases = (reset_gate_bias_vector, output_gate_bias_vector, update_gate_bias_vector)
    bias = torch.cat([vector for vector in biases if vector is not None]) if has_bias_vectors else None
    steps = in_order(functional.linear(x.flatten(2), weights, bias), reverse_input)
    y = first_state(state, steps, reset_gate_recursion_matrix.shape[0])
    gate, act = map(declared, activations)
    outputs = run_gru(steps, y, torch.cat(recursions), None, gate, act)
    return as_blobs(outputs, outputs[-1], sequence_output=sequence_output)


def declared(activation: Declared) -> Activation:
    """Return an activation of a recurrent layer, of values that are limited to -50..50 first."""
    ((name, fields),) = activation.items()
    function = activation_of(_NAMES.get(name, name), fields.get("alpha"), fields.get("beta"))
    return lambda x: function(x.clamp(-_LIMIT, _LIMIT))


def first_state(state: Tensor | None, steps: Tensor, size: int) -> Tensor:
    """Return [batch, size]: the state before the first step, zeros where none is given."""
    batch = steps.shape[1]
    return steps.new_zeros(batch, size) if state is None else rows_of_batch(state.reshape(-1, size), batch)


def as_blobs(outputs: Sequence[Tensor], *states: Tensor, sequence_output: bool) -> tuple[Tensor, ...]:
    """Return the outputs, of all steps or of the last, and the states as blobs of five axes."""
    kept = torch.stack(list(outputs)) if sequence_output else outputs[-1].unsqueeze(0)
    return tuple(value[..., None, None] for value in (kept, *(state.unsqueeze(0) for state in states)))
