"""Rules about the weights of layers: one encoding each, as many numbers as the layer's shape says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.network.expected_weights import Expected, expected_weights
from bertkit.coreml.validate.network.weight_params import encoding_of, stored_count, weight_params
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_MOST_BITS = 8
_FLOATS = {"float32", "float16"}
_FLOAT32_ONLY = "layerNormalization"


def _expected(subject: Subject) -> Iterator[tuple[str, Expected]]:
    for step in subject.network.steps:
        for expected in expected_weights(step.layer):
            yield f"{step.where}/{expected.name}", expected


@rule("weights.encoding", *NETWORKS)
def weights_have_one_encoding(subject: Subject) -> Iterable[Finding]:
    """A weight is stored in one way, in whole float16 numbers."""
    for step in subject.network.steps:
        for name, weights in weight_params(step.layer):
            if encoding_of(weights) == "several":
                yield f"{step.where}/{name}", "The weights are stored in several encodings at once; wanted one."
            elif len(weights.float16Value) % 2:
                yield (
                    f"{step.where}/{name}",
                    f"{len(weights.float16Value)} bytes are no whole number of float16 values.",
                )


@rule("weights.count", *NETWORKS)
def weights_fit_shapes(subject: Subject) -> Iterable[Finding]:
    """A layer holds as many numbers as its declared shape has."""
    for where, expected in _expected(subject):
        count = stored_count(expected.weights)
        if count is not None and count != expected.numbers and encoding_of(expected.weights) != "several":
            yield (
                where,
                f"The layer's shape calls for {expected.numbers} numbers, {expected.shape}; {count} are stored.",
            )


@rule("weights.quantization", *NETWORKS)
def quantized_weights_can_be_read(subject: Subject) -> Iterable[Finding]:
    """Quantized weights come with bits, enough bytes, and scales or a table."""
    for where, expected in _expected(subject):
        if encoding_of(expected.weights) == "quantized":
            for message in _quantization_problems(expected):
                yield where, message


@rule("weights.int8", *NETWORKS)
def int8_weights_have_one_scale(subject: Subject) -> Iterable[Finding]:
    """A layer that computes in int8 stores 8-bit weights with one scale."""
    for step in subject.network.steps:
        if step.kind not in ("innerProduct", "batchedMatmul"):
            continue
        content = getattr(step.layer, step.kind)
        if not content.int8DynamicQuantize:
            continue
        quantization = content.weights.quantization
        if len(step.layer.input) > 1:
            yield step.where, "A layer with int8DynamicQuantize stores its weights; this one takes two inputs."
        if encoding_of(content.weights) != "int8":
            yield f"{step.where}/weights", "Weights for int8 arithmetic are stored in int8RawValue."
        elif quantization.numberOfBits != _MOST_BITS or len(quantization.linearQuantization.scale) != 1:
            yield f"{step.where}/weights", "Weights for int8 arithmetic have 8 bits and one linear scale."


@rule("weights.precision", *NETWORKS)
def weights_of_a_layer_agree(subject: Subject) -> Iterable[Finding]:
    """The weights of one layer are float16 or float32, not both; quantized ones go with either."""
    for step in subject.network.steps:
        used = {encoding_of(expected.weights) for expected in expected_weights(step.layer)}
        if used >= _FLOATS:
            yield step.where, "Some of the layer's weights are float32 and others float16; wanted all in one precision."
        if step.kind == _FLOAT32_ONLY and used - {"float32", "none", "several"}:
            yield step.where, f"The weights of a {_FLOAT32_ONLY} layer must be float32."


def _quantization_problems(expected: Expected) -> Iterator[str]:
    weights, quantization = expected.weights, expected.weights.quantization
    bits = quantization.numberOfBits
    if not weights.HasField("quantization") or not 1 <= bits <= _MOST_BITS:
        yield f"Quantized weights need a number of bits from 1 to {_MOST_BITS}; it is {bits}."
        return
    wanted = (expected.numbers * bits + 7) // 8
    if len(weights.rawValue) < wanted:
        yield f"{expected.numbers} numbers of {bits} bits need {wanted} bytes; {len(weights.rawValue)} are stored."
    yield from _scale_problems(quantization, bits, expected.channels)


def _scale_problems(quantization: Any, bits: int, channels: int) -> Iterator[str]:
    kind = quantization.WhichOneof("QuantizationType")
    if kind is None:
        yield "Quantized weights need linear scales or a lookup table; neither is set."
    elif kind == "lookupTableQuantization":
        entries = len(quantization.lookupTableQuantization.floatValue)
        if entries != 2**bits:
            yield f"A lookup table for {bits} bits has {2**bits} entries; this one has {entries}."
    else:
        scales, biases = len(quantization.linearQuantization.scale), len(quantization.linearQuantization.bias)
        if scales not in (1, channels):
            yield f"Linear quantization has 1 scale or one for each of {channels} channels; there are {scales}."
        if biases not in (0, scales):
            yield f"Linear quantization has no bias or as many as scales ({scales}); there are {biases}."
