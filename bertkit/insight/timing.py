"""Time a lowered model, whole or layer by layer. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from bertkit.coreml.lowering.graph import Lowered
from bertkit.insight.graph import Array, given_inputs, layers_of_nodes, output_nodes, walk

Clock = Callable[[], float]


def time_whole(lowered: Lowered, inputs: Mapping[str, Array], clock: Clock) -> float:
    """Return the milliseconds of one run without looking inside."""
    given = given_inputs(lowered, inputs)
    arguments = [given[lowered.values[name]] for name in lowered.inputs]
    with torch.inference_mode():
        _wait(lowered)
        started = clock()
        lowered.module(*arguments)
        _wait(lowered)
        return (clock() - started) * 1e3


def time_layers(
    lowered: Lowered, inputs: Mapping[str, Array], clock: Clock, report: Callable[[], None]
) -> dict[str, float]:
    """Return the milliseconds of each layer in one run, in order of computation; constants count for nothing.

    Args:
        lowered: the model.
        inputs: by feature name, float32 or int32.
        clock: in seconds.
        report: called between operations, off the clock.
    """
    owners = layers_of_nodes(lowered)
    milliseconds: dict[str, float] = {}
    walked = walk(lowered, given_inputs(lowered, inputs), list(output_nodes(lowered).values()))
    _wait(lowered)
    before = clock()
    for node, _ in walked:
        _wait(lowered)
        now = clock()
        layer = owners.get(node)
        if layer is not None:
            milliseconds[layer] = milliseconds.get(layer, 0.0) + (now - before) * 1e3
            report()
        before = clock()
    return milliseconds


def threads() -> int:
    """Return how many threads torch computes with."""
    return torch.get_num_threads()


def _wait(lowered: Lowered) -> None:
    """On a CUDA device, wait until everything before is computed."""
    buffer = next(lowered.module.buffers(), None)
    if buffer is not None and buffer.is_cuda:
        torch.cuda.synchronize(buffer.device)
