"""Rules about operation sets: which exist, and which operations are in each."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.features import listed
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

# The specification version that each opset needs; the opset of `CoreML5` holds the operations of iOS 15, and so on.
OPSET_VERSIONS = {"CoreML5": 6, "CoreML6": 7, "CoreML7": 8, "CoreML8": 9, "CoreML9": 10}

_FIRST = """
    abs acos add affine argsort asin atan atanh avg_pool band_part batch_norm batch_to_space cast ceil clamped_relu
    classify clip concat cond const conv conv_quantized conv_transpose cos cosh crop crop_resize cumsum depth_to_space
    einsum elu equal erf exp exp2 expand_dims fill flatten2d floor floor_div gather gather_along_axis gather_nd gelu
    greater greater_equal gru identity instance_norm inverse l2_norm l2_pool layer_norm leaky_relu less less_equal
    linear linear_activation list_gather list_length list_read list_scatter list_write local_response_norm log
    logical_and logical_not logical_or logical_xor lstm make_list matmul max_pool maximum minimum mod mul
    non_maximum_suppression non_zero not_equal one_hot pad pixel_shuffle pow prelu random_bernoulli random_categorical
    random_normal random_uniform range_1d real_div reduce_argmax reduce_argmin reduce_l1_norm reduce_l2_norm
    reduce_log_sum reduce_log_sum_exp reduce_max reduce_mean reduce_min reduce_prod reduce_sum reduce_sum_square relu
    relu6 resample reshape resize_bilinear resize_nearest_neighbor reverse reverse_sequence rnn round rsqrt scaled_tanh
    scatter scatter_along_axis scatter_nd select shape sigmoid sigmoid_hard sign silu sin sinh slice_by_index
    slice_by_size sliding_windows softmax softplus softplus_parametric softsign space_to_batch space_to_depth split sqrt
    square squeeze stack sub tan tanh threshold thresholded_relu tile topk transpose upsample_bilinear
    upsample_nearest_neighbor while_loop
"""
_LATER = {
    "CoreML6": """
        constexpr_affine_dequantize constexpr_cast constexpr_lut_to_dense constexpr_sparse_to_dense fill_like
        pixel_unshuffle reshape_like
    """,
    "CoreML7": "dequantize quantize resize",
    "CoreML8": """
        constexpr_blockwise_shift_scale constexpr_lut_to_sparse constexpr_sparse_blockwise_shift_scale read_state
        scaled_dot_product_attention slice_update write_state
    """,
}
_FIRST_OPSET = "CoreML5"
_FIRST_OPSETS = {
    **dict.fromkeys(_FIRST.split(), _FIRST_OPSET),
    **{operation: opset for opset, operations in _LATER.items() for operation in operations.split()},
}
# The operations of newer opsets are not published yet, so unknown ones may be theirs.
_OPEN_OPSETS = ("CoreML9",)


@rule("program.opset", "mlProgram")
def opsets_exist(subject: Subject) -> Iterable[Finding]:
    """A function names an opset and has a block for it."""
    for name, walk in subject.functions.items():
        opset = walk.function.opset
        if opset not in OPSET_VERSIONS:
            yield f"function {name}", f'The opset "{opset}" does not exist; wanted one of {", ".join(OPSET_VERSIONS)}.'
        elif walk.block is None:
            blocks = listed(sorted(walk.function.block_specializations))
            yield f"function {name}", f"The function has no block for its opset {opset}; it has blocks for {blocks}."


@rule("program.operation-type", "mlProgram")
def operations_are_in_the_opset(subject: Subject) -> Iterable[Finding]:
    """Every operation belongs to its function's opset, or an older one."""
    order = list(OPSET_VERSIONS)
    for walk in subject.functions.values():
        opset = walk.function.opset
        if opset not in order:
            continue
        for step in walk.steps:
            first = _FIRST_OPSETS.get(step.operation.type)
            if first is None and opset not in _OPEN_OPSETS:
                yield step.where, f'There is no operation "{step.operation.type}" in the opset {opset}.'
            elif first is not None and order.index(first) > order.index(opset):
                yield step.where, f"The operation {step.operation.type} came with {first}; the function uses {opset}."
