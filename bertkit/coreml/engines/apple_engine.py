"""Core ML itself, on macOS, through coremltools."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import Function
from bertkit.coreml.engines.base import Array, Engine
from bertkit.coreml.features import Image
from bertkit.coreml.images import as_pillow, channels_of, image_output
from bertkit.coreml.package import Package
from bertkit.errors import ModelError, UnsupportedError


@dataclass(frozen=True, eq=False)
class AppleEngine:
    """Runs a model with Core ML.

    Attributes:
        model: `coremltools.models.MLModel`.
        compute_units: what Core ML may use, as in `Configuration.compute_units`.
        reference: makes the torch engine, which computes traces: Core ML shows no intermediate values.
        images: inputs and outputs that are images, which coremltools takes and returns as Pillow images.
    """

    model: Any
    compute_units: str
    reference: Callable[[], Engine]
    images: Mapping[str, Image] = field(default_factory=dict)
    name: str = "apple"

    @property
    def settings(self) -> str:
        """The compute units, as text for people and logs."""
        return self.compute_units

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Compute the outputs; see `Engine.run`."""
        outputs: dict[str, Any] = self.model.predict({name: self._passed(name, inputs[name]) for name in inputs})
        for name, value in outputs.items():
            if name in self.images and channels_of(self.images[name]) > 1:
                outputs[name] = np.asarray(value.convert("RGB"))
            elif not isinstance(value, dict):  # the probabilities of a classifier come by label
                outputs[name] = np.asarray(value)
        return outputs

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Compute every intermediate value with the torch engine; see `Engine.trace`."""
        return self._reference.trace(inputs, layers)

    def _passed(self, name: str, value: Array) -> Any:
        image = self.images.get(name)
        return value if image is None else as_pillow(image_output(name, image, value))

    @cached_property
    def _reference(self) -> Engine:
        return self.reference()


def available() -> bool:
    """Say whether this machine has Core ML."""
    return platform.system() == "Darwin"


def load(
    package: Package, function: Function, configuration: Configuration, reference: Callable[[], Engine]
) -> AppleEngine:
    """Let Core ML compile and load a model.

    Raises:
        UnsupportedError: this is not macOS, or the model was changed since it was opened.
        ModelError: Core ML refuses the model.
    """
    if not available():
        raise UnsupportedError(f'The apple engine needs macOS, this is {platform.system()}. Use "openvino" or "torch".')
    if package.edited:
        raise UnsupportedError(
            f"{package.path} was changed in memory, and Core ML loads what is on disk. Save the model first, or use "
            'engine="torch".'
        )
    import coremltools

    try:
        model = coremltools.models.MLModel(
            str(package.path),
            compute_units=coremltools.ComputeUnit[configuration.compute_units.upper().replace("NEURAL_ENGINE", "NE")],
            function_name=configuration.function_name,
        )
    except RuntimeError as error:
        raise ModelError(f"Core ML cannot load {package.path}: {error}") from error
    features = (*function.inputs, *function.outputs)
    images = {feature.name: feature.type for feature in features if isinstance(feature.type, Image)}
    return AppleEngine(model, configuration.compute_units, reference, images)
