"""Long short-term memory, in one direction and in both. The axes are those of `recurrent`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.network.recurrent import Declared, as_blobs, declared, first_state
from bertkit.coreml.lowering.recurrence import in_order, joined_ways, run_lstm
from bertkit.coreml.lowering.registry import Stored, layer

_DEFAULT_LIMIT = 50.0
_GATES = ("input_gate", "forget_gate", "output_gate", "block_input")
_SEEING = _GATES[:3]
_WEIGHTS = {
    **{f"{gate}_weight_matrix": Stored(("output_vector_size", "input_vector_size")) for gate in _GATES},
    **{f"{gate}_recursion_matrix": Stored(("output_vector_size", "output_vector_size")) for gate in _GATES},
    **{f"{gate}_bias_vector": Stored(("output_vector_size",)) for gate in _GATES},
    **{f"{gate}_peephole_vector": Stored(("output_vector_size",)) for gate in _GATES},
}


@layer("uniDirectionalLSTM", weights={f"weight_params.{name}": stored for name, stored in _WEIGHTS.items()})
def lstm(
    x: Tensor,
    y: Tensor | None = None,
    c: Tensor | None = None,
    *,
    weight_params: Mapping[str, Tensor],
    activations: Sequence[Declared],
    params: Mapping[str, Any],
    reverse_input: bool = False,
) -> tuple[Tensor, ...]:
    """Run one long short-term memory over a sequence.

    Args:
        x: [sequence, batch, in, 1, 1].
        y: the output before the first, zeros by default.
        c: the memory before the first step, zeros by default.
        weight_params: weights, recursions, biases and peepholes of the gates.
        activations: f of the gates, g of the block's input, h of the memory.
        params: which parts are used, the limit of the memory, and whether all outputs are returned.
        reverse_input: begin at the end; the outputs are in the order in which they were computed.

    Returns:
        The output or outputs, the last output, and the last memory.
    """
    outputs, c = _run(x, reverse_input, y, c, weight_params, activations, params)
    return as_blobs(outputs, outputs[-1], c, sequence_output=params.get("sequence_output", False))


@layer(
    "biDirectionalLSTM",
    weights={f"weight_params.{way}.{name}": stored for way in range(2) for name, stored in _WEIGHTS.items()},
)
def two_way_lstm(
    x: Tensor,
    y: Tensor | None = None,
    c: Tensor | None = None,
    y_reverse: Tensor | None = None,
    c_reverse: Tensor | None = None,
    *,
    weight_params: Mapping[str, Tensor],
    activations_forward_lstm: Sequence[Declared],
    activations_backward_lstm: Sequence[Declared],
    params: Mapping[str, Any],
) -> tuple[Tensor, ...]:
    """Run one long short-term memory forward and one backward, and join what they return for the same step.

    Returns:
        The joined output or outputs [.., 2 * out, 1, 1], then last output and memory of each.
    """
    ways = [
        {name.partition(".")[2]: weight for name, weight in weight_params.items() if name.startswith(f"{way}.")}
        for way in range(2)
    ]
    forward, c = _run(x, False, y, c, ways[0], activations_forward_lstm, params)
    backward, c_reverse = _run(x, True, y_reverse, c_reverse, ways[1], activations_backward_lstm, params)
    y, y_reverse = forward[-1], backward[-1]
    everything = params.get("sequence_output", False)
    outputs = joined_ways(forward, backward) if everything else [torch.cat([y, y_reverse], -1)]
    return as_blobs(outputs, y, c, y_reverse, c_reverse, sequence_output=everything)


def _run(
    x: Tensor,
    reverse: bool,
    y: Tensor | None,
    c: Tensor | None,
    weights: Mapping[str, Tensor],
    activations: Sequence[Declared],
    params: Mapping[str, Any],
) -> tuple[list[Tensor], Tensor]:
    """Return the outputs of all steps, [batch, out] each, and the last memory."""
    gate, block, memory = map(declared, activations)
    steps = in_order(
        functional.linear(x.flatten(2), _joined(weights, "weight_matrix"), _bias(weights, params)), reverse
    )
    recursion = _joined(weights, "recursion_matrix")
    size = recursion.shape[1]
    return run_lstm(
        steps,
        first_state(y, steps, size),
        first_state(c, steps, size),
        recursion,
        _peephole(weights, params),
        (gate, block, memory),
        params.get("cell_clip_threshold", 0.0) or _DEFAULT_LIMIT,
        coupled=params.get("coupled_input_and_forget_gate", False),
    )


def _joined(weights: Mapping[str, Tensor], kind: str) -> Tensor:
    """Join the matrices of all gates; a coupled forget gate may have none, and any will do."""
    matrices = [weights.get(f"{gate}_{kind}") for gate in _GATES]
    given = next(matrix for matrix in matrices if matrix is not None)
    return torch.cat([torch.zeros_like(given) if matrix is None else matrix for matrix in matrices])


def _bias(weights: Mapping[str, Tensor], params: Mapping[str, Any]) -> Tensor | None:
    matrix = weights["input_gate_weight_matrix"]
    nothing = matrix.new_zeros(matrix.shape[0])
    used = params.get("has_bias_vectors", False)
    biases = {gate: weights.get(f"{gate}_bias_vector", nothing) if used else nothing for gate in _GATES}
    if params.get("forget_bias", False):
        biases["forget_gate"] = biases["forget_gate"] + 1
    return torch.cat([biases[gate] for gate in _GATES])


def _peephole(weights: Mapping[str, Tensor], params: Mapping[str, Any]) -> Tensor | None:
    """Join the peepholes of the gates that see the memory; one that is left out sees nothing."""
    given = {gate: weights.get(f"{gate}_peephole_vector") for gate in _SEEING}
    found = [vector for vector in given.values() if vector is not None]
    if not found or not params.get("has_peephole_vectors", False):
        return None
    nothing = torch.zeros_like(found[0])
    return torch.cat([nothing if vector is None else vector for vector in given.values()])
