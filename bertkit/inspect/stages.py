"""Modules for files whose layer names spell none: stages of layers, and blocks of stages that repeat."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.inspect.block import Block
from bertkit.inspect.layers import Layer

# A stage begins where weights multiply or look up; what normalizes, shifts or activates belongs to the stage before.
_BEGINNERS = frozenset(
    {
        "conv", "conv_transpose", "convolution", "convolution3d", "linear", "matmul", "innerProduct", "batchedMatmul",
        "gather", "embedding", "embeddingND", "lstm", "gru", "rnn", "simpleRecurrent", "uniDirectionalLSTM",
        "biDirectionalLSTM",
    }
)  # fmt: skip
_FEWEST_STAGES = 2
_KINDS_SHOWN = 3


def stages(layers: Sequence[Layer]) -> tuple[Block | Layer, ...]:
    """Group layers by their order: what comes before the first stage stays alone."""
    first = next((index for index, layer in enumerate(layers) if _begins(layer)), len(layers))
    found: list[list[Layer]] = []
    for layer in layers[first:]:
        if _begins(layer) or not found:
            found.append([])
        found[-1].append(layer)
    if len(found) < _FEWEST_STAGES:
        return tuple(layers)
    return (*layers[:first], *_blocks(found))


def _begins(layer: Layer) -> bool:
    return layer.kind in _BEGINNERS and bool(layer.parameters)


def _stage(layers: Sequence[Layer]) -> Block:
    kinds = list(dict.fromkeys(layer.variant or layer.kind for layer in layers))
    more = " ..." if len(kinds) > _KINDS_SHOWN else ""
    return Block(layers[0].name, " + ".join(kinds[:_KINDS_SHOWN]) + more, tuple(layers), named=False)


def _blocks(found: Sequence[Sequence[Layer]]) -> list[Block]:
    signatures = [_signature(stage) for stage in found]
    blocks: list[Block] = []
    at = number = 0
    while at < len(found):
        period, count = _repeat(signatures, at)
        if period == 1:
            blocks.append(_stage(found[at]))
            at += 1
            continue
        for _ in range(count):
            number += 1
            inner = tuple(_stage(stage) for stage in found[at : at + period])
            blocks.append(Block(f"block {number}", "", inner, named=False))
            at += period
    return blocks


def _signature(stage: Sequence[Layer]) -> tuple[tuple[str, str, int], ...]:
    return tuple((layer.kind, layer.variant, layer.parameter_count) for layer in stage)


def _repeat(signatures: Sequence[object], at: int) -> tuple[int, int]:
    """Return the period and count of the repetition that covers most stages from `at` on; (1, 1) when none does."""
    best = (1, 1)
    for period in range(2, (len(signatures) - at) // 2 + 1):
        pattern = signatures[at : at + period]
        count = 1
        while signatures[at + count * period : at + (count + 1) * period] == pattern:
            count += 1
        if count > 1 and period * count > best[0] * best[1] and len(set(map(repr, pattern))) > 1:
            best = (period, count)
    return best
