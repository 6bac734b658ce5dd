"""Families of layers: what a layer does in one word, with a color that color-blind readers can tell apart.

The word always stands beside the color. The live view has the same colors in js/styles/theme.css.
"""

from __future__ import annotations

COLORS = {
    "lookup": "#44aa99",
    "matrix": "#3f78b5",
    "attention": "#aa4499",
    "normalize": "#117733",
    "activation": "#d55e00",
    "elementwise": "#999933",
    "shape": "#8c959f",
    "module": "#6639ba",
    "port": "#6e7781",
    "other": "#6e7781",
}

_MEMBERS = {
    "lookup": "gather gather_along_axis gather_nd embedding embeddingND gatherND gatherAlongAxis one_hot oneHot",
    "matrix": (
        "linear matmul conv conv_transpose einsum convolution convolution3d innerProduct batchedMatmul lstm gru rnn "
        "simpleRecurrent uniDirectionalLSTM biDirectionalLSTM"
    ),
    "attention": "softmax softmaxND scaled_dot_product_attention",
    "normalize": "layer_norm batch_norm instance_norm l2_norm layerNormalization batchnorm mvn l2normalize lrn",
    "activation": (
        "activation gelu relu relu6 sigmoid tanh silu elu leaky_relu prelu softplus erf clamped_relu sigmoid_hard "
        "scaled_tanh softsign clampedReLU"
    ),
    "elementwise": (
        "add sub mul real_div maximum minimum pow sqrt rsqrt exp exp2 log abs square select equal not_equal less "
        "less_equal greater greater_equal logical_and logical_or logical_not logical_xor clip sign floor ceil round "
        "mod floor_div multiply average max min bias scale unary addBroadcastable subtractBroadcastable "
        "multiplyBroadcastable divideBroadcastable maxBroadcastable minBroadcastable powBroadcastable "
        "whereBroadcastable and ge where masked_fill cumsum ne type_as neg"
    ),
    "shape": (
        "reshape transpose expand_dims squeeze concat split stack slice_by_index slice_by_size cast tile pad shape "
        "range_1d fill fill_like reverse identity reshapeStatic reshapeDynamic reshapeLike expandDims concatND splitND "
        "flatten flattenTo2D permute crop padding constantPad slice sliceStatic sliceDynamic loadConstant "
        "loadConstantND getShape rankPreservingReshape broadcastToStatic broadcastToLike copy upsample pooling "
        "max_pool avg_pool upsample_nearest_neighbor resize_bilinear view expand unsqueeze permute slice select to "
        "arange new_ones zeros full index"
    ),
}
_FAMILY = {kind: family for family, kinds in _MEMBERS.items() for kind in kinds.split()}


def family(kind: str) -> str:
    """Return the family of a layer type; `other` for one that belongs to none."""
    return _FAMILY.get(kind, "other")
