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
Precision = Literal["auto", "float32", "bfloat16", "float16"]
ComputeUnits = Literal["all", "cpu_only", "cpu_and_gpu", "cpu_and_neural_engine"]

_DEVICE = re.compile(r"cpu|cuda(:\d{1,3})?")


@dataclass(frozen=True)
class Configuration:
    """How a model is run. Engines differ in speed and in rounding, never in what is computed.

    Attributes:
        engine: `auto`, `torch`, `openvino` or `apple`; see `bertkit.coreml.engines.choose` for what `auto` takes.
        precision: of the arithmetic, whatever the weights are stored in; `auto` is bfloat16 where the processor
            computes in it, and float32 elsewhere. The torch engine takes `auto` as float32: it is the reference.
            `bertkit bench` measures the error and the speed of each.
        allow_low_precision_accumulation: whether the torch engine may compute sums of products in fewer bits: on a CUDA
            device TF32 instead of float32, and sums of a low precision in that precision; on the processor bfloat16,
            unless `precision` says otherwise. The openvino engine does so with `auto` in any case.
        threads: processor threads; None lets the engine use every core.
        preferred_device: `cpu`, `cuda` (the first CUDA device) or `cuda:1`; of several, separated by commas, the last
            one that exists here: `cpu, cuda:0, cuda:1` takes the second GPU, or else the first, or else the processor.
            None lets the engine choose.
        cache: folder for compiled models; None is the platform's cache folder, False compiles anew every time.
        compute_units: what the apple engine may use. The others run on the processor, and the torch engine on a GPU if
            `cpu_and_gpu` is named and one is here; `cpu_only` and `cpu_and_neural_engine` exclude GPUs.
        bundle: the folder that `$BUNDLE_MAIN` stands for in the search paths of linked models; None is the folder of
            the model that links.
        function_name: which function of an ML Program to run; None is the default one.
        parameters: what to override of the model, by `ParameterKey` or its text: the number of neighbors, where a
            linked model is, weights and biases of updatable layers (`dense.weights`), and the parameters of updates;
            each within the limits that the model declares. In a pipeline a key is scoped to a model
            (`model/dense.weights`), or is meant for all of them.

    Raises:
        InputError: a value is not one of those above.
    """

    engine: EngineName = "auto"
    precision: Precision = "auto"
    allow_low_precision_accumulation: bool = False
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
        names = [] if self.preferred_device is None else str(self.preferred_device).split(",")
        if not all(_DEVICE.fullmatch(name.strip()) for name in names):
            raise InputError(
                'preferred_device must be "cpu", "cuda" or "cuda:<n>", or several of them separated by commas; got '
                f"{self.preferred_device!r}."
            )
        _check_flag("allow_low_precision_accumulation", self.allow_low_precision_accumulation)
        if not (self.cache is None or self.cache is False or isinstance(self.cache, str | Path)):
            raise InputError(f"cache must be a folder, None for the platform's own, or False; got {self.cache!r}.")

    def without_arrays(self) -> Configuration:
        """Return the same configuration without weights and biases, which an update starts from and then replaces."""
        kept = {key: value for key, value in self.parameters.items() if not ParameterKey.of(key).is_array}
        return replace(self, parameters=kept)

    def inside(self, model: str) -> Configuration:
        """Return the configuration of the model of that name in a pipeline."""
        keys = {ParameterKey.of(key).inside(model): value for key, value in self.parameters.items()}
        return replace(self, parameters={key: value for key, value in keys.items() if key is not None})


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")


def _check_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise InputError(f"{name} must be True or False; got {value!r}.")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
