"""What the parameters of layers must be that reshape, slice, split and join."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bertkit.coreml.validate.network.parameter_rule import parameters_of

_REDUCTIONS = tuple(
    f"reduce{name}"
    for name in ("L1", "L2", "Max", "Min", "Sum", "Prod", "Mean", "LogSum", "SumSquare", "LogSumExp")
)  # fmt: skip
_CONSTANT_RANKS = range(1, 6)
_SLICE_LISTS = ("beginIds", "endIds", "strides", "beginMasks", "endMasks")


def _input_rank(layer: Any) -> int | None:
    """Return the rank that a layer states for its first input; None if it states none."""
    return int(layer.inputTensor[0].rank) if layer.inputTensor else None


def _axis_problems(axes: Any, least: int, rank: int) -> Iterator[str]:
    for axis in axes:
        if not least <= axis < rank:
            yield f"The axis {axis} is not in the range {least} to {rank - 1}."


@parameters_of("concatND", "softmaxND", "splitND", "slidingWindows", "flattenTo2D", "topK", "argMax", "argMin")
def one_axis(layer: Any, content: Any) -> Iterator[str]:
    """The axis exists."""
    rank = _input_rank(layer)
    if rank is not None:
        yield from _axis_problems([content.axis], -rank, rank)


@parameters_of(*_REDUCTIONS)
def reduced_axes(layer: Any, content: Any) -> Iterator[str]:
    """The axes exist."""
    rank = _input_rank(layer)
    if rank is not None and not content.reduceAll:
        yield from _axis_problems(content.axes, -rank, rank)


@parameters_of("stack")
def stacked_axis(layer: Any, content: Any) -> Iterator[str]:
    """The inputs have equal ranks, and the new axis is among or after theirs."""
    ranks = {int(tensor.rank) for tensor in layer.inputTensor}
    if len(ranks) > 1:
        yield f"The inputs must have equal ranks, they have {', '.join(map(str, sorted(ranks)))}."
    for rank in ranks if len(ranks) == 1 else ():
        yield from _axis_problems([content.axis], -rank - 1, rank + 1)


@parameters_of("argSort")
def sorted_axis(layer: Any, content: Any) -> Iterator[str]:
    """The axis exists, counted from the front."""
    rank = _input_rank(layer)
    if content.axis < 0:
        yield f"The axis must not be negative, it is {content.axis}."
    elif rank is not None:
        yield from _axis_problems([content.axis], 0, rank)


@parameters_of("transpose")
def transposed_axes(layer: Any, content: Any) -> Iterator[str]:
    """Every axis is named once."""
    if not content.axes or sorted(content.axes) != list(range(len(content.axes))):
        yield f"The axes must be an order of 0, 1, ...; they are {list(content.axes)}."


@parameters_of("expandDims", "squeeze")
def added_axes(layer: Any, content: Any) -> Iterator[str]:
    """Axes are named, and each once."""
    if getattr(content, "squeezeAll", False):
        return
    if not content.axes:
        yield "The axes are required, none is given."
    if len(set(content.axes)) != len(content.axes):
        yield f"The axes must differ, they are {list(content.axes)}."


@parameters_of("expandDims")
def expanded_rank(layer: Any, content: Any) -> Iterator[str]:
    """The output has the rank of the input and the new axes."""
    if layer.inputTensor and layer.outputTensor:
        before, after = layer.inputTensor[0].rank, layer.outputTensor[0].rank
        if before + len(content.axes) != after:
            yield f"{len(content.axes)} new axes turn rank {before} into {before + len(content.axes)}, not {after}."
        yield from _axis_problems(content.axes, -int(after), int(after))


@parameters_of("squeeze")
def squeezed_rank(layer: Any, content: Any) -> Iterator[str]:
    """The output has the rank of the input without the axes."""
    if layer.inputTensor and layer.outputTensor and not content.squeezeAll:
        before, after = layer.inputTensor[0].rank, layer.outputTensor[0].rank
        if before > 1 and after + len(content.axes) != before:
            yield f"{len(content.axes)} axes less turn rank {before} into {before - len(content.axes)}, not {after}."
        yield from _axis_problems(content.axes, -int(before), int(before))


@parameters_of("reshape")
def legacy_reshape(layer: Any, content: Any) -> Iterator[str]:
    """The target has 3 or 4 axes."""
    if len(content.targetShape) not in (3, 4):
        yield f"The target shape must have 3 or 4 axes, it is {list(content.targetShape)}."


@parameters_of("permute")
def legacy_permute(layer: Any, content: Any) -> Iterator[str]:
    """All four axes are named."""
    if sorted(content.axis) != [0, 1, 2, 3]:
        yield f"The axes must be an order of 0, 1, 2, 3; they are {list(content.axis)}."


@parameters_of("reshapeStatic", "broadcastToStatic", "fillStatic", "rankPreservingReshape")
def target_shape(layer: Any, content: Any) -> Iterator[str]:
    """A target is given."""
    if not content.targetShape:
        yield "The target shape is required, it is empty."


@parameters_of("rankPreservingReshape")
def preserved_rank(layer: Any, content: Any) -> Iterator[str]:
    """The ranks of input, output and target are stated and equal."""
    stated = [int(tensor.rank) for tensor in (*layer.inputTensor[:1], *layer.outputTensor[:1])]
    if stated != [len(content.targetShape)] * 2:
        yield f"Input and output must state the rank {len(content.targetShape)} of the target; they state {stated}."


@parameters_of("slice")
def legacy_slice(layer: Any, content: Any) -> Iterator[str]:
    """The stride is positive, and the end after the start."""
    if content.stride < 1:
        yield f"The stride must be 1 or more, it is {content.stride}."
    start, end = content.startIndex, content.endIndex
    if (end > 0 and end < start) or (end < 0 and start < 0 and start > end):
        yield f"The end {end} lies before the start {start}."


@parameters_of("sliceStatic")
def static_slice(layer: Any, content: Any) -> Iterator[str]:
    """Begin, end, stride and masks are given for every axis."""
    lengths = {name: len(getattr(content, name)) for name in _SLICE_LISTS}
    if 0 in lengths.values() or len(set(lengths.values())) > 1:
        given = ", ".join(f"{name} {length}" for name, length in lengths.items())
        yield f"A value is required for every axis in each of the lists; there are: {given}."
    if 0 in content.strides:
        yield "A stride must not be 0."


@parameters_of("splitND")
def split_sizes(layer: Any, content: Any) -> Iterator[str]:
    """There are as many parts as outputs."""
    parts = len(content.splitSizes) or content.numSplits
    if parts != len(layer.output):
        yield f"The layer splits into {parts} parts but has {len(layer.output)} outputs."


@parameters_of("loadConstant")
def legacy_constant(layer: Any, content: Any) -> Iterator[str]:
    """The shape has three axes."""
    if len(content.shape) != 3:
        yield f"The shape must have 3 axes, it is {list(content.shape)}."


@parameters_of("loadConstantND")
def constant(layer: Any, content: Any) -> Iterator[str]:
    """The shape has one to five axes."""
    if len(content.shape) not in _CONSTANT_RANKS:
        yield f"The shape must have 1 to 5 axes, it is {list(content.shape)}."


@parameters_of("constantPad")
def constant_pad(layer: Any, content: Any) -> Iterator[str]:
    """With one input, amounts before and after every axis are given."""
    amounts = list(content.padAmounts)
    if len(layer.input) != 1:
        return
    pairs = list(zip(amounts[::2], amounts[1::2], strict=False))
    if not amounts or len(amounts) % 2:
        yield f"Two amounts are required for every axis; {len(amounts)} are given."
    elif content.padToGivenOutputSizeMode and any(before > 0 and after > 0 for before, after in pairs):
        yield "padToGivenOutputSizeMode takes one amount that is not 0 for an axis; here one has two."


@parameters_of("scale")
def scale_shapes(layer: Any, content: Any) -> Iterator[str]:
    """Scale and bias have one axis or three."""
    for name in ("shapeScale", "shapeBias")[: 2 if content.hasBias else 1]:
        if len(getattr(content, name)) not in (1, 3):
            yield f"{name} must have 1 or 3 axes, it is {list(getattr(content, name))}."


@parameters_of("bias")
def bias_shape(layer: Any, content: Any) -> Iterator[str]:
    """A bias has one axis or three."""
    if len(content.shape) not in (1, 3):
        yield f"The shape must have 1 or 3 axes, it is {list(content.shape)}."
