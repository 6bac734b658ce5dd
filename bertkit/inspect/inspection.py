"""The whole description of a Core ML model, read without running it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bertkit.coreml import Package
from bertkit.coreml.description import ModelDescription, describe
from bertkit.coreml.faults import told_as_model_errors
from bertkit.coreml.parameters import Parameter, parameters_of
from bertkit.coreml.updatable import update_parameters
from bertkit.inspect.files import files_of
from bertkit.inspect.modules import Module, module_tree
from bertkit.inspect.plain import plain_description


@dataclass(frozen=True)
class Inspection:
    """What a model file holds.

    Attributes:
        package: the opened model.
        size_bytes: on disk, everything included.
        description: interface and metadata.
        parameters: every learned array, in the file's order.
        modules: the same, counted by module.
        update_parameters: what may be changed by training, None for a model that is not updatable.
    """

    package: Package
    size_bytes: int
    description: ModelDescription
    parameters: list[Parameter]
    modules: Module
    update_parameters: dict[str, Any] | None

    @property
    def path(self) -> Path:
        """The file or package."""
        return self.package.path

    @property
    def digest(self) -> str:
        """Digest of specification and weights; the first time it is asked for, the whole model is read."""
        return self.package.digest

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values, in the form that `bertkit inspect --json` prints."""
        return {
            "path": str(self.path),
            "size_bytes": self.size_bytes,
            "digest": self.digest,
            **plain_description(self.description),
            "parameters": [vars(parameter) | {"shape": list(parameter.shape)} for parameter in self.parameters],
            "modules": self.modules.to_json(),
            "update_parameters": self.update_parameters,
        }


def inspect_model(path: str | Path) -> Inspection:
    """Describe the Core ML model at `path`.

    Raises:
        FileError: nothing is there, or it is no Core ML model.
        ModelError: it breaks the specification so that it cannot be described.
    """
    package = Package.open(path)
    with told_as_model_errors(package, "described"):
        parameters = parameters_of(package)
        return Inspection(
            package=package,
            size_bytes=sum(file.size_bytes for file in files_of(package)),
            description=describe(package),
            parameters=parameters,
            modules=module_tree(parameters),
            update_parameters=update_parameters(package.specification),
        )
