"""What the specification says of each layer type: how many inputs and outputs, which ranks, since which version."""

from __future__ import annotations

from typing import Any, NamedTuple

from bertkit.coreml.validate.features import enum_name


class Range(NamedTuple):
    """At least `least`, and at most `most`, where None is no limit."""

    least: int
    most: int | None

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.least <= number and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


class Arity(NamedTuple):
    """How many inputs and outputs a layer has."""

    inputs: Range
    outputs: Range


_NONE, _ONE, _TWO = Range(0, 0), Range(1, 1), Range(2, 2)
_ANY, _SEVERAL = Range(1, None), Range(2, None)
_ONE_OR_TWO = Range(1, 2)
_ARITIES: dict[str, Arity] = {
    **dict.fromkeys(("loopBreak", "loopContinue"), Arity(_NONE, _NONE)),
    "branch": Arity(_ONE, _NONE),
    "loop": Arity(Range(0, 1), _NONE),
    **dict.fromkeys(
        ("loadConstant", "loadConstantND", "fillStatic", "rangeStatic", "randomNormalStatic", "randomUniformStatic",
         "randomBernoulliStatic"),
        Arity(_NONE, _ONE),
    ),
    **dict.fromkeys(("add", "multiply", "average", "max", "min"), Arity(_ANY, _ONE)),
    **dict.fromkeys(("concat", "concatND", "stack"), Arity(_SEVERAL, _ONE)),
    "custom": Arity(_ANY, _ANY),
    **dict.fromkeys(("split", "splitND"), Arity(_ONE, _SEVERAL)),
    **dict.fromkeys(
        ("dot", "cropResize", "reshapeLike", "reshapeDynamic", "broadcastToLike", "broadcastToDynamic",
         "modBroadcastable", "minBroadcastable", "maxBroadcastable", "addBroadcastable", "powBroadcastable",
         "divideBroadcastable", "floorDivBroadcastable", "multiplyBroadcastable", "subtractBroadcastable", "gather",
         "gatherND", "gatherAlongAxis", "logicalOr", "logicalXor", "logicalAnd", "reverseSeq", "sliceBySize"),
        Arity(_TWO, _ONE),
    ),
    **dict.fromkeys(
        ("equal", "notEqual", "lessThan", "lessEqual", "greaterThan", "greaterEqual", "convolution", "batchedMatmul",
         "crop", "constantPad", "oneHot", "cumSum", "tile"),
        Arity(_ONE_OR_TWO, _ONE),
    ),
    **dict.fromkeys(
        ("scatter", "scatterND", "scatterAlongAxis", "whereBroadcastable"), Arity(Range(3, 3), _ONE)
    ),
    "rangeDynamic": Arity(Range(1, 3), _ONE),
    "sliceDynamic": Arity(Range(2, 7), _ONE),
    "topK": Arity(_ONE_OR_TWO, _TWO),
    "NonMaximumSuppression": Arity(Range(2, 5), Range(4, 4)),
    "simpleRecurrent": Arity(_TWO, _TWO),
    "gru": Arity(_ONE_OR_TWO, _TWO),
    "uniDirectionalLSTM": Arity(Range(1, 3), Range(3, 3)),
    "biDirectionalLSTM": Arity(Range(1, 5), Range(5, 5)),
}  # fmt: skip

# Ranks of the first input and the first output, and these two are equal.
RANKS: dict[str, Range] = {
    **dict.fromkeys(("unary",), Range(0, None)),
    "innerProduct": Range(1, 5),
    "padding": Range(2, None),
    "embeddingND": Range(2, 5),
    **dict.fromkeys(
        ("batchnorm", "lrn", "split", "upsample", "bias", "l2normalize", "flatten", "reorganizeData", "scale", "crop",
         "dot", "mvn", "softmax", "concat", "resizeBilinear"),
        Range(3, None),
    ),
    **dict.fromkeys(("convolution", "pooling", "embedding"), Range(4, None)),
    **dict.fromkeys(
        ("reshape", "permute", "simpleRecurrent", "gru", "uniDirectionalLSTM", "biDirectionalLSTM"), Range(5, 5)
    ),
    **dict.fromkeys(("sequenceRepeat", "cropResize", "pooling3d", "globalPooling3d"), Range(5, None)),
}  # fmt: skip

_FIRST = frozenset(
    ("convolution", "pooling", "activation", "innerProduct", "embedding", "batchnorm", "mvn", "l2normalize", "softmax",
     "lrn", "crop", "padding", "upsample", "unary", "add", "multiply", "average", "scale", "bias", "max", "min", "dot",
     "reduce", "loadConstant", "reshape", "flatten", "permute", "concat", "split", "sequenceRepeat", "reorganizeData",
     "slice", "simpleRecurrent", "gru", "uniDirectionalLSTM", "biDirectionalLSTM")
)  # fmt: skip
_LATER = {
    "custom": 2, "resizeBilinear": 3, "cropResize": 3, "oneHot": 5, "cumSum": 5, "clampedReLU": 5, "argSort": 5,
    "pooling3d": 5, "globalPooling3d": 5, "sliceBySize": 5, "convolution3d": 5,
}  # fmt: skip
_CORE_ML_3 = 4
_CORE_ML_4 = 5


def arity_of(kind: str) -> Arity:
    """Return how many inputs and outputs a layer of a type has; most have one of each."""
    return _ARITIES.get(kind, Arity(_ONE, _ONE))


def since_version(layer: Any) -> tuple[int, str]:
    """Return the specification version that a layer needs, with its options, and what needs it."""
    kind = layer.WhichOneof("layer")
    newer = _newer_option(kind, layer)
    if newer:
        return _CORE_ML_4, f"A {kind} layer {newer}"
    if kind == "convolution" and len(layer.input) > 1:
        return _CORE_ML_3, "A convolution layer with weights as an input"
    version = 1 if kind in _FIRST else _LATER.get(kind, _CORE_ML_3)
    return version, f"The layer type {kind}"


def _newer_option(kind: str, layer: Any) -> str:
    """Return the option of an older layer type that came with version 5; empty if it uses none."""
    content = getattr(layer, kind)
    if kind == "sliceDynamic" and (len(layer.input) > 6 or content.squeezeMasks):
        return "that squeezes axes"
    if kind == "tile" and len(layer.input) > 1:
        return "with repetitions as an input"
    if kind == "upsample" and (content.linearUpsampleMode or content.fractionalScalingFactor):
        return "with linear modes or fractional factors"
    if kind == "reorganizeData" and enum_name(content, "mode") == "PIXEL_SHUFFLE":
        return "that shuffles pixels"
    if kind in ("innerProduct", "batchedMatmul") and content.int8DynamicQuantize:
        return "with int8 arithmetic"
    if kind == "concatND" and content.interleave:
        return "that interleaves"
    return ""
