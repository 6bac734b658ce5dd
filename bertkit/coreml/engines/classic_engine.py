"""Runs the model types that need no graph: linear models, trees, support vectors, transformations and the like."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.registry import load as load_predictor
from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import Function
from bertkit.coreml.engines.base import Array
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.errors import InputError, UnsupportedError


@dataclass(frozen=True, eq=False)
class ClassicEngine:
    """Computes in float64 on the processor.

    Attributes:
        kind: the model's type, for example `treeEnsembleClassifier`.
        predictor: computes its outputs.
    """

    kind: str
    predictor: Predictor
    name: str = "classic"

    @property
    def settings(self) -> str:
        """What is computed and how, as text for people and logs."""
        return f"cpu, float64, {self.kind}"

    def run(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Compute the outputs; see `Engine.run`."""
        return self.predictor(_Given(inputs))

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Refuse: there are no layers.

        Raises:
            UnsupportedError: always.
        """
        raise UnsupportedError(f"A model of type {self.kind} has no layers to trace. Call predict.")


class _Given(dict[str, Any]):
    """Inputs of which optional ones may be missing; a model that cannot do without one says so."""

    def __missing__(self, name: str) -> Any:
        raise InputError(f'The input "{name}" was left out, and the model cannot do without it. Pass it.')


def load(package: Package, function: Function, configuration: Configuration) -> ClassicEngine:
    """Read a model.

    `Configuration.parameters` may hold a `seed` for models that draw random numbers.

    Raises:
        ModelError: its parts do not fit together.
    """
    wanted = {ParameterKey.of(key): value for key, value in configuration.parameters.items()}
    rng = np.random.default_rng(wanted.get(ParameterKey.SEED))
    kind = package.model_type
    return ClassicEngine(kind, load_predictor(Subject(kind, getattr(package.specification, kind), function, rng)))
