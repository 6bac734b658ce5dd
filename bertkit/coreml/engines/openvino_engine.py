"""The fast engine on processors: the lowered graph compiled by OpenVINO once, and kept on disk.

Loading a cached model imports neither torch nor coremltools.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.engines import openvino_runtime
from bertkit.coreml.engines.base import Array, Engine, runtime_array
from bertkit.coreml.engines.cache import CompiledModel, key_of, open_cache
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.lowering import LOWERING_VERSION
from bertkit.coreml.package import Package
from bertkit.coreml.shapes import AnyShape

_DEVICE = "CPU"
_CONVERSION_VERSION = 3  # raised whenever the conversion of an unchanged graph could compute something else

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class OpenVinoEngine:
    """Runs a model compiled by OpenVINO. One prediction at a time: each uses all the threads there are.

    Attributes:
        compiled: `openvino.CompiledModel`.
        inputs: feature names in the order of its inputs.
        outputs: feature name to the index of its output.
        precision: `f32`, `bf16` or `f16`.
        first_arguments: what is computed before anything else, and thrown away; None where that is not needed. See
            `_first_arguments`.
        reference: makes the torch engine, which computes traces.
        memory: what `compiled` reads its weights from, kept alive with it.
    """

    compiled: Any
    inputs: Sequence[str]
    outputs: Mapping[str, int]
    precision: str
    first_arguments: Sequence[Array] | None
    reference: Callable[[], Engine]
    memory: object = None
    name: str = "openvino"
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def settings(self) -> str:
        """Device, precision and threads, as text for people and logs."""
        threads = self.compiled.get_property("INFERENCE_NUM_THREADS")
        name = next(name for name, hint in openvino_runtime.HINTS.items() if hint == self.precision)
        return f"cpu, {name}, {threads} threads"

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Compute the outputs; see `Engine.run`."""
        arguments = [runtime_array(inputs[name]) for name in self.inputs]
        if any(argument.ndim != rank for argument, rank in zip(arguments, self._ranks, strict=True)):
            return self._reference.run(inputs)  # a sequence and a batch axis lead; compiled is what is declared
        with self._lock:
            results = self._request.infer(arguments, share_inputs=True)
            return {name: results[index] for name, index in self.outputs.items()}

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Compute every intermediate value with the torch engine; see `Engine.trace`."""
        return self._reference.trace(inputs, layers)

    @cached_property
    def _ranks(self) -> list[int]:
        return [len(port.partial_shape) for port in self.compiled.inputs]

    @cached_property
    def _request(self) -> Any:
        request = self.compiled.create_infer_request()
        if self.first_arguments is not None:
            request.infer(self.first_arguments)
        return request

    @cached_property
    def _reference(self) -> Engine:
        return self.reference()


def load(
    package: Package, features: Sequence[Feature], configuration: Configuration, reference: Callable[[], Engine]
) -> OpenVinoEngine:
    """Take a compiled model from the cache, or compile it and put it there.

    Args:
        package: the model.
        features: the inputs of the configured function.
        configuration: precision, threads, cache, function.
        reference: makes the torch engine, which computes traces.

    Raises:
        DependencyError: OpenVINO is not installed.
        InputError: bfloat16 is asked for on a processor that does not compute in it.
        UnsupportedError: the model holds something that bertkit or OpenVINO does not support.
    """
    openvino = openvino_runtime.import_openvino()
    core = openvino.Core()
    available = openvino_runtime.capabilities(core)
    precision = openvino_runtime.choose_precision(configuration.precision, available)
    properties = _properties(precision, configuration.threads)
    cache = open_cache(configuration.cache)
    key = _key(package, configuration, openvino, core, available, precision)
    stored = None if cache is None else cache.get(key)
    compiled = None if stored is None else _import(openvino, core, stored, properties)
    if stored is not None and compiled is not None:
        header, memory = stored.header, stored.content
    else:
        compiled, header = _compile(core, package, features, configuration, properties)
        memory = None
        if cache is not None:
            cache.put(key, header, compiled.export_model().getvalue())
    inputs, outputs = header["inputs"], header["outputs"]
    first = _first_arguments(features, inputs)
    return OpenVinoEngine(compiled, inputs, outputs, precision, first, reference, memory)


def _first_arguments(features: Sequence[Feature], inputs: Sequence[str]) -> list[Array] | None:
    """Return arguments of a typical shape if an axis of an input varies and may have the size 1, else None.

    OpenVINO generates code for attention when it sees the first shapes. If the axis of the softmax has the size 1 then,
    that code leaves out its sum, and every later result of 16 or more is wrong (2026.4, in both precisions). So the
    first shapes that it sees are always typical ones.
    """
    by_name = {feature.name: feature.type for feature in features}
    arrays = [(type_.shape, type_.dtype) for name in inputs if isinstance(type_ := by_name[name], MultiArray)]
    shaped = [(shape, dtype) for shape, dtype in arrays if not isinstance(shape, AnyShape)]
    if not any(shape.varies_from_one for shape, _ in shaped):
        return None
    return [runtime_array(np.zeros(shape.typical, dtype)) for shape, dtype in shaped]


def _properties(precision: str, threads: int | None) -> dict[str, Any]:
    properties: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    if threads is not None:
        properties["INFERENCE_NUM_THREADS"] = threads
    return properties


def _key(
    package: Package, configuration: Configuration, openvino: Any, core: Any, available: tuple[str, ...], precision: str
) -> str:
    import bertkit

    return key_of(
        conversion=_CONVERSION_VERSION,
        model=package.digest,
        function=configuration.function_name,
        bertkit=bertkit.__version__,
        lowering=LOWERING_VERSION,
        openvino=openvino.__version__,
        processor=core.get_property(_DEVICE, "FULL_DEVICE_NAME"),
        capabilities=available,
        precision=precision,
    )


def _import(openvino: Any, core: Any, stored: CompiledModel, properties: dict[str, Any]) -> Any:
    """Load a compiled model without copying it; None where OpenVINO refuses it."""
    try:
        return core.import_model(openvino.Tensor(stored.content, shared_memory=True), _DEVICE, properties)
    except RuntimeError as error:
        _logger.warning("A compiled model in the cache cannot be loaded (%s) and is compiled anew.", error)
        return None


def _compile(
    core: Any,
    package: Package,
    features: Sequence[Feature],
    configuration: Configuration,
    properties: dict[str, Any],
) -> tuple[Any, dict[str, Any]]:
    from bertkit.coreml.engines.openvino_convert import convert
    from bertkit.coreml.lowering import lower

    _logger.info("Compiling %s for OpenVINO; the result is kept for the next time.", package.path)
    lowered = lower(package, configuration.function_name)
    model, indices = convert(lowered, features, exact=properties["INFERENCE_PRECISION_HINT"] == "f32")
    compiled = openvino_runtime.compile_converted(core, model, _DEVICE, properties)
    header = {"inputs": list(lowered.inputs), "outputs": dict(zip(lowered.outputs, indices, strict=True))}
    return compiled, header
