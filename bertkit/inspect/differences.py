"""What differs between two models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bertkit.coreml import Package
from bertkit.coreml.description import ModelDescription, describe
from bertkit.coreml.parameters import parameters_of
from bertkit.coreml.updatable import update_parameters
from bertkit.inspect.arrays import parameter_values
from bertkit.inspect.layers import layers_of


@dataclass(frozen=True)
class Difference:
    """One thing that two models do not share.

    Attributes:
        area: `model`, `metadata`, `interface`, `layers`, `parameters` or `update parameters`.
        name: what it is called in the model.
        before: in the first model; empty where it is not there.
        after: in the second model; empty where it is not there.
    """

    area: str
    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """The word for it: `added`, `removed` or `changed`."""
        return "changed" if self.before and self.after else "removed" if self.before else "added"


def differences(before: Package, after: Package) -> list[Difference]:
    """Compare what two models say, without reading their weights."""
    readers: dict[str, Callable[[Package], Mapping[str, str]]] = {
        "model": lambda package: _model(describe(package)),
        "metadata": lambda package: _metadata(describe(package)),
        "interface": lambda package: _interface(describe(package)),
        "update parameters": _update,
        "layers": _layers,
        "parameters": _parameters,
    }
    return [found for area, read in readers.items() for found in _compared(area, read(before), read(after))]


@dataclass(frozen=True)
class ValueChange:
    """How the numbers of a parameter changed.

    Attributes:
        name: of the parameter, in both models.
        largest: absolute change.
        relative: Euclidean length of the change over that of the first model's numbers.
    """

    name: str
    largest: float
    relative: float


def value_changes(before: Package, after: Package, progress: Callable[[int, int], None]) -> list[ValueChange]:
    """Compare the numbers of the parameters that two models share by name and count; equal ones are not listed.

    Args:
        before: the first model.
        after: the second model.
        progress: called with the parameters read so far and in all.
    """
    counts = {parameter.name: parameter.count for parameter in parameters_of(before)}
    shared = [item.name for item in parameters_of(after) if counts.get(item.name) == item.count]
    changes = []
    for done, name in enumerate(shared, start=1):
        old = np.ravel(parameter_values(before, name)).astype(np.float64)
        change = np.ravel(parameter_values(after, name)).astype(np.float64) - old
        if np.any(change):
            length = float(np.linalg.norm(old))
            relative = float(np.linalg.norm(change)) / length if length else float("inf")
            changes.append(ValueChange(name, float(np.abs(change).max()), relative))
        progress(done, len(shared))
    return changes


def _compared(area: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield Difference(area, name, old, new)


def _model(description: ModelDescription) -> dict[str, str]:
    return {
        "type": description.model_type,
        "specification version": f"{description.specification_version} ({description.operating_systems})",
        "updatable": "yes" if description.is_updatable else "no",
    }


def _metadata(description: ModelDescription) -> dict[str, str]:
    metadata = description.metadata
    fields = {
        "short description": metadata.short_description,
        "author": metadata.author,
        "license": metadata.license,
        "version": metadata.version,
    }
    return fields | dict(metadata.user_defined)


def _interface(description: ModelDescription) -> dict[str, str]:
    named: dict[str, str] = {}
    for function in description.functions:
        at = "" if len(description.functions) == 1 else f"{function.name}: "
        for role in ("inputs", "outputs", "states"):
            for feature in getattr(function, role):
                named[f"{at}{role[:-1]} {feature.name}"] = f"{feature.type}{', optional' if feature.optional else ''}"
    return named | {f"training input {feature.name}": str(feature.type) for feature in description.training_inputs}


def _update(package: Package) -> dict[str, str]:
    return {name: str(value) for name, value in (update_parameters(package.specification) or {}).items()}


def _layers(package: Package) -> dict[str, str]:
    return {
        layer.name: " ".join(
            filter(
                None, [layer.kind, layer.variant, *(str(list(value.shape)) for value in layer.outputs if value.shape)]
            )
        )
        for layer in layers_of(package)
    }


def _parameters(package: Package) -> dict[str, str]:
    return {
        parameter.name: f"{list(parameter.shape)} {parameter.storage}, {parameter.bytes:,d} bytes"
        f"{', updatable' if parameter.updatable else ''}"
        for parameter in parameters_of(package)
    }
