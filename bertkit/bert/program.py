"""Modules become a MIL program, and the program an ML Program or a NeuralNetwork."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, get_new_symbol, types
from coremltools.converters.mil.mil import Program as MilProgram

from bertkit.bert.modules.scope import Emission, Scope, Value
from bertkit.bert.modules.span_model import SpanModel
from bertkit.bert.network_layers import NetworkLayers, declare_integer_inputs, halve_constants
from bertkit.bert.options import Target
from bertkit.bert.quiet import quiet
from bertkit.bert.shapes import InputShapes

_ML_PROGRAM_VERSION = ct.target.iOS18  # the first with scaled_dot_product_attention and several enumerated inputs
_WEIGHTS = Path("Data", "com.apple.CoreML", "weights")
_NETWORK_VERSION = ct.target.iOS14  # the converter lowers this to version 4 (iOS 13) where no layer is newer


@dataclass(frozen=True)
class Program:
    """A converted model, not yet saved.

    Attributes:
        specification: `Model_pb2.Model`.
        package: temporary folder of an ML Program, with its weights; None for a NeuralNetwork.
        kinds: class name of every module by its path, from which the module map takes its types.
    """

    specification: Any
    package: Path | None
    kinds: Mapping[str, str]

    @property
    def weights(self) -> Path | None:
        """The folder of weights to save with the specification; None where they are inside it."""
        return None if self.package is None else self.package / _WEIGHTS

    def discard(self) -> None:
        """Remove the temporary folder; coremltools would keep it until the process ends."""
        if self.package is not None:
            shutil.rmtree(self.package, ignore_errors=True)


def build_program(model: SpanModel, target: Target, shapes: InputShapes) -> Program:
    """Emit the model's modules and convert them.

    No optimization pass of coremltools runs: the modules emit what is wanted, and passes would merge, drop and rename
    layers.

    Args:
        model: the modules.
        target: what to convert to.
        shapes: of the inputs.

    Raises:
        CheckpointError: a weight is too large for float16.
    """
    kinds = {"": type(model).__name__}
    layers = NetworkLayers(target.half, target.compression).in_use() if target.network else nullcontext()
    with quiet("coremltools"), layers:
        converted = ct.convert(
            _emit(model, target, shapes, kinds),
            convert_to=target.format,
            inputs=_input_types(model, target, shapes),
            minimum_deployment_target=_version(target),
            compute_precision=None if target.network else ct.precision.FLOAT32,  # emitted in its final precision
            pass_pipeline=ct.PassPipeline.EMPTY,
            skip_model_load=True,
        )
    specification = converted.get_spec()
    if target.network:
        declare_integer_inputs(specification)
        if target.half:
            halve_constants(specification)
    package = None if target.network else Path(converted.package_path)
    return Program(specification, package, kinds)


def _emit(model: SpanModel, target: Target, shapes: InputShapes, kinds: dict[str, str]) -> Any:
    batch = 1 if shapes.fixed_batch else get_new_symbol()
    length = shapes.lengths[0] if shapes.fixed_length else get_new_symbol()
    inputs = {name: mb.placeholder((batch, length), dtype=types.int32) for name in model.inputs}
    with Function(inputs, _version(target)) as function:
        batch, length = _leading_axes(function.inputs["input_ids"], shapes, kinds)
        emission = Emission(target, batch, length, kinds)
        function.set_outputs(list(model.emit(Scope(emission), function.inputs)))
    program = MilProgram()
    program.add_function("main", function)
    return program


def _version(target: Target) -> Any:
    """Return the oldest system that the operations need."""
    return _NETWORK_VERSION if target.network else _ML_PROGRAM_VERSION


def _leading_axes(input_ids: Value, shapes: InputShapes, kinds: dict[str, str]) -> tuple[int | Value, int | Value]:
    """Return batch and length: numbers where they are fixed, else [1] int32 values read off the input."""
    batch = 1 if shapes.fixed_batch else None
    length = shapes.lengths[0] if shapes.fixed_length else None
    if batch is not None and length is not None:
        return batch, length
    kinds["shape"] = "InputShape"
    shape = mb.shape(x=input_ids, name="shape__input")
    if batch is None:
        batch = mb.slice_by_index(x=shape, begin=[0], end=[1], name="shape__batch")
    if length is None:
        length = mb.slice_by_index(x=shape, begin=[1], end=[2], name="shape__length")
    return batch, length


def _input_types(model: SpanModel, target: Target, shapes: InputShapes) -> list[Any]:
    return [ct.TensorType(name, shape=_input_shape(target, shapes), dtype=np.int32) for name in model.inputs]


def _input_shape(target: Target, shapes: InputShapes) -> Any:
    longest = shapes.lengths[-1]
    if shapes.enumerated(target.network):
        return ct.EnumeratedShapes([(1, length) for length in shapes.lengths], default=(1, longest))
    batch = 1 if shapes.fixed_batch else ct.RangeDim(1, shapes.max_batch, default=1)
    length = longest if shapes.fixed_length else ct.RangeDim(shapes.lengths[0], longest, default=longest)
    return ct.Shape((batch, length))
