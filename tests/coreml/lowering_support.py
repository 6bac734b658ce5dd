"""Builds Core ML models of single ops with coremltools, and runs them through the lowering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
import torch
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from numpy.typing import NDArray

from bertkit.coreml.lowering import Lowered, lower
from bertkit.coreml.lowering.graph import GraphBuilder
from bertkit.coreml.lowering.registry import OPS, check_arguments
from bertkit.coreml.lowering.values import Computed, Constant, Value, as_argument
from bertkit.coreml.package import Package

Array = NDArray[Any]

TARGETS = {name: getattr(ct.target, name) for name in ("iOS13", "iOS14", "iOS15", "iOS16", "iOS17", "iOS18")}


@dataclass(frozen=True)
class Case:
    """One op with the inputs that a model computes, the constants that it stores, and what must come out.

    Attributes:
        op: the op's name.
        inputs: fed to the model; a list for an op that takes a list.
        constants: stored in the model.
        expected: the outputs; by default what coremltools' own evaluation of the op gives.
        opset: what the model is written for.
    """

    op: str
    inputs: dict[str, Any]
    constants: dict[str, Any] = field(default_factory=dict)
    expected: list[Array] | None = None
    opset: str = "iOS15"

    def __str__(self) -> str:
        return "-".join([self.op, self.opset, *self.constants])

    def arrays(self) -> list[Array]:
        """The model's inputs in order."""
        flat: list[Array] = []
        for value in self.inputs.values():
            flat.extend(value if isinstance(value, list) else [value])
        return flat

    def results(self) -> list[Array]:
        """What must come out."""
        return _evaluate(self) if self.expected is None else self.expected


def _evaluate(case: Case) -> list[Array]:
    """Let coremltools compute the op on constants with numpy, the oracle that comes with every op's definition."""
    with Function({}, opset_version=TARGETS[case.opset]):
        outputs = getattr(mb, case.op)(**case.inputs, **case.constants)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    missing = [output.name for output in outputs if output.val is None]
    if missing:
        raise ValueError(f"coremltools does not evaluate {case.op}; the case needs expected values")
    return [np.asarray(output.val) for output in outputs]


def build(cases: list[Case], opset: str) -> tuple[Program, list[list[str]]]:
    """Return one program of many cases, and the names of each case's outputs."""
    placeholders = {
        f"input_{index}_{place}": _placeholder(array)
        for index, case in enumerate(cases)
        for place, array in enumerate(case.arrays())
    }
    program, names, presented = Program(), [], []
    with Function(placeholders, opset_version=TARGETS[opset]) as function:
        pending = iter(function.inputs.values())
        for index, case in enumerate(cases):
            outputs = _emit(case, pending, f"case_{index}")
            names.append([output.name for output in outputs])
            presented.extend(map(_presentable, outputs))
        function.set_outputs(presented)
    program.add_function("main", function)
    return program, names


def _emit(case: Case, pending: Iterator[Any], name: str) -> list[Any]:
    arguments = {
        key: [_operand(next(pending), array) for array in value]
        if isinstance(value, list)
        else _operand(next(pending), value)
        for key, value in case.inputs.items()
    }
    outputs = getattr(mb, case.op)(**arguments, **case.constants, name=name)
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _placeholder(array: Array) -> Any:
    is_float = array.dtype.kind == "f"
    return mb.placeholder(array.shape, types.fp32 if is_float else types.int32)


def _operand(placeholder: Any, array: Array) -> Any:
    return mb.cast(x=placeholder, dtype="bool") if array.dtype == np.bool_ else placeholder


def _presentable(output: Any) -> Any:
    """Core ML allows no bool outputs."""
    return mb.cast(x=output, dtype="int32") if output.dtype == types.bool else mb.identity(x=output)


def convert(program: Program, path: Path, opset: str, model_format: str = "mlprogram") -> Lowered:
    """Convert a program without any optimization, save it, open it and lower it."""
    options: dict[str, Any] = {} if model_format == "neuralnetwork" else {"compute_precision": ct.precision.FLOAT32}
    model = ct.convert(
        program,
        convert_to=model_format,
        minimum_deployment_target=TARGETS[opset],
        pass_pipeline=ct.PassPipeline.EMPTY,
        skip_model_load=True,
        **options,
    )
    return save(model, path / ("model.mlpackage" if model_format == "mlprogram" else "model.mlmodel"))


def save(model: Any, path: Path) -> Lowered:
    """Save a coremltools model, open it and lower it."""
    model.save(str(path))
    return lower(Package.open(path))


def lower_directly(case: Case, outputs: int) -> Lowered:
    """Lower one case of several outputs without writing a model; its constants are bound as those of a file."""
    builder = GraphBuilder()
    implementation = OPS.get(case.op, str(case), case.opset)
    check_arguments(implementation, case.inputs.keys() | case.constants.keys(), str(case))
    bound = {}
    for name, value in {**case.inputs, **case.constants}.items():
        several = isinstance(value, list) and name in case.inputs
        values = [_bound(builder, case, name, item) for item in (value if several else [value])]
        argument = values if several else values[0]
        bound[name] = as_argument(builder, argument, implementation.parameters[name], name)
    call = builder.add_call(implementation.function, bound, "call")
    nodes = [call]
    if implementation.returns_several:
        nodes = [builder.add_item(call, index, f"item_{index}") for index in range(outputs)]
    return builder.finish({f"output_{index}": node for index, node in enumerate(nodes)})


def _bound(builder: GraphBuilder, case: Case, name: str, value: Any) -> Value:
    if name in case.inputs:
        return Computed(builder.add_input(f"input_{name}"))
    array = np.array(value, dtype=object) if isinstance(value, str) else np.asarray(value)
    return Constant(name, object(), array)


def run(lowered: Lowered, *inputs: Array) -> list[Array]:
    """Run a lowered model on arrays."""
    with torch.no_grad():
        return [output.numpy() for output in lowered.module(*map(torch.from_numpy, inputs))]


def run_values(lowered: Lowered, *inputs: Array) -> dict[str, Array]:
    """Run a lowered model and return every value by its name in the file."""

    class Recorder(torch.fx.Interpreter):
        def run_node(self, node: torch.fx.Node) -> Any:
            found = super().run_node(node)
            nodes[node.name] = found
            return found

    nodes: dict[str, Any] = {}
    with torch.no_grad():
        Recorder(lowered.module).run(*map(torch.from_numpy, inputs))
    return {value: np.asarray(nodes[node]) for value, node in lowered.values.items()}


def fed(cases: list[Case]) -> list[Array]:
    """The cases' inputs as a model takes them."""
    arrays = [array for case in cases for array in case.arrays()]
    return [array.astype(np.int32) if array.dtype == np.bool_ else array for array in arrays]
