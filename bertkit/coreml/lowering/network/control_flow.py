"""Branches and loops of NeuralNetworks.

Blobs are visible as the specification says: after a branch those that both of its sides produce, after a loop those
that its condition network produces, or all of its body if there is none. A blob that was there before and that a
`copy` inside writes again has its new value afterward.

`loopBreak` and `loopContinue` end a pass of the loop around them. What follows a branch that holds one becomes a block
too, which runs unless the branch has ended the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from torch import fx

from bertkit.coreml.lowering.blocks import BREAK, CONTINUE, run_branch, run_loop, run_rest
from bertkit.coreml.lowering.scope import Nested, Scope
from bertkit.coreml.lowering.values import Computed, Value, as_tensor_node
from bertkit.errors import ModelError

_EXITS = {"loopBreak": BREAK, "loopContinue": CONTINUE}

Signal = fx.Node | int
"""What a block returns first: 0, or how it ends the pass of the loop around it."""


class Walker(Protocol):
    """What lowers the layers of a network, or of one inside a layer.

    Attributes:
        scope: the blobs that are visible.
        path: what stands before the names of layers: those of the layers around them.
        in_loop: whether a loop is around them.
    """

    scope: Scope
    path: str
    in_loop: bool

    def lower(self, layer: Any) -> None:
        """Lower a layer that is no control flow."""

    def look_up(self, blob: str, user: str) -> Value:
        """Return a blob that must be visible."""

    def as_float(self, value: Value) -> Value:
        """Return a value as floating-point numbers."""

    def inside(self, layer: str, in_loop: bool) -> Walker:
        """Return a walker for a network inside a layer; for one without a name inside this network itself."""


def lower_layers(walker: Walker, layers: Sequence[Any]) -> Signal:
    """Lower layers in order.

    Returns:
        How they end the pass of the loop around them; 0 where nothing in them can.
    """
    for position, layer in enumerate(layers):
        kind = layer.WhichOneof("layer")
        if kind in _EXITS:
            return _exit(walker, layer, kind)
        if kind == "branch":
            signal = _branch(walker, layer)
            rest = layers[position + 1 :]
            if signal != 0:
                return _rest(walker, layer, signal, rest) if rest else signal
        elif kind == "loop":
            _loop(walker, layer)
        else:
            walker.lower(layer)
    return 0


def _exit(walker: Walker, layer: Any, kind: str) -> int:
    """End the block: what follows in it never runs."""
    if not walker.in_loop:
        raise ModelError(f'The layer "{walker.path}{layer.name}" is a {kind} outside of any loop\'s bodyNetwork.')
    walker.scope.builder.name_layer(f"{walker.path}{layer.name}", [])
    return _EXITS[kind]


def _branch(walker: Walker, layer: Any) -> Signal:
    scope = walker.scope
    condition = _number(walker, layer, "The branch")
    scope.builder.name_layer(f"{walker.path}{layer.name}", [])
    _settle(walker, layer)
    chosen, signals = _block(walker, layer, layer.branch.ifBranch.layers, "if", walker.in_loop)
    blocks, both = [chosen], set[str]()
    if layer.branch.elseBranch.layers:
        otherwise, signal = _block(walker, layer, layer.branch.elseBranch.layers, "else", walker.in_loop)
        blocks.append(otherwise)
        signals = signals if signals != 0 else signal
        both = set(chosen.gives) & set(otherwise.gives)
    arguments = {
        "condition": condition,
        "chosen": chosen.node,
        "otherwise": blocks[1].node if len(blocks) > 1 else None,
        "given": scope.given(blocks),
    }
    visible = [name for name in _given_by(blocks) if name in scope or name in both]
    flag, *_ = _bind(walker, layer.name, run_branch, arguments, visible, flagged=True)
    return flag if signals != 0 else 0


def _rest(walker: Walker, branch: Any, signal: Signal, layers: Sequence[Any]) -> Signal:
    """Lower what follows a branch that may end the pass."""
    _settle(walker, *layers)
    inner = walker.inside("", walker.in_loop)
    nested = _close(inner, f"{branch.name}_rest", lower_layers(inner, layers))
    arguments = {"flag": signal, "rest": nested.node, "given": walker.scope.given([nested])}
    flag, *_ = _bind(walker, f"{branch.name}_rest", run_rest, arguments, list(nested.gives), flagged=True)
    return flag


def _loop(walker: Walker, layer: Any) -> None:
    loop, scope = layer.loop, walker.scope
    maximum = _number(walker, layer, "The loop") if layer.input else loop.maxLoopIterations
    scope.builder.name_layer(f"{walker.path}{layer.name}", [])
    _settle(walker, layer)
    condition = _condition(walker, layer) if loop.conditionNetwork.layers else None
    if condition is not None and not layer.input and maximum == 0:
        maximum = None
    before = () if condition is None else [name for name in condition.gives if name not in scope]
    body, signal = _block(walker, layer, loop.bodyNetwork.layers, "body", True, before)
    blocks = [body] if condition is None else [condition, body]
    arguments = {
        "body": body.node,
        "condition": None if condition is None else condition.node,
        "maximum": maximum,
        "given": scope.given(blocks),
    }
    visible = [name for name in _given_by(blocks) if condition is None or name in scope or name in condition.gives]
    surely = condition is not None or (signal == 0 and isinstance(maximum, int) and maximum > 0)
    _bind(walker, layer.name, run_loop, arguments, visible, uncertain=not surely)


def _condition(walker: Walker, layer: Any) -> Nested:
    inner = walker.inside(layer.name, False)
    lower_layers(inner, layer.loop.conditionNetwork.layers)
    name = layer.loop.conditionVar
    if name not in inner.scope.written:
        raise ModelError(
            f'The condition network of the loop "{walker.path}{layer.name}" must produce its condition variable '
            f'"{name}"; it produces {", ".join(inner.scope.written)}.'
        )
    return _close(inner, f"{layer.name}_condition", as_tensor_node(inner.scope.builder, inner.scope[name]))


def _block(
    walker: Walker, layer: Any, layers: Sequence[Any], side: str, in_loop: bool, declared: Iterable[str] = ()
) -> tuple[Nested, Signal]:
    inner = walker.inside(layer.name, in_loop)
    for name in declared:
        inner.scope.declare(name, name)
    signal = lower_layers(inner, layers)
    return _close(inner, f"{layer.name}_{side}", signal), signal


def _close(inner: Walker, name: str, flag: Signal) -> Nested:
    gives = {}
    for blob in inner.scope.written:
        value = inner.as_float(inner.scope[blob])
        if isinstance(value, Computed) and value.is_tensor:  # one that may be missing is passed on as it is
            gives[blob] = value.node
        else:
            gives[blob] = as_tensor_node(inner.scope.builder, value)
    return inner.scope.close(name, flag, gives)


def _number(walker: Walker, layer: Any, what: str) -> fx.Node:
    if len(layer.input) != 1:
        raise ModelError(f'{what} "{walker.path}{layer.name}" takes one input, got {len(layer.input)}.')
    return as_tensor_node(walker.scope.builder, walker.look_up(layer.input[0], f'{what} "{walker.path}{layer.name}"'))


def _settle(walker: Walker, *layers: Any) -> None:
    """Make those blobs tensors of floats that the blocks of layers may write again: they would become it then."""
    for name in dict.fromkeys(name for layer in layers for name in _outputs(layer)):
        if name in walker.scope:
            value = walker.as_float(walker.scope[name])
            if not isinstance(value, Computed) or not value.is_tensor:
                value = Computed(as_tensor_node(walker.scope.builder, value))
            walker.scope.recast(name, value)


def _outputs(layer: Any) -> Iterator[str]:
    yield from layer.output
    for network in _inner_networks(layer):
        for inner in network.layers:
            yield from _outputs(inner)


def _inner_networks(layer: Any) -> Sequence[Any]:
    kind = layer.WhichOneof("layer")
    if kind == "branch":
        return layer.branch.ifBranch, layer.branch.elseBranch
    return (layer.loop.conditionNetwork, layer.loop.bodyNetwork) if kind == "loop" else ()


def _given_by(blocks: Iterable[Nested]) -> list[str]:
    return list(dict.fromkeys(name for block in blocks for name in block.gives))


def _bind(
    walker: Walker,
    name: str,
    function: Callable[..., Any],
    arguments: dict[str, Any],
    visible: Sequence[str],
    flagged: bool = False,
    uncertain: bool = False,
) -> list[fx.Node]:
    """Call blocks, and let the blobs that stay visible stand for what they return.

    Returns:
        The flag's node first, if there is one, then those of the blobs.
    """
    scope = walker.scope
    call = scope.builder.add_call(function, {**arguments, "returns": tuple(visible)}, name)
    nodes = [scope.builder.add_item(call, 0, f"{name}_flag")] if flagged else []
    for index, blob in enumerate(visible, len(nodes)):
        node = scope.builder.add_item(call, index, blob)
        known = scope.get(blob)
        missing = f'Nothing computed the blob "{blob}": no pass of the loop "{walker.path}{name}" came that far.'
        fresh = missing if uncertain and known is None else ""
        scope[blob] = Computed(node, missing=known.missing if isinstance(known, Computed) else fresh)
        scope.builder.name_value(blob, node)
        nodes.append(node)
    return nodes
