"""Replaces what the patterns match."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, fx

from bertkit.coreml.lowering.fusions.attention import attention, match_attention
from bertkit.coreml.lowering.fusions.gelu import gelu, match_gelu
from bertkit.coreml.lowering.fusions.normalization import (
    layer_norm,
    match_layer_norm,
    match_mean_variance,
    mean_variance,
)
from bertkit.coreml.lowering.fusions.terms import Reader

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fusion:
    """One pattern and what takes its place.

    Attributes:
        name: for people and logs.
        match: returns the arguments of `replacement` if a node is the last one of the pattern, else None.
        replacement: computes the same, but for rounding.
    """

    name: str
    match: Callable[[Reader, fx.Node], dict[str, Any] | None]
    replacement: Callable[..., Tensor]


FUSIONS = (
    Fusion("attention", match_attention, attention),
    Fusion("gelu", match_gelu, gelu),
    Fusion("layer_norm", match_layer_norm, layer_norm),
    Fusion("mean_variance", match_mean_variance, mean_variance),
)


def fuse(module: fx.GraphModule) -> tuple[fx.GraphModule, dict[str, int]]:
    """Return a graph in which groups of operations are computed as one.

    Args:
        module: a lowered graph; it stays as it is.

    Returns:
        A graph that shares its constants, the same one if nothing matches; and how often each fusion was made.
    """
    graph = fx.Graph()
    copied = graph.graph_copy(module.graph, {})
    graph.output(copied)
    reader = Reader(module)
    counts: dict[str, int] = {}
    for node in reversed(list(graph.nodes)):
        if node.op == "call_function" and node.users:
            _replace(graph, reader, node, counts)
    if not counts:
        return module, {}
    graph.lint()
    _logger.debug("Fused: %s", counts)
    return fx.GraphModule(module, graph), counts


def _replace(graph: fx.Graph, reader: Reader, node: fx.Node, counts: dict[str, int]) -> None:
    for fusion in FUSIONS:
        arguments = fusion.match(reader, node)
        if arguments is None:
            continue
        with graph.inserting_before(node):
            fused = graph.call_function(fusion.replacement, (), arguments)
        node.replace_all_uses_with(fused)
        _erase_unused(graph, node)
        counts[fusion.name] = counts.get(fusion.name, 0) + 1
        return


def _erase_unused(graph: fx.Graph, node: fx.Node) -> None:
    """Erase a node that nothing uses any more, and then what only it used."""
    if node.users or node.op not in ("call_function", "get_attr"):
        return
    inputs = node.all_input_nodes
    graph.erase_node(node)
    for each in inputs:
        _erase_unused(graph, each)
