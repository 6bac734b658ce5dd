"""How a model is run: engine, device, precision, threads, cache."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.errors import InputError

EngineName = Literal["auto", "torch", "openvino", "apple"]
Precision = Literal["auto", "float32", "bfloat16"]
ComputeUnits = Literal["all", "cpu_only", "cpu_and_gpu", "cpu_and_neural_engine"]

_DEVICE = re.compile(r"cpu|cuda(:\d+)?")


@dataclass(frozen=True)
class Configuration:
    """How a model is run. Engines differ in speed and in rounding, never in what is computed.

    Attributes:
        engine: `auto`, `torch`, `openvino` or `apple`; see `bertkit.coreml.engines.choose` for what `auto` takes.
        precision: of the arithmetic, whatever the weights are stored in; `auto` is bfloat16 where the processor
            computes in it, and float32 elsewhere. The torch engine takes `auto` as float32: it is the reference.
        threads: processor threads; None lets the engine use every core.
        preferred_device: `cpu`, `cuda` or `cuda:1`; None lets the engine choose.
        cache: folder for compiled models; None is the platform's cache folder, False compiles anew every time.
        compute_units: what the apple engine may use.
        bundle: the folder that `$BUNDLE_MAIN` stands for in the search paths of linked models; None is the folder of
            the model that links.
        function_name: which function of an ML Program to run; None is the default one.
        parameters: what to override of the model, by `ParameterKey` or its text: the number of neighbors, where a
            linked model is, and the parameters of updates, which an `UpdateTask` holds to what the model allows.

    Raises:
        InputError: a value is not one of those above.
    """

    engine: EngineName = "auto"
    precision: Precision = "auto"
    threads: int | None = None
    preferred_device: str | None = None
    cache: str | Path | Literal[False] | None = None
    compute_units: ComputeUnits = "all"
    bundle: str | Path | None = None
    function_name: str | None = None
    parameters: Mapping[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_choice("engine", self.engine, get_args(EngineName))
        _check_choice("precision", self.precision, get_args(Precision))
        _check_choice("compute_units", self.compute_units, get_args(ComputeUnits))
        if self.threads is not None and (not _is_integer(self.threads) or self.threads < 1):
            raise InputError(
                f"threads must be a whole number of at least 1, or None for all cores; got {self.threads!r}."
            )
        if self.preferred_device is not None and not _DEVICE.fullmatch(str(self.preferred_device)):
            raise InputError(f'preferred_device must be "cpu", "cuda" or "cuda:<n>"; got {self.preferred_device!r}.')
        if not (self.cache is None or self.cache is False or isinstance(self.cache, str | Path)):
            raise InputError(f"cache must be a folder, None for the platform's own, or False; got {self.cache!r}.")

    def inside(self, model: str) -> Configuration:
        """Return the configuration of the model of that name in a pipeline."""
        keys = {ParameterKey.of(key).inside(model): value for key, value in self.parameters.items()}
        return replace(self, parameters={key: value for key, value in keys.items() if key is not None})


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
