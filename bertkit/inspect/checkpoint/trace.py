"""Follow a torch module through one symbolic run, in which no number is computed. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from bertkit.bert.quiet import quiet
from bertkit.errors import UnsupportedError

# More than one of each, so that neither is taken for a constant of the model.
_BATCH, _TOKENS = 2, 8


@dataclass(frozen=True)
class Trace:
    """The operations of a model.

    Attributes:
        nodes: in order of computation, only those with a tensor as result.
        parameters: name in the model of each node that stands for a parameter.
        inputs: nodes that stand for what the model is given.
        outputs: names of the nodes that leave it.
        kinds: class of each module by its path.
    """

    nodes: tuple[torch.fx.Node, ...]
    parameters: Mapping[str, str]
    inputs: frozenset[str]
    outputs: tuple[str, ...]
    kinds: Mapping[str, str]


def trace(network: Any) -> Trace:
    """Export a Hugging Face model that takes token ids; its parameters may be on the `meta` device.

    Raises:
        UnsupportedError: torch cannot follow it.
    """
    device = next(network.parameters()).device
    given = {
        name: torch.ones(_BATCH, _TOKENS, dtype=torch.long, device=device) for name in ("input_ids", "attention_mask")
    }
    free = {name: {0: torch.export.Dim.AUTO, 1: torch.export.Dim.AUTO} for name in given}
    try:
        with quiet("transformers"):
            exported = torch.export.export(network, (), given, dynamic_shapes=free, strict=False)
    except Exception as error:  # torch raises whatever the model's own code does when it cannot be followed
        raise UnsupportedError(
            f"{type(network).__name__} cannot be followed by torch {torch.__version__}: "
            f"{str(error).strip().splitlines()[0]}. Maps are made of models that take input_ids and attention_mask."
        ) from error
    signature = exported.graph_signature
    nodes = [node for node in exported.graph.nodes if node.op == "call_function" and first_tensor(node) is not None]
    return Trace(
        tuple(nodes),
        dict(signature.inputs_to_parameters),
        frozenset(signature.user_inputs),
        tuple(str(name) for name in signature.user_outputs),
        {path: type(module).__name__ for path, module in network.named_modules()},
    )


def first_tensor(node: torch.fx.Node) -> torch.Tensor | None:
    """Return a node's result, the first of several; None for what is no tensor, such as a size."""
    value = node.meta.get("val")
    if isinstance(value, tuple | list) and value:
        value = value[0]
    return value if isinstance(value, torch.Tensor) else None
