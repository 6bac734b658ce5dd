"""What the parameters of layers must be that activate, normalize, recur, draw random numbers, or are custom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bertkit.coreml.validate.network.parameter_rule import parameters_of

_RECURRENT = ("linear", "sigmoid", "tanh", "scaledTanh", "sigmoidHard", "ReLU")
_LSTM_ACTIVATIONS = 3
_GRU_ACTIVATIONS = 2


@parameters_of("activation")
def activation(layer: Any, content: Any) -> Iterator[str]:
    """The function is set."""
    if content.WhichOneof("NonlinearityType") is None:
        yield "The activation names no function."


def _recurrent_problems(activations: Any, wanted: int) -> Iterator[str]:
    kinds = [activation.WhichOneof("NonlinearityType") or "none" for activation in activations]
    if len(kinds) != wanted:
        yield f"Wanted {wanted} activations, got {len(kinds)}."
    for kind in kinds:
        if kind not in _RECURRENT:
            yield f"A recurrent layer takes the activations {', '.join(_RECURRENT)}; not {kind}."


@parameters_of("simpleRecurrent")
def simple_recurrent(layer: Any, content: Any) -> Iterator[str]:
    """One activation."""
    yield from _recurrent_problems([content.activation], 1)


@parameters_of("gru")
def gru(layer: Any, content: Any) -> Iterator[str]:
    """Two activations."""
    yield from _recurrent_problems(content.activations, _GRU_ACTIVATIONS)


@parameters_of("uniDirectionalLSTM")
def lstm(layer: Any, content: Any) -> Iterator[str]:
    """Three activations."""
    yield from _recurrent_problems(content.activations, _LSTM_ACTIVATIONS)


@parameters_of("biDirectionalLSTM")
def two_lstms(layer: Any, content: Any) -> Iterator[str]:
    """Three activations and one set of weights in each direction."""
    yield from _recurrent_problems(content.activationsForwardLSTM, _LSTM_ACTIVATIONS)
    yield from _recurrent_problems(content.activationsBackwardLSTM, _LSTM_ACTIVATIONS)
    if len(content.weightParams) != 2:
        yield f"Wanted weights for two directions, got {len(content.weightParams)}."


@parameters_of("batchedMatmul")
def batched_matmul(layer: Any, content: Any) -> Iterator[str]:
    """A bias goes with stored weights."""
    if len(layer.input) > 1 and content.hasBias:
        yield "A product of two inputs cannot have a bias."


@parameters_of("layerNormalization")
def layer_normalization(layer: Any, content: Any) -> Iterator[str]:
    """The shape is given."""
    if not content.normalizedShape:
        yield "The normalized shape is required, it is empty."


@parameters_of("clip")
def clip(layer: Any, content: Any) -> Iterator[str]:
    """The least value is below the largest."""
    if content.minVal > content.maxVal:
        yield f"minVal {content.minVal} is larger than maxVal {content.maxVal}."


@parameters_of("randomUniformLike", "randomUniformStatic", "randomUniformDynamic")
def uniform(layer: Any, content: Any) -> Iterator[str]:
    """The range is not empty."""
    if content.minVal > content.maxVal:
        yield f"minVal {content.minVal} is larger than maxVal {content.maxVal}."


@parameters_of("randomBernoulliLike", "randomBernoulliStatic", "randomBernoulliDynamic")
def bernoulli(layer: Any, content: Any) -> Iterator[str]:
    """The probability is one."""
    if not 0 <= content.prob <= 1:
        yield f"The probability must lie from 0 to 1, it is {content.prob}."


@parameters_of("randomNormalStatic", "randomUniformStatic", "randomBernoulliStatic")
def random_shape(layer: Any, content: Any) -> Iterator[str]:
    """The shape is given."""
    if not content.outputShape:
        yield "The output shape is required, it is empty."


@parameters_of("custom")
def custom(layer: Any, content: Any) -> Iterator[str]:
    """The class is named."""
    if not content.className:
        yield "A custom layer must name the class that implements it; className is empty."
