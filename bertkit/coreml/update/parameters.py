"""The parameters of an update: the file's defaults, overridden within the file's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.allowed import Allowed
from bertkit.errors import InputError

_LEAST = {"miniBatchSize": 1, "epochs": 1, "numberOfNeighbors": 1, "learningRate": 0, "beta1": 0, "beta2": 0, "eps": 0}
_UNDECLARED: dict[str, tuple[Any, Allowed]] = {
    # The specification makes these optional and names no defaults.
    "momentum": (0.0, Allowed("number", least=0)),
    "shuffle": (False, Allowed("boolean")),
    "seed": (0, Allowed("integer")),
}
_KINDS = {"Int64Parameter": "integer", "DoubleParameter": "number", "BoolParameter": "boolean"}


@dataclass(frozen=True)
class UpdateParameters(Mapping[ParameterKey, Any]):
    """Values by key. Keys may also be given as text, see `ParameterKey.of`.

    Attributes:
        allowed: every key that the model has, to what it may be.
        current: the values, of every key but those of arrays, which only hold what was set.
        within: names of the models in pipelines, from outside in, that the keys may also be scoped to.
    """

    allowed: Mapping[ParameterKey, Allowed] = field(repr=False)
    current: Mapping[ParameterKey, Any]
    within: tuple[str, ...] = ()

    def changed(self, changes: Mapping[Any, object]) -> UpdateParameters:
        """Return these parameters with some values replaced.

        Args:
            changes: values by key.

        Raises:
            InputError: the model has no such parameter, or does not allow the value.
        """
        checked = {}
        for given, value in changes.items():
            key = self.key(given)
            checked[key] = self._allowed(key).checked(value, str(key))
        return replace(self, current={**self.current, **checked})

    def key(self, given: ParameterKey | str) -> ParameterKey:
        """Return a key as it stands here: without the names of the pipeline's models.

        Raises:
            InputError: there is no parameter of that name.
        """
        key = ParameterKey.of(given)
        for model in self.within:
            if key in self.allowed:  # a layer's name may begin like the name of a model
                break
            inside = key.inside(model)
            key = key if inside is None else inside
        return key

    def __getitem__(self, key: ParameterKey | str) -> Any:
        return self.current[self.key(key)]

    def __iter__(self) -> Iterator[ParameterKey]:
        return iter(self.current)

    def __len__(self) -> int:
        return len(self.current)

    @property
    def arrays(self) -> dict[ParameterKey, Any]:
        """The arrays among the values."""
        return {key: value for key, value in self.current.items() if key.is_array}

    @property
    def plain(self) -> dict[str, Any]:
        """Everything that is no array, by the key's text."""
        return {str(key): value for key, value in self.current.items() if not key.is_array}

    def _allowed(self, key: ParameterKey) -> Allowed:
        if key not in self.allowed:
            known = ", ".join(str(known) for known in self.allowed)
            hint = " Weights and biases are scoped to a layer." if key.is_array and not key.scope else ""
            raise InputError(f'The model has no update parameter "{key}".{hint} It has: {known}.')
        return self.allowed[key]


def network_parameters(network: Any, shapes: Mapping[ParameterKey, tuple[int, ...]]) -> UpdateParameters:
    """Read the parameters of an updatable network with their defaults.

    Args:
        network: `NeuralNetwork`, classifier or regressor.
        shapes: of the arrays that may change.
    """
    update = network.updateParams
    optimizer = getattr(update.optimizer, update.optimizer.WhichOneof("OptimizerType"))
    messages = {**_given(optimizer), **_given(update)}
    names = [descriptor.name for message in (optimizer, update) for descriptor in message.DESCRIPTOR.fields]
    allowed: dict[ParameterKey, Allowed] = {}
    values: dict[ParameterKey, Any] = {}
    for name in names:
        if name in messages:
            allowed[ParameterKey(name)], values[ParameterKey(name)] = _declared(name, messages[name])
        elif name in _UNDECLARED:
            values[ParameterKey(name)], allowed[ParameterKey(name)] = _UNDECLARED[name]
    allowed.update({key: Allowed("array", shape=shape) for key, shape in shapes.items()})
    return UpdateParameters(allowed, values)


def neighbor_parameters(neighbors: Any) -> UpdateParameters:
    """Read the parameters of a nearest-neighbor classifier."""
    allowed, value = _declared("numberOfNeighbors", neighbors.numberOfNeighbors)
    key = ParameterKey.NUMBER_OF_NEIGHBORS
    return UpdateParameters({key: allowed}, {key: value})


def _given(message: Any) -> dict[str, Any]:
    return {
        descriptor.name: value
        for descriptor, value in message.ListFields()
        if descriptor.message_type is not None and descriptor.message_type.name in _KINDS
    }


def _declared(name: str, parameter: Any) -> tuple[Allowed, Any]:
    kind = _KINDS[parameter.DESCRIPTOR.name]
    limits = parameter.WhichOneof("AllowedValues") if "AllowedValues" in parameter.DESCRIPTOR.oneofs_by_name else None
    if limits == "range":
        least, most = parameter.range.minValue, parameter.range.maxValue
        return Allowed(kind, least=max(least, _LEAST.get(name, least)), most=most), parameter.defaultValue
    values = tuple(parameter.set.values) if limits == "set" else ()
    return Allowed(kind, least=_LEAST.get(name), values=values), parameter.defaultValue
