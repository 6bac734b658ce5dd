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

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.engines import openvino_runtime
from bertkit.coreml.engines.base import Array, Engine, runtime_array
from bertkit.coreml.engines.cache import CompiledModel, key_of, open_cache
from bertkit.coreml.features import Feature
from bertkit.coreml.lowering import LOWERING_VERSION
from bertkit.coreml.package import Package

_DEVICE = "CPU"
_CONVERSION_VERSION = 2  # raised whenever the conversion of an unchanged graph could compute something else

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class OpenVinoEngine:
    """Runs a model compiled by OpenVINO. One prediction at a time: each uses all the threads there are.

    Attributes:
        compiled: `openvino.CompiledModel`.
        inputs: feature names in the order of its inputs.
        outputs: feature name to the index of its output.
        precision: `f32` or `bf16`.
        reference: makes the torch engine, which computes traces.
        memory: what `compiled` reads its weights from, kept alive with it.
    """

    compiled: Any
    inputs: Sequence[str]
    outputs: Mapping[str, int]
    precision: str
    reference: Callable[[], Engine]
    memory: object = None
    name: str = "openvino"
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def settings(self) -> str:
        """Device, precision and threads, as text for people and logs."""
        threads = self.compiled.get_property("INFERENCE_NUM_THREADS")
        return f"cpu, {'bfloat16' if self.precision == 'bf16' else 'float32'}, {threads} threads"

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Compute the outputs; see `Engine.run`."""
        arguments = [runtime_array(inputs[name]) for name in self.inputs]
        with self._lock:
            results = self._request.infer(arguments, share_inputs=True)
            return {name: results[index] for name, index in self.outputs.items()}

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Compute every intermediate value with the torch engine; see `Engine.trace`."""
        return self._reference.trace(inputs, layers)

    @cached_property
    def _request(self) -> Any:
        return self.compiled.create_infer_request()

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
    if stored is not None:
        compiled = _import(openvino, core, stored, properties)
        if compiled is not None:
            header = stored.header
            return OpenVinoEngine(
                compiled, header["inputs"], header["outputs"], precision, reference, memory=stored.content
            )
    compiled, header = _compile(core, package, features, configuration, properties)
    if cache is not None:
        cache.put(key, header, compiled.export_model().getvalue())
    return OpenVinoEngine(compiled, header["inputs"], header["outputs"], precision, reference)


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
    model, indices = convert(lowered, features)
    compiled = core.compile_model(model, _DEVICE, properties)
    header = {"inputs": list(lowered.inputs), "outputs": dict(zip(lowered.outputs, indices, strict=True))}
    return compiled, header
