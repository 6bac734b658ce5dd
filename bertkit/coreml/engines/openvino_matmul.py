"""Matrix products of stacks of matrices, kept whole on the way to OpenVINO.

OpenVINO's importer takes `matmul` apart into expanding, reshaping and multiplying. With sizes that vary it cannot see
that nothing is expanded, so the copies stay, and attention written with two products is not recognized as such: it
takes 1.6 times as long. Its own MatMul follows the same rules as torch's, so each product travels as an operation of
ours that is translated to exactly that.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx

_NAME = "bertkit::openvino_matmul"


@torch.library.custom_op(_NAME, mutates_args=(), schema="(Tensor left, Tensor right) -> Tensor")
def _matmul(left: Tensor, right: Tensor) -> Tensor:
    return torch.matmul(left, right)


@_matmul.register_fake
def _matmul_of_shapes(left: Tensor, right: Tensor) -> Tensor:
    return torch.matmul(left, right)


def keep_products_whole(graph: fx.Graph) -> None:
    """Replace every product of stacks of matrices in an exported graph by our operation.

    Products with vectors are left alone: with them the rules of the two differ.
    """
    for node in graph.nodes:
        if node.target is torch.ops.aten.matmul.default and all(_axes(argument) >= 2 for argument in node.args):
            node.target = torch.ops.bertkit.openvino_matmul.default


def extension(openvino: Any) -> Any:
    """Return the translation of our operation, for `openvino.convert_model`."""
    from openvino.frontend.pytorch import ConversionExtension

    def translate(context: Any) -> list[Any]:
        product = openvino.opset13.matmul(context.get_input(0), context.get_input(1), False, False)
        return [product.output(0)]

    return ConversionExtension(f"{_NAME.replace('::', '.')}.default", translate)


def _axes(node: Any) -> int:
    return int(node.meta["val"].dim())
