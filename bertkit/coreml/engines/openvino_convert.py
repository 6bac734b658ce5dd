"""From a lowered model to an OpenVINO model. Only needed when nothing is cached, because it needs torch."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx

from bertkit.coreml.engines import openvino_matmul
from bertkit.coreml.engines.openvino_runtime import NotConvertibleError, import_openvino
from bertkit.coreml.faults import first_line
from bertkit.coreml.features import Feature, Image, MultiArray
from bertkit.coreml.images import channels_of
from bertkit.coreml.lowering.graph import Lowered
from bertkit.coreml.shapes import AnyShape, EnumeratedShapes

_SMALL_ELEMENTS = 1024

_logger = logging.getLogger(__name__)


def convert(lowered: Lowered, features: Iterable[Feature], *, exact: bool) -> tuple[Any, list[int]]:
    """Convert a lowered model.

    Args:
        lowered: the graph, on the processor.
        features: the function's inputs, which say which axes vary.
        exact: keep every weight as it is. Otherwise weights are rounded to float16, which is as fine as the float16
            or finer than the bfloat16 that they are then computed in.

    Returns:
        The `openvino.Model`, whose inputs are in the order of `lowered.inputs`, and for each of `lowered.outputs` the
        index of the OpenVINO output that holds it: outputs of equal value are one output there.

    Raises:
        NotConvertibleError: torch cannot export the graph for the shapes that the features allow, or OpenVINO lacks one
            of its operations.
    """
    openvino = import_openvino()
    by_name = {feature.name: feature for feature in features}
    arguments = [_argument(by_name[name]) for name in lowered.inputs]
    module = _DistinctOutputs(lowered.module)
    examples = tuple(argument.example() for argument in arguments)
    axes = tuple(argument.dynamic_axes() for argument in arguments)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # both exporters warn about their own internals
            exported = torch.export.export(module, examples, dynamic_shapes=(axes,))
            openvino_matmul.keep_products_whole(exported.graph)
            model = openvino.convert_model(exported, extension=openvino_matmul.extension(openvino))
    except Exception as error:  # both raise types of many kinds, none of which is documented
        _logger.debug("Conversion to OpenVINO failed", exc_info=True)
        raise NotConvertibleError(
            f"The model cannot be compiled for OpenVINO ({first_line(error)}). Use the torch engine."
        ) from error
    model.reshape({index: argument.partial_shape() for index, argument in enumerate(arguments)})
    _store_halves(openvino, model, exact)
    return model, module.indices


class _DistinctOutputs(torch.nn.Module):
    """Returns every output value once: OpenVINO takes no graph that returns one value twice."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__()
        self.module = module
        nodes = next(node for node in module.graph.nodes if node.op == "output").args[0]
        distinct = list(dict.fromkeys(nodes))
        self.indices = [distinct.index(node) for node in nodes]
        self._firsts = [nodes.index(node) for node in distinct]

    def forward(self, *arguments: Tensor) -> tuple[Tensor, ...]:
        outputs = self.module(*arguments)
        return tuple(outputs[first] for first in self._firsts)


@dataclass(frozen=True)
class _Argument:
    """What must be known of an input: its type in the graph, and for every axis its size and whether it varies."""

    dtype: torch.dtype
    sizes: tuple[int, ...]
    flexible: tuple[bool, ...]

    def example(self) -> Tensor:
        return torch.zeros(self.sizes, dtype=self.dtype)

    def dynamic_axes(self) -> dict[int, Any]:
        return {axis: torch.export.Dim.DYNAMIC for axis, flexible in enumerate(self.flexible) if flexible}

    def partial_shape(self) -> list[int]:
        return [-1 if flexible else size for size, flexible in zip(self.sizes, self.flexible, strict=True)]


def _argument(feature: Feature) -> _Argument:
    if isinstance(feature.type, Image):
        return _image_argument(feature.name, feature.type)
    if not isinstance(feature.type, MultiArray) or isinstance(feature.type.shape, AnyShape):
        raise NotConvertibleError(f'The input "{feature.name}" ({feature.type}) has no shape to compile for.')
    if isinstance(feature.type.shape, EnumeratedShapes) and len(set(map(len, feature.type.shape.shapes))) > 1:
        raise NotConvertibleError(f'The shapes of the input "{feature.name}" have different numbers of axes.')
    dtype = torch.float32 if feature.type.dtype.kind == "f" else torch.int32
    return _Argument(dtype, feature.type.shape.typical, feature.type.shape.flexible_axes)


def _image_argument(name: str, image: Image) -> _Argument:
    if image.sizes or image.width_range is not None:
        raise NotConvertibleError(f'The images "{name}" may have several sizes.')
    return _Argument(torch.float32, (channels_of(image), image.height, image.width), (False,) * 3)


def _store_halves(openvino: Any, model: Any, exact: bool) -> None:
    """Store large float32 constants as float16, half the file and half the time to load it, where they fit.

    With `exact`, those fit that no value of changes; without, those that hold nothing too large for float16.
    """
    for constant in model.get_ordered_ops():
        if constant.get_type_name() != "Constant" or constant.get_element_type() != openvino.Type.f32:
            continue
        values = constant.data
        with np.errstate(over="ignore"):
            halves = values.astype(np.float16)
        fits = np.array_equal(halves, values) if exact else bool(np.isfinite(halves).all())
        if values.size < _SMALL_ELEMENTS or not fits:
            continue
        readers = constant.output(0).get_target_inputs()
        widened = openvino.opset13.convert(openvino.opset13.constant(halves), "f32")
        widened.get_rt_info()["decompression_0"] = ""  # else the compiler folds it back into float32
        for reader in readers:
            reader.replace_source_output(widened.output(0))
