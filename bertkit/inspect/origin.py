"""Where a model's modules and layers were read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from numpy.typing import NDArray

from bertkit.coreml import Package
from bertkit.coreml.description import ModelDescription, describe
from bertkit.inspect.arrays import parameter_values


class Origin(Protocol):
    """What an atlas needs of a model besides its tree."""

    @property
    def title(self) -> str:
        """The model's name in few words."""

    @property
    def facts(self) -> tuple[str, ...]:
        """What kind of model it is, in a few short phrases."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the values that leave the model."""

    def values(self, parameter: str) -> NDArray[Any]:
        """Return the numbers of a parameter.

        Raises:
            InputError: there is no such parameter.
            UnsupportedError: its values are stored in a form that is not read here.
        """


@dataclass(frozen=True)
class FileOrigin:
    """A Core ML file.

    Attributes:
        package: the file.
    """

    package: Package

    @property
    def title(self) -> str:
        """The file's name."""
        return self.package.path.name

    @cached_property
    def description(self) -> ModelDescription:
        """Interface and metadata of the model."""
        return describe(self.package)

    @property
    def facts(self) -> tuple[str, ...]:
        """Type of the model, and what its specification requires."""
        described = self.description
        version = f"specification {described.specification_version} ({described.operating_systems})"
        return described.model_type, version

    @property
    def outputs(self) -> tuple[str, ...]:
        """The output features of every function."""
        return tuple(feature.name for function in self.description.functions for feature in function.outputs)

    def values(self, parameter: str) -> NDArray[Any]:
        """Read a parameter from the file."""
        return parameter_values(self.package, parameter)
