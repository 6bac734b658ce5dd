"""What the parameters of layers over images must be: windows, borders, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bertkit.coreml.validate.features import enum_name
from bertkit.coreml.validate.network.parameter_rule import parameters_of

_BORDERS = ("Front", "Back", "Top", "Bottom", "Left", "Right")
_AXES = ("Depth", "Height", "Width")


@parameters_of("convolution")
def convolution(layer: Any, content: Any) -> Iterator[str]:
    """Padding is set; weights as an input go with neither deconvolution, dilation nor a bias."""
    if content.WhichOneof("ConvolutionPaddingType") is None:
        yield "The padding of the convolution is not set; wanted valid or same."
    if len(layer.input) > 1:
        if content.isDeconvolution:
            yield "A deconvolution cannot take its weights as an input."
        if any(factor > 1 for factor in content.dilationFactor):
            yield "A convolution with dilation cannot take its weights as an input."
        if content.hasBias:
            yield "A convolution that takes its weights as an input cannot store a bias."
    groups = content.nGroups or 1
    if content.outputChannels % groups:
        yield f"{content.outputChannels} output channels do not divide into {groups} groups."


@parameters_of("pooling")
def pooling(layer: Any, content: Any) -> Iterator[str]:
    """Padding is set."""
    if content.WhichOneof("PoolingPaddingType") is None:
        yield "The padding of the pooling is not set; wanted valid, same or includeLastPixel."


@parameters_of("pooling3d", "convolution3d")
def windows_in_space(layer: Any, content: Any) -> Iterator[str]:
    """Kernels and strides are positive, padding is not negative."""
    for name in [f"{what}{axis}" for what in ("kernel", "stride") for axis in _AXES]:
        if getattr(content, name) <= 0:
            yield f"{name} must be positive, it is {getattr(content, name)}."
    for name in [f"customPadding{border}" for border in _BORDERS]:
        if getattr(content, name) < 0:
            yield f"{name} must not be negative, it is {getattr(content, name)}."


@parameters_of("pooling3d")
def pooling_in_space(layer: Any, content: Any) -> Iterator[str]:
    """Only an average can leave out its padding."""
    if content.countExcludePadding and enum_name(content, "type") != "AVERAGE":
        yield "countExcludePadding is for AVERAGE pooling only."


@parameters_of("padding")
def padding(layer: Any, content: Any) -> Iterator[str]:
    """The kind is set, and amounts are given for both axes or none."""
    if content.WhichOneof("PaddingType") is None:
        yield "The kind of padding is not set; wanted constant, reflection or replication."
    amounts = len(content.paddingAmounts.borderAmounts)
    if amounts not in (0, 2):
        yield f"Padding amounts are given for two axes, or none; here for {amounts}."


@parameters_of("crop")
def crop(layer: Any, content: Any) -> Iterator[str]:
    """With one input two amounts, with two inputs two offsets."""
    if len(layer.input) == 1 and len(content.cropAmounts.borderAmounts) != 2:
        yield f"A crop of one input needs amounts for two axes; {len(content.cropAmounts.borderAmounts)} are given."
    if len(layer.input) == 2 and len(content.offset) != 2:
        yield f"A crop to the size of a second input needs two offsets; {len(content.offset)} are given."


@parameters_of("upsample")
def upsample(layer: Any, content: Any) -> Iterator[str]:
    """Two whole or two fractional factors; the linear modes are for bilinear interpolation."""
    whole, fractional = len(content.scalingFactor), len(content.fractionalScalingFactor)
    if (whole, fractional) not in ((0, 0), (2, 0), (0, 2)):
        yield f"Wanted two scaling factors or two fractional ones, got {whole} and {fractional}."
    nearest = enum_name(content, "mode") == "NN"
    default = enum_name(content, "linearUpsampleMode") == "DEFAULT"
    if fractional and (nearest or default):
        yield "Fractional factors need bilinear interpolation with ALIGN_CORNERS_TRUE or ALIGN_CORNERS_FALSE."
    elif nearest and not default:
        yield "A linear mode is set, but the interpolation is of nearest neighbors."


@parameters_of("resizeBilinear", "cropResize")
def resize(layer: Any, content: Any) -> Iterator[str]:
    """The target has a height and a width."""
    if len(content.targetSize) not in (0, 2):
        yield f"The target size is a height and a width; {len(content.targetSize)} sizes are given."


@parameters_of("reorganizeData")
def reorganize_data(layer: Any, content: Any) -> Iterator[str]:
    """Blocks are larger than one."""
    if content.blockSize < 2:
        yield f"The block size must be 2 or more, it is {content.blockSize}."


@parameters_of("lrn")
def local_response(layer: Any, content: Any) -> Iterator[str]:
    """The constant of local response normalization is not negative."""
    if content.k < 0:
        yield f"The parameter k must not be negative, it is {content.k}."
