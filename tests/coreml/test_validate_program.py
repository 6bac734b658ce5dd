"""ML Programs: values, opsets, constants in weight files, and what is described of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coreml_programs
import pytest

from bertkit.coreml import Package, proto, save_model
from bertkit.coreml.validate import check, validate
from bertkit.errors import ModelError

Change = Callable[[Any], Any]


def _broken(specification: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.where) for problem in validate(specification).problems]


def _function(specification: Any) -> Any:
    return specification.mlProgram.functions["main"]


def _block(specification: Any) -> Any:
    return _function(specification).block_specializations["CoreML6"]


def _rename_opset(specification: Any, opset: str) -> None:
    block = _block(specification)
    _function(specification).block_specializations[opset].CopyFrom(block)
    _function(specification).opset = opset


def _add(specification: Any, kind: str, name: str, **values: str) -> Any:
    """Add an operation that takes values by name and gives one float32 vector."""
    operation = _block(specification).operations.add(type=kind)
    for key, value in values.items():
        operation.inputs[key].arguments.add().name = value
    output = operation.outputs.add(name=name)
    output.type.tensorType.dataType = proto.mil_pb2().FLOAT32
    return operation


def _describe(specification: Any, role: str, name: str) -> None:
    feature = getattr(specification.description, role).add(name=name)
    feature.type.multiArrayType.dataType = feature.type.multiArrayType.FLOAT32
    feature.type.multiArrayType.shape.append(1)


def _move_last_first(specification: Any) -> None:
    operations = list(_block(specification).operations)
    del _block(specification).operations[:]
    _block(specification).operations.extend([operations[-1], *operations[:-1]])


_BROKEN: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "no functions": (
        lambda s: s.mlProgram.ClearField("functions"),
        [("program.described-functions", "function main"), ("program.functions", "model")],
    ),
    "use before definition": (_move_last_first, [("program.undefined-value", "function main/op scores")]),
    "value of nobody": (
        lambda s: _add(s, "relu", "spare", x="nobody"),
        [("program.undefined-value", "function main/op spare")],
    ),
    "value twice": (
        lambda s: _add(s, "relu", "embed", x="embed"),
        [("program.repeated-value", "function main/op embed")],
    ),
    "result of nobody": (
        lambda s: (_block(s).outputs.append("more"), _describe(s, "output", "more")),
        [("program.undefined-result", "function main")],
    ),
    "unnamed output": (
        lambda s: _add(s, "relu", "", x="embed"),
        [("program.names", "function main/op ")],
    ),
    "input not described": (
        lambda s: _function(s).inputs.add(name="mask").type.tensorType.SetInParent(),
        [("program.input-names", "function main")],
    ),
    "described input that is not taken": (
        lambda s: _describe(s, "input", "mask"),
        [("program.input-names", "function main")],
    ),
    "described output that is not returned": (
        lambda s: _describe(s, "output", "more"),
        [("program.output-names", "function main")],
    ),
    "another element type": (
        lambda s: setattr(s.description.input[0].type.multiArrayType, "dataType", 65568),
        [("program.types", "input ids")],
    ),
    "another rank": (
        lambda s: s.description.input[0].type.multiArrayType.shape.append(1),
        [("program.types", "input ids")],
    ),
    "another size": (
        lambda s: s.description.input[0].type.multiArrayType.shape.__setitem__(1, 9),
        [("program.types", "input ids")],
    ),
    "no such opset": (
        lambda s: setattr(_function(s), "opset", "CoreML1"),
        [("program.opset", "function main")],
    ),
    "no block for the opset": (
        lambda s: setattr(_function(s), "opset", "CoreML5"),
        [("program.opset", "function main")],
    ),
    "opset newer than the version": (
        lambda s: _rename_opset(s, "CoreML8"),
        [("version.features", "function main")],
    ),
    "operation newer than the opset": (
        lambda s: _add(s, "scaled_dot_product_attention", "spare", query="embed"),
        [("program.operation-type", "function main/op spare")],
    ),
    "no such operation": (
        lambda s: _add(s, "torch_upsample", "spare", x="embed"),
        [("program.operation-type", "function main/op spare")],
    ),
    "function that is not described": (
        lambda s: s.mlProgram.functions["other"].CopyFrom(_function(s)),
        [("program.described-functions", "function other")],
    ),
    "constant without value": (
        lambda s: _add(s, "const", "spare"),
        [("program.constant", "function main/op spare")],
    ),
    "version before programs": (
        lambda s: setattr(s, "specificationVersion", 5),
        [("version.features", "model"), ("version.features", "function main")],
    ),
}


@pytest.mark.parametrize(("change", "expected"), _BROKEN.values(), ids=_BROKEN)
def test_every_rule_of_programs(change: Change, expected: list[tuple[str, str]]) -> None:
    specification = coreml_programs.token_scorer()
    assert _broken(specification) == []
    change(specification)
    assert _broken(specification) == expected


@pytest.mark.parametrize("flexibility", [{"enumerated": [[1, 4], [1, 8]]}, {"ranges": [(1, 1), (1, 9)]}], ids=str)
def test_flexible_inputs_need_open_axes(flexibility: dict[str, Any]) -> None:
    specification = coreml_programs.token_scorer((1, 4), **flexibility)
    assert _broken(specification) == []
    dimension = _function(specification).inputs[0].type.tensorType.dimensions[1]
    dimension.constant.size = 4
    assert _broken(specification) == [("program.types", "input ids")]


def test_nested_blocks_see_what_is_around_them_and_keep_their_own() -> None:
    specification = coreml_programs.token_scorer()
    loop = _add(specification, "while_loop", "looped", loop_vars="embed")
    block = loop.blocks.add(outputs=["inner"])
    block.inputs.add(name="carried").type.tensorType.SetInParent()
    inner = block.operations.add(type="add")
    inner.inputs["x"].arguments.add().name = "carried"
    inner.inputs["y"].arguments.add().name = "norm"
    inner.outputs.add(name="inner").type.tensorType.SetInParent()
    assert _broken(specification) == []
    _add(specification, "relu", "after", x="inner")
    block.outputs.append("nobody")
    assert _broken(specification) == [
        ("program.undefined-value", "function main/op after"),
        ("program.undefined-result", "function main/op looped/block 0"),
    ]


def _two_functions() -> Any:
    specification = coreml_programs.token_scorer()
    specification.specificationVersion = 9
    described = specification.description
    for name in ("main", "other"):
        function = described.functions.add(name=name, input=described.input, output=described.output)
        assert function.input
    specification.mlProgram.functions["other"].CopyFrom(_function(specification))
    for field in ("input", "output"):
        described.ClearField(field)
    described.defaultFunctionName = "main"
    return specification


def test_functions_are_described_instead_of_the_top_level() -> None:
    assert _broken(_two_functions()) == []
    specification = _two_functions()
    _describe(specification, "output", "late")
    specification.description.defaultFunctionName = "nobody"
    specification.description.functions[1].name = "main"
    found = [rule for rule, _ in _broken(specification)]
    assert {"interface.functions-top-level", "interface.functions-default", "interface.functions-unique"} <= set(found)
    specification = _two_functions()
    specification.specificationVersion = 8
    assert _broken(specification) == [("version.features", "model")]


def test_problems_of_functions_have_paths() -> None:
    specification = _two_functions()
    specification.description.functions[1].input[0].type.multiArrayType.shape[1] = 7
    assert _broken(specification) == [("program.types", "function other/input ids")]


def test_states_are_described_as_such() -> None:
    specification = coreml_programs.token_scorer()
    specification.specificationVersion = 9
    state = specification.description.state.add(name="memory").type.stateType.arrayType
    state.dataType, state.shape[:] = state.FLOAT16, [2]
    taken = _function(specification).inputs.add(name="memory").type
    taken.stateType.wrappedType.tensorType.dataType = proto.mil_pb2().FLOAT16
    assert _broken(specification) == []
    taken.tensorType.SetInParent()
    assert _broken(specification) == [("program.states", "state memory")]


# Weight files

_OFFSET = 64


def _weight_file(path: Path, values: int = 6) -> Path:
    """Write a weight file of one blob of float16 values."""
    header = struct.pack("<II", 1, 2).ljust(64, b"\0")
    record = struct.pack("<IIQQQ", 0xDEADBEEF, 1, 2 * values, 128, 0).ljust(64, b"\0")
    path.write_bytes(header + record + bytes(2 * values))
    return path


def _stored(
    offset: int = _OFFSET, file_name: str = "@model_path/weights/weight.bin", shape: tuple[int, ...] = (2, 3)
) -> Any:
    specification = coreml_programs.token_scorer()
    value = _add(specification, "const", "stored").attributes["val"]
    value.type.tensorType.dataType = proto.mil_pb2().FLOAT16
    value.type.tensorType.rank = len(shape)
    for size in shape:
        value.type.tensorType.dimensions.add().constant.size = size
    value.blobFileValue.fileName, value.blobFileValue.offset = file_name, offset
    return specification


def test_constants_lie_in_the_weight_file(tmp_path: Path) -> None:
    weights = _weight_file(tmp_path / "weight.bin")
    path = save_model(tmp_path / "m.mlpackage", _stored(), weights)
    assert validate(path).valid
    assert validate(Package.open(path)).valid
    folder = tmp_path / "weights"
    folder.mkdir()
    check(_stored(file_name="@model_path/weights/other.bin"), _weight_file(folder / "other.bin").parent)


@pytest.mark.parametrize(
    ("specification", "reason"),
    [
        (_stored(offset=0), "no blob begins there"),
        (_stored(offset=1 << 40), "truncated"),
        (_stored(shape=(7,)), r"7 values of FLOAT16 take 112 bits; the weight file holds 96"),
        (_stored(file_name="@model_path/weights/none.bin"), "no such file"),
        (_stored(file_name="@model_path/../secret"), "not inside the package"),
        (_stored(file_name="/etc/passwd"), "not inside the package"),
        (_stored(file_name="@model_path/weights/a\0b"), "not inside the package"),
    ],
    ids=["inside", "beyond", "size", "missing", "above", "absolute", "null"],
)
def test_references_that_lead_nowhere(specification: Any, reason: str, tmp_path: Path) -> None:
    weights = _weight_file(tmp_path / "weight.bin")
    with pytest.raises(ModelError, match=reason):
        save_model(tmp_path / "m.mlpackage", specification, weights)
    assert not (tmp_path / "m.mlpackage").exists()
    path = save_model(tmp_path / "good.mlpackage", _stored(), weights)
    broken = Package(path, path / "Data" / "com.apple.CoreML" / "model.mlmodel", specification)
    (problem,) = validate(broken).problems
    assert (problem.rule, problem.where) == ("program.weight-file", "function main/op stored/val")


def test_a_program_without_weight_files_has_none(tmp_path: Path) -> None:
    assert _broken(_stored()) == [("program.weight-file", "function main/op stored/val")]
    with pytest.raises(ModelError, match=r"program\.weight-file"):
        save_model(tmp_path / "m.mlpackage", _stored())
