"""`cond` and `while_loop`: operations that hold blocks.

Blocks pass values by place: `#0` is the first output of a branch, and the first variable of a loop. A state that a
block writes to is passed on under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import fx

from bertkit.coreml.lowering.blocks import run_branch, run_loop
from bertkit.coreml.lowering.scope import Nested, Scope
from bertkit.coreml.lowering.values import Argument, Computed, Value, as_tensor_node
from bertkit.coreml.parameters.mil import operation_name
from bertkit.errors import ModelError, UnsupportedError

_TWO = 2


class Walker(Protocol):
    """What lowers the operations of a block."""

    def walk(self, block: Any, scope: Scope) -> None:
        """Lower the operations of a block in order."""

    def arguments(self, operation: Any, scope: Scope) -> dict[str, Argument]:
        """Resolve an operation's inputs."""


def lower_blocks(walker: Walker, operation: Any, scope: Scope) -> None:
    """Lower an operation that holds blocks.

    Raises:
        ModelError: it does not hold the two blocks that it must, or they do not return what it must.
        UnsupportedError: it is neither `cond` nor `while_loop`.
    """
    place = operation_name(operation)
    if operation.type not in ("cond", "while_loop"):
        raise UnsupportedError(f'The op "{operation.type}" at "{place}" holds blocks; only cond and while_loop may.')
    if len(operation.blocks) != _TWO:
        raise ModelError(f'{operation.type} "{place}" must hold {_TWO} blocks, got {len(operation.blocks)}.')
    (_cond if operation.type == "cond" else _while_loop)(walker, operation, scope, place)


def _cond(walker: Walker, operation: Any, scope: Scope, place: str) -> None:
    condition = _nodes(walker, operation, scope, "pred", place)
    if len(condition) != 1:
        raise ModelError(f'cond "{place}" must have one "pred", got {len(condition)}.')
    blocks = [
        _returning(walker, block, scope.inner(), f"{place}_{name}", len(operation.outputs))
        for name, block in zip(("true", "false"), operation.blocks, strict=True)
    ]
    arguments = {
        "condition": condition[0],
        "chosen": blocks[0].node,
        "otherwise": blocks[1].node,
        "given": scope.given(blocks),
    }
    _bind(operation, scope, place, run_branch, arguments, blocks, skipped=1)


def _while_loop(walker: Walker, operation: Any, scope: Scope, place: str) -> None:
    variables = _nodes(walker, operation, scope, "loop_vars", place)
    if len(variables) != len(operation.outputs):
        raise ModelError(
            f'while_loop "{place}" has {len(variables)} variables and {len(operation.outputs)} outputs; wanted as many.'
        )
    question, steps = (_with_inputs(block, scope, len(variables), place) for block in operation.blocks)
    walker.walk(operation.blocks[0], question)
    results = _results(operation.blocks[0], question, 1, place)
    condition = question.close(f"{place}_condition", results[0], _states(question))
    body = _returning(walker, operation.blocks[1], steps, f"{place}_body", len(variables))
    given = {_key(index): node for index, node in enumerate(variables)}
    arguments = {
        "body": body.node,
        "condition": condition.node,
        "maximum": None,
        "given": {**scope.given([condition, body]), **given},
    }
    _bind(operation, scope, place, run_loop, arguments, [condition, body], skipped=0)


def _nodes(walker: Walker, operation: Any, scope: Scope, name: str, place: str) -> list[fx.Node]:
    argument = walker.arguments(operation, scope).get(name)
    if argument is None:
        raise ModelError(f'{operation.type} "{place}" lacks the required {name}.')
    values = [argument] if isinstance(argument, Value) else argument
    return [as_tensor_node(scope.builder, value) for value in values]


def _with_inputs(block: Any, scope: Scope, count: int, place: str) -> Scope:
    if len(block.inputs) != count:
        raise ModelError(f'A block of while_loop "{place}" takes {len(block.inputs)} values; wanted {count}.')
    inner = scope.inner()
    for index, value in enumerate(block.inputs):
        inner.declare(value.name, _key(index))
    return inner


def _returning(walker: Walker, block: Any, scope: Scope, name: str, count: int) -> Nested:
    walker.walk(block, scope)
    gives = {_key(index): node for index, node in enumerate(_results(block, scope, count, name))}
    return scope.close(name, 0, {**gives, **_states(scope)})


def _results(block: Any, scope: Scope, count: int, place: str) -> list[fx.Node]:
    if len(block.outputs) != count:
        raise ModelError(f'The block "{place}" must return {count} values, got {len(block.outputs)}.')
    missing = [name for name in block.outputs if name not in scope]
    if missing:
        raise ModelError(f'The block "{place}" returns "{missing[0]}", which nothing before its end produces.')
    return [as_tensor_node(scope.builder, scope[name]) for name in block.outputs]


def _states(scope: Scope) -> dict[str, fx.Node]:
    """Return the states that a block has written to: nothing else can be written that is there already."""
    return {name: as_tensor_node(scope.builder, scope[name]) for name in scope.rewritten}


def _bind(
    operation: Any,
    scope: Scope,
    place: str,
    function: Any,
    arguments: Mapping[str, Any],
    blocks: list[Nested],
    skipped: int,
) -> None:
    """Call the blocks, and let the operation's outputs and the states stand for what they return."""
    states = list(dict.fromkeys(name for block in blocks for name in block.gives if name in scope))
    returns = (*(_key(index) for index in range(len(operation.outputs))), *states)
    call = scope.builder.add_call(function, {**arguments, "returns": returns}, place)
    names = [*(output.name for output in operation.outputs), *states]
    nodes = [scope.builder.add_item(call, skipped + index, name) for index, name in enumerate(names)]
    for name, node in zip(names, nodes, strict=True):
        scope[name] = Computed(node)
        scope.builder.name_value(name, node)
    scope.builder.name_layer(place, nodes[: len(operation.outputs)])


def _key(index: int) -> str:
    return f"#{index}"
