"""How many numbers the weights of a layer must hold, from its declared sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_DEFAULT_KERNEL = 3


class Expected(NamedTuple):
    """A weight that a layer must hold.

    Attributes:
        name: of its field.
        weights: `NeuralNetwork_pb2.WeightParams`.
        sizes: what multiplies to the number of values.
        channels: how many scales linear quantization may have.
    """

    name: str
    weights: Any
    sizes: tuple[int, ...]
    channels: int

    @property
    def numbers(self) -> int:
        """How many numbers are wanted."""
        return math.prod(self.sizes)

    @property
    def shape(self) -> str:
        """The sizes as text."""
        return " x ".join(map(str, self.sizes))


def expected_weights(layer: Any) -> Iterator[Expected]:
    """Yield the weights that a layer of a type with weights must hold; nothing for the others."""
    kind = layer.WhichOneof("layer")
    if kind in _READERS:
        yield from _READERS[kind](getattr(layer, kind), len(layer.input))


def _convolution(content: Any, inputs: int) -> Iterator[Expected]:
    if inputs > 1:
        return
    kernel = [*content.kernelSize[:2], *[_DEFAULT_KERNEL] * (2 - len(content.kernelSize))]
    channels = (content.outputChannels, content.kernelChannels)
    if content.isDeconvolution:
        channels = (content.kernelChannels, content.outputChannels // (content.nGroups or 1))
    yield Expected("weights", content.weights, (*channels, *kernel), content.outputChannels)
    yield from _bias(content, content.outputChannels)


def _convolution_3d(content: Any, _: int) -> Iterator[Expected]:
    groups = content.nGroups if content.nGroups > 0 else 1
    channels = (content.outputChannels, content.inputChannels // groups)
    if content.isDeconvolution:
        channels = (content.inputChannels, content.outputChannels // groups)
    kernel = (content.kernelDepth, content.kernelHeight, content.kernelWidth)
    yield Expected("weights", content.weights, (*channels, *kernel), content.outputChannels)
    yield from _bias(content, content.outputChannels)


def _inner_product(content: Any, _: int) -> Iterator[Expected]:
    sizes = (content.outputChannels, content.inputChannels)
    yield Expected("weights", content.weights, sizes, content.outputChannels)
    yield from _bias(content, content.outputChannels)


def _batched_matmul(content: Any, inputs: int) -> Iterator[Expected]:
    if inputs == 1:
        sizes = (content.weightMatrixFirstDimension, content.weightMatrixSecondDimension)
        yield Expected("weights", content.weights, sizes, sizes[1])
        yield from _bias(content, sizes[1])


def _embedding(content: Any, _: int) -> Iterator[Expected]:
    sizes = (content.outputChannels, content.inputDim)
    yield Expected("weights", content.weights, sizes, content.outputChannels)
    yield from _bias(content, content.outputChannels)


def _embedding_nd(content: Any, _: int) -> Iterator[Expected]:
    sizes = (content.embeddingSize, content.vocabSize)
    yield Expected("weights", content.weights, sizes, content.embeddingSize)
    yield from _bias(content, content.embeddingSize)


def _batchnorm(content: Any, _: int) -> Iterator[Expected]:
    computed = content.computeMeanVar
    for name in ("gamma", "beta") if computed else ("gamma", "beta", "mean", "variance"):
        yield Expected(name, getattr(content, name), (content.channels,), 1)


def _scale(content: Any, _: int) -> Iterator[Expected]:
    yield _shaped("scale", content.scale, content.shapeScale)
    if content.hasBias:
        yield _shaped("bias", content.bias, content.shapeBias)


def _layer_normalization(content: Any, _: int) -> Iterator[Expected]:
    for name in ("gamma", "beta"):
        yield Expected(name, getattr(content, name), tuple(content.normalizedShape), 1)


def _simple_recurrent(content: Any, _: int) -> Iterator[Expected]:
    size, hidden = content.inputVectorSize, content.outputVectorSize
    yield Expected("weightMatrix", content.weightMatrix, (hidden, size), hidden)
    yield Expected("recursionMatrix", content.recursionMatrix, (hidden, hidden), hidden)
    if content.hasBiasVector:
        yield Expected("biasVector", content.biasVector, (hidden,), 1)


def _gru(content: Any, _: int) -> Iterator[Expected]:
    yield from _gates(content, "", content, ("updateGate", "resetGate", "outputGate"), content.hasBiasVectors)


def _lstm(content: Any, _: int) -> Iterator[Expected]:
    yield from _lstm_gates(content, content.weightParams, "weightParams.")


def _two_lstms(content: Any, _: int) -> Iterator[Expected]:
    for position, weights in enumerate(content.weightParams):
        yield from _lstm_gates(content, weights, f"weightParams[{position}].")


def _lstm_gates(content: Any, weights: Any, prefix: str) -> Iterator[Expected]:
    gates = ("inputGate", "forgetGate", "blockInput", "outputGate")
    yield from _gates(content, prefix, weights, gates, content.params.hasBiasVectors)
    if content.params.hasPeepholeVectors:
        for gate in ("inputGate", "forgetGate", "outputGate"):
            name = f"{gate}PeepholeVector"
            yield Expected(prefix + name, getattr(weights, name), (content.outputVectorSize,), 1)


def _gates(content: Any, prefix: str, weights: Any, gates: tuple[str, ...], has_bias: bool) -> Iterator[Expected]:
    size, hidden = content.inputVectorSize, content.outputVectorSize
    parts = {"WeightMatrix": (hidden, size), "RecursionMatrix": (hidden, hidden)}
    if has_bias:
        parts["BiasVector"] = (hidden, 1)
    for part, sizes in parts.items():
        for gate in gates:
            yield Expected(f"{prefix}{gate}{part}", getattr(weights, gate + part), sizes, hidden)


def _bias(content: Any, channels: int) -> Iterator[Expected]:
    if content.hasBias:
        yield Expected("bias", content.bias, (channels,), 1)


def _shaped(name: str, weights: Any, shape: Any) -> Expected:
    sizes = tuple(shape)
    return Expected(name, weights, sizes, sizes[0] if len(sizes) == 3 else 1)


_READERS: dict[str, Callable[[Any, int], Iterator[Expected]]] = {
    "convolution": _convolution,
    "convolution3d": _convolution_3d,
    "innerProduct": _inner_product,
    "batchedMatmul": _batched_matmul,
    "embedding": _embedding,
    "embeddingND": _embedding_nd,
    "batchnorm": _batchnorm,
    "scale": _scale,
    "bias": lambda content, _: iter([_shaped("bias", content.bias, content.shape)]),
    "loadConstant": lambda content, _: iter([_shaped("data", content.data, content.shape)]),
    "loadConstantND": lambda content, _: iter([Expected("data", content.data, tuple(content.shape), 1)]),
    "layerNormalization": _layer_normalization,
    "simpleRecurrent": _simple_recurrent,
    "gru": _gru,
    "uniDirectionalLSTM": _lstm,
    "biDirectionalLSTM": _two_lstms,
}
