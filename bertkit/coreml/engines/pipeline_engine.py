"""Runs pipelines: each model on what was passed and on what the models before it returned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bertkit.coreml.checks import check_inputs
from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import Function
from bertkit.coreml.engines.base import Array
from bertkit.coreml.features import Feature, Image, MultiArray
from bertkit.coreml.kinds import pipeline_models
from bertkit.coreml.package import Package
from bertkit.coreml.shapes import FixedShape
from bertkit.errors import UnsupportedError

if TYPE_CHECKING:
    from bertkit.coreml.model import Model


@dataclass(frozen=True, eq=False)
class PipelineEngine:
    """Runs one model after another.

    Attributes:
        stages: the models in order, with their names.
        function: names of the outputs.
    """

    stages: Sequence[tuple[str, Model]]
    function: Function
    name: str = "pipeline"

    @property
    def settings(self) -> str:
        """The models' engines, as text for people and logs."""
        return "; ".join(f"{name}: {model.engine.name} ({model.engine.settings})" for name, model in self.stages)

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Any]:
        """Compute the outputs; see `Engine.run`."""
        values = run_stages([model for _, model in self.stages], inputs)
        return {feature.name: values[feature.name] for feature in self.function.outputs}

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Refuse: a layer's name belongs to one of the models.

        Raises:
            UnsupportedError: always.
        """
        raise UnsupportedError("A pipeline cannot be traced as a whole. Trace the models inside it.")


def run_stages(models: Sequence[Model], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Run models one after another.

    Args:
        models: in order.
        inputs: values by name.

    Returns:
        The inputs, and everything that the models returned, by name; a later value takes the place of an earlier one.
    """
    values = dict(inputs)
    returned: set[str] = set()
    for model in models:
        outputs = model.run_checked(_stage_inputs(model.description.inputs, values, returned))
        values.update(outputs)
        returned.update(outputs)
    return values


def _stage_inputs(features: Sequence[Feature], values: Mapping[str, Any], returned: Collection[str]) -> dict[str, Any]:
    """Check what a model is given; images of the pipeline were checked with its inputs, others were `returned`."""
    images = {
        feature.name: values[feature.name]
        for feature in features
        if isinstance(feature.type, Image) and feature.name not in returned
    }
    others = tuple(feature for feature in features if feature.name not in images)
    given = {feature.name: fitted(feature, values[feature.name]) for feature in others if feature.name in values}
    return {**images, **check_inputs(others, given)}


def load(package: Package, function: Function, configuration: Configuration) -> PipelineEngine:
    """Make the models of a pipeline ready; each has the engine that it would have alone."""
    return PipelineEngine(stage_models(package, configuration), function)


def stage_models(package: Package, configuration: Configuration) -> list[tuple[str, Model]]:
    """Return the models of a pipeline with their names."""
    from bertkit.coreml.model import Model

    return [
        (name, Model.load(package.with_specification(specification), configuration.inside(name)))
        for name, specification in pipeline_models(package.specification)
    ]


def fitted(feature: Feature, value: Any) -> Any:
    """Give an array the shape that the next model declares, where only axes of size 1 differ or are joined."""
    declared = feature.type
    if isinstance(declared, MultiArray) and isinstance(declared.shape, FixedShape) and isinstance(value, np.ndarray):
        sizes = declared.shape.sizes
        return value.reshape(sizes) if value.shape != sizes and value.size == int(np.prod(sizes)) else value
    return value
