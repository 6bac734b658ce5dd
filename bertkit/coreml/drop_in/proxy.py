"""The class that coremltools predicts through: the contract of its compiled `_MLModelProxy`, kept by `Model`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, get_args

from bertkit.coreml.configuration import ComputeUnits, Configuration
from bertkit.coreml.drop_in.assets import AssetProxy
from bertkit.coreml.drop_in.compiled import compile_package, lasting_folder, open_compiled
from bertkit.coreml.drop_in.states import StateProxy
from bertkit.coreml.drop_in.values import from_outputs, to_inputs
from bertkit.coreml.engines.choose import choose
from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.model import Model
from bertkit.coreml.package import NEWEST_SPECIFICATION_VERSION, Package
from bertkit.dependencies import installed
from bertkit.errors import BertkitError


class ModelProxy:
    """One opened model, as coremltools wants it. Names and arguments are those of its compiled class.

    Args:
        path: an `.mlmodel`, an `.mlpackage`, or an `.mlmodelc` that `compileModel` made.
        compute_units: the name of a `coremltools.ComputeUnit`.
        function_name: the function to run; empty for the default one.
        optimization_hints: hints to Core ML about its compilation; they change nothing here.
        asset: a model in memory; None to read `path`.

    Raises:
        RuntimeError: the model cannot be opened or run; coremltools turns that into a warning and tells it again when
            a prediction is asked for.
    """

    configuration: ClassVar[Callable[[], Configuration]] = Configuration

    def __init__(
        self,
        path: str,
        compute_units: str,
        function_name: str,
        optimization_hints: Mapping[str, str],
        asset: AssetProxy | None,
    ) -> None:
        started = time.perf_counter_ns()
        with _as_runtime_error():
            package = open_compiled(path) if asset is None else asset.package
            # coremltools deletes the file of a specification as soon as it is opened, so it must not be needed again.
            package = package if package.path.is_dir() else package.with_specification(package.specification)
            configuration = _configured(type(self).configuration(), compute_units, function_name)
            self._model: Any = Model.load(package, configuration)
            self._function = self._model.description.function(configuration.function_name)
            self._model.engine  # noqa: B018 - Core ML compiles a model when it is opened, and says then what is wrong
        self._load_nanoseconds = time.perf_counter_ns() - started
        self._predict_nanoseconds: int | None = None

    def predict(self, inputs: Mapping[str, Any], state: StateProxy | None = None) -> dict[str, Any]:
        """Compute the outputs of one set of inputs, reading and writing `state` where the model has one."""
        started = time.perf_counter_ns()
        with _as_runtime_error(self._cannot):
            outputs = self._predict(to_inputs(self._function.inputs, inputs), state)
        self._predict_nanoseconds = time.perf_counter_ns() - started
        return from_outputs(self._function.outputs, outputs)

    def _predict(self, inputs: Mapping[str, object], state: StateProxy | None) -> dict[str, Any]:
        outputs: dict[str, Any]
        outputs = self._model.predict(inputs) if state is None else self._model.predict(inputs, state=state.state)
        return outputs

    @cached_property
    def _cannot(self) -> str:
        """How Core ML begins the message of a prediction that fails."""
        kind = self._model.package.specification.WhichOneof("Type")
        means = "ML Program" if kind == "mlProgram" else "a neural network model" if kind in NETWORKS else ""
        return f"Unable to compute the prediction using {means}. " if means else ""

    def batchPredict(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:  # noqa: N802 - coremltools' name
        """Compute the outputs of several sets of inputs."""
        return [self.predict(row) for row in rows]

    def newState(self) -> StateProxy:  # noqa: N802 - coremltools' name
        """Return the states of the model in their initial condition."""
        with _as_runtime_error():
            return StateProxy(self._model.new_state())

    def get_compiled_model_path(self) -> str:
        """Return the path of a compiled copy, which lasts as long as this object."""
        return self._compiled_path

    @cached_property
    def _compiled_path(self) -> str:
        return compile_package(self._model.package, lasting_folder(self))

    def get_load_duration_in_nano_seconds(self) -> int:
        """Return how long opening took."""
        return self._load_nanoseconds

    def get_last_predict_duration_in_nano_seconds(self) -> int | None:
        """Return how long the last prediction took; None before the first."""
        return self._predict_nanoseconds

    @staticmethod
    def maximum_supported_specification_version() -> int:
        """Return the newest specification version that can be opened."""
        return NEWEST_SPECIFICATION_VERSION

    @staticmethod
    def compileModel(path: str) -> str:  # noqa: N802 - coremltools' name
        """Make an `.mlmodelc` of an `.mlmodel` or `.mlpackage`, in a new temporary folder, and return its path."""
        with _as_runtime_error():
            return compile_package(Package.open(path))

    @staticmethod
    def create_model_asset_from_path(path: str) -> Any:
        """Return a `coremltools.models.model.MLModelAsset` of an `.mlmodelc`."""
        with _as_runtime_error():
            return AssetProxy(path).as_asset()

    @staticmethod
    def create_model_asset_from_memory(specification: bytes, files: Mapping[str, bytes]) -> Any:
        """Return a `coremltools.models.model.MLModelAsset` of a serialized specification and its weight files."""
        with _as_runtime_error():
            return AssetProxy.of_memory(specification, files).as_asset()


def proxy_class(configuration: Callable[[], Configuration]) -> type[ModelProxy]:
    """Return the class whose models are run as `configuration` says when they are opened."""
    return type("_MLModelProxy", (ModelProxy,), {"configuration": staticmethod(configuration)})


def _configured(configuration: Configuration, compute_units: str, function_name: str) -> Configuration:
    units = compute_units.lower().replace("and_ne", "and_neural_engine")
    known = next(choice for choice in get_args(ComputeUnits) if choice == units)
    if choose(configuration) == "apple":  # it would call coremltools, which would call this
        configuration = replace(configuration, engine="openvino" if installed("openvino") else "torch")
    return replace(configuration, compute_units=known, function_name=function_name if function_name else None)


@contextmanager
def _as_runtime_error(beginning: str = "") -> Iterator[None]:
    """Raise what bertkit refuses as the class that coremltools catches and its users know."""
    try:
        yield
    except BertkitError as error:
        raise RuntimeError(f"{beginning}{error}") from error
