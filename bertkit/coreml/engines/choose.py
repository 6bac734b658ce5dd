"""Which engine runs a model.

`Configuration.engine` names one, or `auto` chooses:

1. torch, if `preferred_device` or `compute_units` mean a CUDA device that is here;
2. apple, on macOS, unless `preferred_device`, `precision` or the accumulation asks for what Core ML does not let a
   caller choose;
3. openvino, if it is installed and can compile the model;
4. torch on the processor, at once if the model has branches, loops, states or custom layers.

Pipelines, linked models, nearest neighbors and models that need no graph are run by engines of their own, except by
Core ML itself.
"""

from __future__ import annotations

import logging

from bertkit.coreml.classic.opaque import OPAQUE, refusal
from bertkit.coreml.classic.registry import KINDS
from bertkit.coreml.configuration import Configuration, EngineName
from bertkit.coreml.description import Function
from bertkit.coreml.engines import apple_engine
from bertkit.coreml.engines.base import Engine
from bertkit.coreml.engines.devices import choose_device, named_devices
from bertkit.coreml.engines.openvino_runtime import NotConvertibleError
from bertkit.coreml.engines.torch_only import torch_only
from bertkit.coreml.kinds import PIPELINES
from bertkit.coreml.package import Package
from bertkit.dependencies import installed
from bertkit.errors import InputError, UnsupportedError

_logger = logging.getLogger(__name__)


def load_engine(package: Package, function: Function, configuration: Configuration) -> Engine:
    """Make a model ready to run.

    Args:
        package: the model.
        function: the one to run.
        configuration: engine, device, precision, threads, cache.

    Raises:
        InputError: the engine cannot do what is configured.
        DependencyError: the engine is not installed; the message names the extra.
        UnsupportedError: the engine does not run here, or the model holds something that is not supported.
    """
    name = choose(configuration)
    composed = None if name == "apple" else _composed(package, function, configuration)
    if composed is not None:
        return composed
    if configuration.parameters:
        from bertkit.coreml.overrides import overridden

        package = overridden(package, configuration)
    reason = torch_only(package, function, name)
    if reason:
        if configuration.engine != "auto":
            raise NotConvertibleError(f'{package.path} {reason}, which only the torch engine runs. Use engine="torch".')
        _logger.debug("%s %s: it runs with the torch engine.", package.path, reason)
        return _torch(package, configuration)
    if name == "openvino":
        return _openvino(package, function, configuration)
    if name == "apple":
        return apple_engine.load(package, function, configuration, lambda: _torch(package, configuration))
    return _torch(package, configuration)


def available() -> tuple[EngineName, ...]:
    """Return the engines that this machine has."""
    here: dict[EngineName, bool] = {"torch": True, "openvino": installed("openvino"), "apple": apple_engine.available()}
    return tuple(name for name, there in here.items() if there)


def choose(configuration: Configuration) -> str:
    """Return the name of the engine that a configuration means.

    Raises:
        InputError: the engine cannot use the preferred device.
    """
    names = named_devices(configuration)
    only_cuda = bool(names) and "cpu" not in names
    if configuration.engine != "auto":
        _check_able(configuration, only_cuda)
        return configuration.engine
    if apple_engine.available() and _leaves_to_core_ml(configuration):
        return "apple"
    if only_cuda or choose_device(configuration) != "cpu":
        return "torch"
    return "openvino" if installed("openvino") else "torch"


def _leaves_to_core_ml(configuration: Configuration) -> bool:
    asks = configuration.preferred_device is not None or configuration.allow_low_precision_accumulation
    return not asks and configuration.precision == "auto"


def _check_able(configuration: Configuration, on_cuda: bool) -> None:
    """Refuse what an engine would have to ignore."""
    if on_cuda and configuration.engine != "torch":
        raise InputError(
            f'The {configuration.engine} engine does not run on "{configuration.preferred_device}". '
            'Use engine="torch", or another device.'
        )
    if configuration.engine == "apple" and configuration.precision != "auto":
        raise InputError(
            f"Core ML chooses the precision itself, it cannot be made to use {configuration.precision}. "
            'Use precision="auto", or another engine.'
        )
    if configuration.engine == "apple" and configuration.allow_low_precision_accumulation:
        raise InputError("coremltools does not let a caller choose how Core ML accumulates. Use another engine.")
    if configuration.engine == "apple" and configuration.preferred_device is not None:
        raise InputError('The apple engine takes compute_units="cpu_only" and the like instead of preferred_device.')


def _composed(package: Package, function: Function, configuration: Configuration) -> Engine | None:
    """Return the engine of a model that is no single graph; None for one that is."""
    if package.model_type in PIPELINES:
        from bertkit.coreml.engines import pipeline_engine

        return pipeline_engine.load(package, function, configuration)
    if package.model_type == "linkedModel":
        from bertkit.coreml.engines.linked_engine import LinkedEngine
        from bertkit.coreml.linked import linked_model

        return LinkedEngine(linked_model(package, configuration))
    if package.model_type == "kNearestNeighborsClassifier":
        from bertkit.coreml.engines import neighbors_engine

        return neighbors_engine.load(package, function, configuration)
    if package.model_type in KINDS:
        from bertkit.coreml.engines import classic_engine

        return classic_engine.load(package, function, configuration)
    if package.model_type in OPAQUE:
        raise UnsupportedError(refusal(package.model_type, getattr(package.specification, package.model_type)))
    return None


def _openvino(package: Package, function: Function, configuration: Configuration) -> Engine:
    from bertkit.coreml.engines import openvino_engine

    try:
        return openvino_engine.load(package, function.inputs, configuration, lambda: _torch(package, configuration))
    except NotConvertibleError as error:
        if configuration.engine != "auto":
            raise
        _logger.warning("%s runs with the slower torch engine: %s", package.path, error)
        return _torch(package, configuration)


def _torch(package: Package, configuration: Configuration) -> Engine:
    from bertkit.coreml.engines.torch_engine import TorchEngine
    from bertkit.coreml.lowering import lower

    return TorchEngine.build(lower(package, configuration.function_name), configuration)
