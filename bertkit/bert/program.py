"""Modules become a MIL program, and the program an ML Program or a NeuralNetwork."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, get_new_symbol, types
from coremltools.converters.mil.mil import Program as MilProgram

from bertkit.bert.modules.scope import Emission, Scope, Value
from bertkit.bert.modules.span_model import SpanModel
from bertkit.bert.network_layers import named_layers
from bertkit.bert.quiet import quiet_coremltools
from bertkit.bert.shapes import InputShapes

Format = Literal["mlprogram", "neuralnetwork"]

_ML_PROGRAM_TARGET = ct.target.iOS18  # the first with scaled_dot_product_attention and several enumerated inputs
_NETWORK_TARGET = ct.target.iOS14  # the converter lowers this to version 4 (iOS 13) where no layer is newer


@dataclass(frozen=True)
class Program:
    """A converted model, not yet saved.

    Attributes:
        model: coremltools' `MLModel`.
        kinds: class name of every module by its path, from which the module map takes its types.
    """

    model: Any
    kinds: Mapping[str, str]


def build_program(model: SpanModel, format: Format, shapes: InputShapes, *, half: bool) -> Program:
    """Emit the model's modules and convert them.

    No optimization pass of coremltools runs: the modules emit what is wanted, and passes would merge, drop and rename
    layers.

    Args:
        model: the modules.
        format: what to convert to.
        shapes: of the inputs.
        half: emit float16 (an ML Program), or prepare for float16 weights (a NeuralNetwork).

    Raises:
        CheckpointError: a weight is too large for float16.
    """
    network = format == "neuralnetwork"
    with quiet_coremltools(), named_layers() if network else nullcontext():
        kinds: dict[str, str] = {}
        program = _emit(model, shapes, network, half, kinds)
        converted = ct.convert(
            program,
            convert_to=format,
            inputs=_input_types(model, shapes, network),
            minimum_deployment_target=_NETWORK_TARGET if network else _ML_PROGRAM_TARGET,
            compute_precision=None if network else ct.precision.FLOAT32,  # emitted in its final precision already
            pass_pipeline=ct.PassPipeline.EMPTY,
            skip_model_load=True,
        )
    return Program(converted, kinds)


def _emit(model: SpanModel, shapes: InputShapes, network: bool, half: bool, kinds: dict[str, str]) -> Any:
    batch = 1 if shapes.fixed_batch else get_new_symbol()
    length = shapes.lengths[0] if shapes.fixed_length else get_new_symbol()
    inputs = {name: mb.placeholder((batch, length), dtype=types.int32) for name in model.inputs}
    with Function(inputs, _NETWORK_TARGET if network else _ML_PROGRAM_TARGET) as function:
        axes = _leading_axes(function.inputs["input_ids"], shapes)
        emission = Emission(network=network, half=half, batch=axes[0], length=axes[1], kinds=kinds)
        function.set_outputs(list(model.emit(Scope(emission), function.inputs)))
    program = MilProgram()
    program.add_function("main", function)
    return program


def _leading_axes(input_ids: Value, shapes: InputShapes) -> tuple[int | Value, int | Value]:
    """Return batch and length: numbers where they are fixed, else [1] int32 values read off the input."""
    known: list[int | None] = [
        1 if shapes.fixed_batch else None,
        shapes.lengths[0] if shapes.fixed_length else None,
    ]
    if None not in known:
        return known[0], known[1]
    shape = mb.shape(x=input_ids, name="shape__input")
    batch, length = (
        size if size is not None else mb.slice_by_index(x=shape, begin=[axis], end=[axis + 1], name=f"shape__{name}")
        for axis, (size, name) in enumerate(zip(known, ("batch", "length"), strict=True))
    )
    return batch, length


def _input_types(model: SpanModel, shapes: InputShapes, network: bool) -> list[Any]:
    return [ct.TensorType(name, shape=_input_shape(shapes, network), dtype=np.int32) for name in model.inputs]


def _input_shape(shapes: InputShapes, network: bool) -> Any:
    longest = shapes.lengths[-1]
    if shapes.enumerated(network):
        return ct.EnumeratedShapes([(1, length) for length in shapes.lengths], default=(1, longest))
    batch = 1 if shapes.fixed_batch else ct.RangeDim(1, shapes.max_batch, default=1)
    length = longest if shapes.fixed_length else ct.RangeDim(shapes.lengths[0], longest, default=longest)
    return ct.Shape((batch, length))
