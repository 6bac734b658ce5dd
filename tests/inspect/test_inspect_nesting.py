"""Branches and loops are modules of what is inside them, in both formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bertkit.coreml import Package, proto, save_model
from bertkit.inspect.atlas import atlas_of
from bertkit.inspect.block import Block
from bertkit.inspect.structure import structure_of
from bertkit.widgets.model_map.text import text_map


def _add(network: Any, kind: str, name: str, inputs: list[str], outputs: list[str]) -> Any:
    layer = network.layers.add(name=name, input=inputs, output=outputs)
    content = getattr(layer, kind)
    content.SetInParent()
    return content


def _network() -> Any:
    model = proto.model_pb2().Model(specificationVersion=4)
    model.neuralNetwork.arrayInputShapeMapping = 1
    for name, features in (("x", "input"), ("y", "output")):
        feature = getattr(model.description, features).add(name=name)
        feature.type.multiArrayType.dataType = proto.feature_types_pb2().ArrayFeatureType.FLOAT32
        feature.type.multiArrayType.shape.append(1)
    content = model.neuralNetwork
    _add(content, "copy", "start", ["x"], ["y"])
    loop = _add(content, "loop", "grow", [], [])
    loop.maxLoopIterations, loop.conditionVar = 4, "small"
    _add(loop.conditionNetwork, "lessThan", "compare", ["y"], ["small"]).alpha = 2
    branch = _add(loop.bodyNetwork, "branch", "choose", ["small"], [])
    _add(branch.ifBranch, "addBroadcastable", "double", ["y", "y"], ["more"])
    _add(branch.ifBranch, "copy", "keep", ["more"], ["y"])
    _add(branch.elseBranch, "copy", "back", ["x"], ["y"])
    return model


def _program() -> Any:
    """The shape of a program; what its operations compute does not matter here."""
    model = proto.model_pb2().Model(specificationVersion=6)
    function = model.mlProgram.functions["main"]
    function.opset = "CoreML5"
    block = function.block_specializations["CoreML5"]

    def add(inside: Any, kind: str, name: str) -> Any:
        operation = inside.operations.add(type=kind)
        operation.outputs.add(name=name)
        return operation

    add(block, "identity", "start")
    loop = add(block, "while_loop", "grow")
    condition, body = loop.blocks.add(), loop.blocks.add()
    add(condition, "less", "compare")
    branch = add(body, "cond", "choose")
    chosen, otherwise = branch.blocks.add(), branch.blocks.add()
    add(chosen, "add", "double")
    add(chosen, "identity", "keep")
    add(otherwise, "identity", "back")
    return model


def _outline(block: Block) -> list[Any]:
    return [[part.name, *_outline(part)] if isinstance(part, Block) else part.name for part in block.parts]


def test_a_network_shows_what_is_inside_loops_and_branches(tmp_path: Path) -> None:
    package = Package.open(save_model(tmp_path / "nested.mlmodel", _network()))
    inner = ["choose", "grow/choose", ["if", "grow/choose/double", "grow/choose/keep"], ["else", "grow/choose/back"]]
    grow = ["grow", "grow", ["condition", "grow/compare"], ["body", inner]]
    assert _outline(structure_of(package).root) == ["start", grow]


def test_a_program_shows_what_is_inside_loops_and_branches(tmp_path: Path) -> None:
    (tmp_path / "nested.mlmodel").write_bytes(_program().SerializeToString())
    inner = ["choose", "choose", ["if", "double", "keep"], ["else", "back"]]
    grow = ["grow", "grow", ["condition", "compare"], ["body", inner]]
    assert _outline(structure_of(Package.open(tmp_path / "nested.mlmodel")).root) == ["start", grow]


def test_a_loop_is_one_node_of_the_graph_around_it(tmp_path: Path) -> None:
    atlas = atlas_of(Package.open(save_model(tmp_path / "nested.mlmodel", _network())))
    graph = atlas.graph(atlas.entries[0], deep=True)
    assert [getattr(part, "name", "") or part.sample.name for part in graph.parts] == ["start", "grow"]
    assert ([value.name for value in graph.inputs], [value.name for value in graph.outputs]) == (["x"], ["y"])
    assert set(graph.edges) == {(0, 1), (0, 2), (1, 2), (2, 3)}


@pytest.mark.parametrize("make", [_network, _program])
def test_a_map_lists_nested_layers_under_their_sides(make: Any, tmp_path: Path) -> None:
    (tmp_path / "nested.mlmodel").write_bytes(make().SerializeToString())
    atlas = atlas_of(Package.open(tmp_path / "nested.mlmodel"))
    assert [entry.block.name for entry in atlas.entries] == ["", "grow", "condition", "body", "choose", "if", "else"]
    assert [line.split()[0] for line in text_map(atlas, []).splitlines()[3:]] == [
        "model", "start", "grow", "grow", "condition", "compare", "body", "choose", "choose", "if", "double", "keep",
        "else", "back",
    ]  # fmt: skip
