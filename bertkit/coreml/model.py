"""A Core ML model that can be run."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.coreml.checks import check_inputs
from bertkit.coreml.classes import Classes
from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import Function, ModelDescription, describe
from bertkit.coreml.engines.base import Array, Engine
from bertkit.coreml.engines.choose import load_engine
from bertkit.coreml.faults import told_as_model_errors
from bertkit.coreml.features import Double, FeatureType, Image, MultiArray
from bertkit.coreml.images import image_output
from bertkit.coreml.package import Package
from bertkit.coreml.state import State
from bertkit.errors import InputError


class Model:
    """One function of a Core ML model, with the engine that runs it.

    Use `Model.load`. The engine is made when it is first needed, so that opening and describing a model costs little. A
    model may be used from several threads.

    Attributes:
        package: the model on disk.
        configuration: how it is run.
    """

    def __init__(self, package: Package, configuration: Configuration) -> None:
        self.package = package
        self.configuration = configuration
        self._function: Function = self.description.function(configuration.function_name)
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: str | Path | Package, configuration: Configuration | None = None) -> Model:
        """Open a model.

        Args:
            path: an `.mlpackage` or `.mlmodel`, or one that is open already.
            configuration: how to run it; None is `Configuration()`.

        Raises:
            FileError: nothing is there, it is truncated, or it is not a Core ML model.
            ModelError: the model breaks a rule of the specification.
            InputError: the model has no function of the configured name.
        """
        package = path if isinstance(path, Package) else Package.open(path)
        return cls(package, Configuration() if configuration is None else configuration)

    @cached_property
    def description(self) -> ModelDescription:
        """Interface and metadata."""
        with told_as_model_errors(self.package, "described"):
            return describe(self.package)

    @property
    def engine(self) -> Engine:
        """The engine, made now if it is not made yet; see `bertkit.coreml.engines.choose` for what it may raise."""
        with self._lock:
            if self._engine is None:
                with told_as_model_errors(self.package, "made ready to run"):
                    self._engine = load_engine(self.package, self._function, self.configuration)
            return self._engine

    def new_state(self) -> State:
        """Return a state for the configured function, all zero; see `description.states`.

        Raises:
            InputError: the function keeps no state.
            UnsupportedError: a state has no fixed shape.
        """
        if not self._function.states:
            raise InputError(f'The function "{self._function.name}" of {self.package.path} keeps no state.')
        return State(self._function.states)

    def predict(self, inputs: Mapping[str, object], state: State | None = None) -> dict[str, Any]:
        """Compute the outputs of one set of inputs.

        Args:
            inputs: one value for every input: arrays, or lists and numbers that convert without loss; images as
                `ImageFeature` or anything that is a source of one; dictionaries and lists where the model takes them.
            state: of a model that keeps some, from `new_state`; the prediction changes it.

        Returns:
            Output name to array, of the declared data type. A label is an array of shape []; the probabilities of a
            classifier are a dictionary by label where the model declares one; images see `image_output`.

        Raises:
            InputError: a name, shape or type is wrong, or a value is missing; or the model keeps a state and none, or
                another model's, is passed.
            UnsupportedError: the model, or a kind of input, is not supported by the engine.
            ModelError: the model's content contradicts itself; the message names the layer where an engine knows it.
        """
        return self.run_checked(check_inputs(self._function.inputs, inputs), state)

    def predict_batch(self, rows: Sequence[Mapping[str, object]], state: State | None = None) -> list[dict[str, Any]]:
        """Compute the outputs of several sets of inputs, each for itself: rows may differ in shape.

        Args:
            rows: inputs, as for `predict`.
            state: of a model that keeps some; the rows change it one after another.

        Raises:
            InputError: as `predict`, naming the row.
        """
        checked = []
        for index, row in enumerate(rows):
            try:
                checked.append(check_inputs(self._function.inputs, row))
            except InputError as error:
                raise InputError(f"Row {index} of {len(rows)}: {error}") from error
        return [self.run_checked(row, state) for row in checked]

    def run_checked(self, inputs: Mapping[str, Array], state: State | None = None) -> dict[str, Any]:
        """Compute the outputs of what `check_inputs` returned; see `predict`."""
        self._check_state(state)
        engine = self.engine
        if state is None:
            with told_as_model_errors(self.package, "run"):
                return self._declared(engine.run(inputs))
        with state.lock, told_as_model_errors(self.package, "run"):
            outputs = engine.run({**inputs, **state.arrays()})
            state.replace({name: outputs.pop(name) for name in state.names})
            return self._declared(outputs)

    def trace(
        self, inputs: Mapping[str, object], layers: Collection[str] | None = None, state: State | None = None
    ) -> dict[str, Array]:
        """Compute every intermediate value, with the torch engine.

        Args:
            inputs: as for `predict`.
            layers: the layers wanted; None for all.
            state: as for `predict`, except that it stays as it is.

        Returns:
            Layer name to its output, in order of computation; further outputs of one layer under `name:1`, `name:2`...
            A layer inside a loop has the value of the last time that it ran; one that did not run is missing.

        Raises:
            InputError: as `predict`, or the model has no layer of one of these names.
        """
        checked = check_inputs(self._function.inputs, inputs)
        self._check_state(state)
        engine = self.engine
        with told_as_model_errors(self.package, "traced"):
            return engine.trace(checked if state is None else {**checked, **state.arrays()}, layers)

    def _check_state(self, state: State | None) -> None:
        names = tuple(feature.name for feature in self._function.states)
        if state is None and names:
            raise InputError(f"The model keeps {', '.join(names)} between predictions. Pass state=model.new_state().")
        if state is not None and state.names != names:
            raise InputError(
                f"The model keeps {', '.join(names) if names else 'no state'}, got a state of "
                f"{', '.join(state.names)}. Pass one that new_state() of this model made."
            )

    def _declared(self, outputs: Mapping[str, Array]) -> dict[str, Any]:
        """Convert outputs to what the model declares."""
        classes = None if self.engine.name == "apple" else self._classes  # Core ML maps them itself
        declared = dict(outputs) if classes is None else classes.outputs(outputs)
        types = {feature.name: feature.type for feature in self._function.outputs}
        return {name: _as_declared(name, value, types.get(name)) for name, value in declared.items()}

    @cached_property
    def _classes(self) -> Classes | None:
        return Classes.of(self.package.specification, self._function.name)


def _as_declared(name: str, value: Any, declared: FeatureType | None) -> Any:
    if isinstance(declared, Image) and value.dtype in (np.float32, np.int32):  # else a model inside has made it one
        return image_output(name, declared, value)
    if isinstance(declared, MultiArray) and isinstance(value, np.ndarray):
        return value.astype(declared.dtype, copy=False)
    if isinstance(declared, Double):
        return np.asarray(value, dtype=np.float64).reshape(())
    return value
