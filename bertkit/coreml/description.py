"""What a model says of itself: its interface and metadata as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bertkit.coreml import features
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.package import Package
from bertkit.errors import InputError

_LEGACY_RANKS = (1, 3)
_OPERATING_SYSTEMS = {
    1: "iOS 11, macOS 10.13",
    2: "iOS 11.2, macOS 10.13.2",
    3: "iOS 12, macOS 10.14",
    4: "iOS 13, macOS 10.15",
    5: "iOS 14, macOS 11",
    6: "iOS 15, macOS 12",
    7: "iOS 16, macOS 13",
    8: "iOS 17, macOS 14",
    9: "iOS 18, macOS 15",
    10: "iOS 26, macOS 26",
}


@dataclass(frozen=True)
class Metadata:
    """Who made a model, and what they say of it.

    Attributes:
        short_description: a sentence or two.
        author: a name.
        license: its name or text.
        version: of the model, in any form.
        user_defined: anything else, by key.
    """

    short_description: str
    author: str
    license: str
    version: str
    user_defined: Mapping[str, str]


@dataclass(frozen=True)
class Function:
    """One entry point of a model; only ML Programs have more than one.

    Attributes:
        name: what `Configuration.function_name` selects it by.
        inputs: what it takes.
        outputs: what it returns.
        states: what it keeps between predictions.
        predicted_feature_name: of a classifier, the output that holds the label; else empty.
        predicted_probabilities_name: of a classifier, the output that holds the label's probabilities; else empty.
    """

    name: str
    inputs: tuple[Feature, ...]
    outputs: tuple[Feature, ...]
    states: tuple[Feature, ...]
    predicted_feature_name: str
    predicted_probabilities_name: str


@dataclass(frozen=True)
class ModelDescription:
    """The interface of a model and what it says of itself.

    Attributes:
        model_type: of the specification, for example `mlProgram`.
        specification_version: 1 to 10.
        operating_systems: the first systems that can run this version.
        functions: all entry points, the default one first.
        training_inputs: what an updatable model is trained with.
        is_updatable: whether it may be trained on the device.
        metadata: author, license, version and the like.
    """

    model_type: str
    specification_version: int
    operating_systems: str
    functions: tuple[Function, ...]
    training_inputs: tuple[Feature, ...]
    is_updatable: bool
    metadata: Metadata

    @property
    def inputs(self) -> tuple[Feature, ...]:
        """The inputs of the default function."""
        return self.functions[0].inputs

    @property
    def outputs(self) -> tuple[Feature, ...]:
        """The outputs of the default function."""
        return self.functions[0].outputs

    @property
    def states(self) -> tuple[Feature, ...]:
        """The states of the default function."""
        return self.functions[0].states

    def function(self, name: str | None = None) -> Function:
        """Return a function by name, the default one for None.

        Raises:
            InputError: the model has no function of that name.
        """
        if name is None:
            return self.functions[0]
        for function in self.functions:
            if function.name == name:
                return function
        names = ", ".join(function.name for function in self.functions)
        raise InputError(f'The model has no function "{name}". It has: {names}.')


def describe(package: Package) -> ModelDescription:
    """Describe an opened model.

    Raises:
        ModelError: a feature has no type, or one that does not exist.
    """
    specification = package.specification
    description = specification.description
    return ModelDescription(
        model_type=package.model_type,
        specification_version=specification.specificationVersion,
        operating_systems=_OPERATING_SYSTEMS[specification.specificationVersion],
        functions=_functions(package),
        training_inputs=_features(description.trainingInput),
        is_updatable=specification.isUpdatable,
        metadata=_metadata(description.metadata, package.metadata),
    )


def _functions(package: Package) -> tuple[Function, ...]:
    description = package.specification.description
    default = description.defaultFunctionName
    listed = sorted(description.functions, key=lambda function: function.name != default)
    if listed:
        return tuple(_function(function, function.name) for function in listed)
    # Before specification version 9 a model has one function, described at the top level.
    function = _function(description, default if default else "main")
    if package.model_type in NETWORKS and not getattr(package.specification, package.model_type).arrayInputShapeMapping:
        function = replace(function, inputs=tuple(map(_led, function.inputs)))
    return (function,)


def _led(feature: Feature) -> Feature:
    """Return an input of a network of the legacy mapping (rank 5), which a sequence and a batch axis may lead."""
    declared = feature.type
    if not isinstance(declared, MultiArray) or len(declared.shape.default or ()) not in _LEGACY_RANKS:
        return feature
    return replace(feature, type=replace(declared, takes_leading_axes=True))


def _function(described: Any, name: str) -> Function:
    return Function(
        name=name,
        inputs=_features(described.input),
        outputs=_features(described.output),
        states=_features(described.state),
        predicted_feature_name=described.predictedFeatureName,
        predicted_probabilities_name=described.predictedProbabilitiesName,
    )


def _features(described: Any) -> tuple[Feature, ...]:
    return tuple(features.from_specification(feature) for feature in described)


def _metadata(metadata: Any, user_defined: Mapping[str, str]) -> Metadata:
    return Metadata(
        short_description=metadata.shortDescription,
        author=metadata.author,
        license=metadata.license,
        version=metadata.versionString,
        user_defined=user_defined,
    )
