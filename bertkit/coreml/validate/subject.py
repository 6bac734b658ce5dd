"""One model to judge, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from bertkit.coreml.kinds import NETWORKS, PIPELINES
from bertkit.coreml.validate.classic.nodes import Node, read_nodes
from bertkit.coreml.validate.network.walk import NetworkWalk, walk_network
from bertkit.coreml.validate.program.walk import FunctionWalk, walk_program
from bertkit.coreml.validate.weight_files import WeightFiles


class Described(NamedTuple):
    """A feature of the interface.

    Attributes:
        place: for example `input x` or `function main/output y`.
        role: `input`, `output`, `state` or `training input`.
        feature: `Model_pb2.FeatureDescription`.
    """

    place: str
    role: str
    feature: Any


class Interface(NamedTuple):
    """What one function takes and returns.

    Attributes:
        prefix: `function main/`; empty where the model has one function, described at the top level.
        name: the function's name, empty likewise.
        description: `Model_pb2.ModelDescription` or `FunctionDescription`.
    """

    prefix: str
    name: str
    description: Any


@dataclass(frozen=True)
class Subject:
    """A model, alone in its file or inside a pipeline.

    Attributes:
        specification: `Model_pb2.Model`.
        where: its place, `""` or for example `pipeline/encoder`.
        weights: where an ML Program's weights lie.
        as_if_updatable: whether to judge it as an updatable model although it is not marked as one.
    """

    specification: Any
    where: str = ""
    weights: WeightFiles = field(default_factory=WeightFiles)
    as_if_updatable: bool = False

    @property
    def kind(self) -> str:
        """The model type; empty where the model names none."""
        return self.specification.WhichOneof("Type") or ""

    @property
    def content(self) -> Any:
        """The message of the model type."""
        return getattr(self.specification, self.kind)

    @property
    def description(self) -> Any:
        """`Model_pb2.ModelDescription`."""
        return self.specification.description

    @property
    def version(self) -> int:
        """The specification version."""
        return int(self.specification.specificationVersion)

    @property
    def updatable(self) -> bool:
        """Whether it is judged as an updatable model."""
        return bool(self.specification.isUpdatable) or self.as_if_updatable

    def at(self, place: str) -> str:
        """Return the full path of a place inside this model."""
        return "/".join(part for part in (self.where, place) if part) or "model"

    @cached_property
    def interfaces(self) -> tuple[Interface, ...]:
        """The functions' descriptions; one from the top level where functions are not used."""
        if not self.description.functions:
            return (Interface("", "", self.description),)
        return tuple(
            Interface(f"function {function.name}/", function.name, function) for function in self.description.functions
        )

    @cached_property
    def features(self) -> tuple[Described, ...]:
        """Every feature of every function, and the training inputs."""
        found = []
        for prefix, _, description in self.interfaces:
            for role in ("input", "output", "state"):
                for feature in getattr(description, role):
                    found.append(Described(f"{prefix}{role} {feature.name}", role, feature))
        for feature in self.description.trainingInput:
            found.append(Described(f"training input {feature.name}", "training input", feature))
        return tuple(found)

    @cached_property
    def network(self) -> NetworkWalk:
        """The layers of a network in order, with what each of them sees."""
        return walk_network(self.content.layers, [feature.name for feature in self.description.input])

    @cached_property
    def tree_nodes(self) -> tuple[Node, ...]:
        """The nodes of a tree ensemble."""
        return read_nodes(self.content.treeEnsemble)

    @cached_property
    def functions(self) -> dict[str, FunctionWalk]:
        """The functions of an ML Program, their operations in order."""
        return walk_program(self.content)

    @cached_property
    def stages(self) -> tuple[tuple[str, Any], ...]:
        """The models inside a pipeline with their names; `model0`, `model1`... unless each has a name of its own."""
        pipeline = self.content if self.kind == "pipeline" else self.content.pipeline
        names = list(pipeline.names)
        if not len(names) == len(set(names) - {""}) == len(pipeline.models):
            names = [f"model{position}" for position in range(len(pipeline.models))]
        return tuple(zip(names, pipeline.models, strict=True))

    def inside(self) -> Iterator[Subject]:
        """Yield the models inside a pipeline; only the last can be updatable."""
        if self.kind not in PIPELINES:
            return
        for position, (name, model) in enumerate(self.stages):
            last = position == len(self.stages) - 1
            yield Subject(model, self.at_stage(name), self.weights, self.as_if_updatable and last)

    def at_stage(self, name: str) -> str:
        """Return the full path of a model inside this pipeline."""
        return "/".join(part for part in (self.where, "pipeline", name) if part)

    @property
    def is_network(self) -> bool:
        """Whether it is a neural network, classifier or regressor."""
        return self.kind in NETWORKS
