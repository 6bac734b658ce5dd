"""Names of what a model can be told when it is loaded or updated: Core ML's own, scoped to a part of it or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bertkit.errors import InputError

_ARRAYS = ("weights", "biases")
_NAMES = ("learningRate", "momentum", "miniBatchSize", "beta1", "beta2", "eps", "epochs", "shuffle", "seed",
          "numberOfNeighbors", *_ARRAYS, "linkedModelFileName", "linkedModelSearchPath")  # fmt: skip


@dataclass(frozen=True)
class ParameterKey:
    """One parameter of an update, or of loading.

    Attributes:
        name: as Core ML writes it, for example `learningRate`.
        scope: the layer, the model of a pipeline, or the layer inside it (`model/layer`) that it is about; empty for
            the model as a whole.

    Raises:
        InputError: there is no parameter of that name.
    """

    name: str
    scope: str = ""

    LEARNING_RATE: ClassVar[ParameterKey]
    MOMENTUM: ClassVar[ParameterKey]
    MINI_BATCH_SIZE: ClassVar[ParameterKey]
    BETA1: ClassVar[ParameterKey]
    BETA2: ClassVar[ParameterKey]
    EPS: ClassVar[ParameterKey]
    EPOCHS: ClassVar[ParameterKey]
    SHUFFLE: ClassVar[ParameterKey]
    SEED: ClassVar[ParameterKey]
    NUMBER_OF_NEIGHBORS: ClassVar[ParameterKey]
    WEIGHTS: ClassVar[ParameterKey]
    BIASES: ClassVar[ParameterKey]
    LINKED_MODEL_FILE_NAME: ClassVar[ParameterKey]
    LINKED_MODEL_SEARCH_PATH: ClassVar[ParameterKey]

    def __post_init__(self) -> None:
        if self.name not in _NAMES:
            raise InputError(f'There is no update parameter "{self.name}". There are: {", ".join(_NAMES)}.')

    @classmethod
    def of(cls, key: ParameterKey | str) -> ParameterKey:
        """Read a key from text: `learningRate`, `learning_rate`, or with its scope `dense.weights`.

        Raises:
            InputError: there is no parameter of that name.
        """
        if isinstance(key, ParameterKey):
            return key
        scope, _, name = str(key).rpartition(".")
        first, *others = name.split("_")
        return cls(first + "".join(word.capitalize() for word in others), scope)

    def scoped(self, scope: str) -> ParameterKey:
        """Return the same parameter of a part: a layer, a model of a pipeline, or `model/layer`."""
        return replace(self, scope=scope)

    def inside(self, model: str) -> ParameterKey | None:
        """Return the key as the model of that name in a pipeline knows it; None for one that is about another model."""
        if self.scope in ("", model):
            return replace(self, scope="")
        inner = self.scope.removeprefix(f"{model}/")
        return None if inner == self.scope else replace(self, scope=inner)

    @property
    def is_array(self) -> bool:
        """Whether its value is an array: the weights or the biases of a layer."""
        return self.name in _ARRAYS

    @property
    def is_link(self) -> bool:
        """Whether it says where a linked model is, which is no parameter of training."""
        return self.name.startswith("linkedModel")

    def __str__(self) -> str:
        return f"{self.scope}.{self.name}" if self.scope else self.name


ParameterKey.LEARNING_RATE = ParameterKey("learningRate")
ParameterKey.MOMENTUM = ParameterKey("momentum")
ParameterKey.MINI_BATCH_SIZE = ParameterKey("miniBatchSize")
ParameterKey.BETA1 = ParameterKey("beta1")
ParameterKey.BETA2 = ParameterKey("beta2")
ParameterKey.EPS = ParameterKey("eps")
ParameterKey.EPOCHS = ParameterKey("epochs")
ParameterKey.SHUFFLE = ParameterKey("shuffle")
ParameterKey.SEED = ParameterKey("seed")
ParameterKey.NUMBER_OF_NEIGHBORS = ParameterKey("numberOfNeighbors")
ParameterKey.WEIGHTS = ParameterKey("weights")
ParameterKey.BIASES = ParameterKey("biases")
ParameterKey.LINKED_MODEL_FILE_NAME = ParameterKey("linkedModelFileName")
ParameterKey.LINKED_MODEL_SEARCH_PATH = ParameterKey("linkedModelSearchPath")
