"""Reductions along axes, and the order of values along one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op

Reduction = Callable[[Tensor, list[int], bool], Tensor]


def _log_sum(x: Tensor, axes: list[int], keep_dims: bool) -> Tensor:
    return torch.log(torch.sum(x, axes, keepdim=keep_dims))


def _product(x: Tensor, axes: list[int], keep_dims: bool) -> Tensor:
    for axis in sorted((axis % x.ndim for axis in axes), reverse=True):
        x = torch.prod(x, axis, keepdim=keep_dims, dtype=x.dtype)
    return x


REDUCTIONS: dict[str, Reduction] = {
    "l1_norm": lambda x, axes, keep_dims: torch.sum(torch.abs(x), axes, keepdim=keep_dims),
    "l2_norm": lambda x, axes, keep_dims: torch.sqrt(torch.sum(x * x, axes, keepdim=keep_dims)),
    "log_sum": _log_sum,
    "log_sum_exp": lambda x, axes, keep_dims: torch.logsumexp(x, axes, keepdim=keep_dims),
    "max": lambda x, axes, keep_dims: torch.amax(x, axes, keepdim=keep_dims),
    "mean": lambda x, axes, keep_dims: torch.mean(x, axes, keepdim=keep_dims, dtype=torch.float32),
    "min": lambda x, axes, keep_dims: torch.amin(x, axes, keepdim=keep_dims),
    "prod": _product,
    "sum": lambda x, axes, keep_dims: torch.sum(x, axes, keepdim=keep_dims),
    "sum_square": lambda x, axes, keep_dims: torch.sum(x * x, axes, keepdim=keep_dims),
}


def _register_reduction(name: str, compute: Reduction) -> None:
    def reduction(x: Tensor, axes: Sequence[int] | None = None, keep_dims: bool = False) -> Tensor:
        chosen = list(range(x.ndim)) if axes is None else list(axes)
        return compute(x, chosen, keep_dims).to(x.dtype)

    reduction.__name__ = f"reduce_{name}"
    op(reduction.__name__)(reduction)


for _name, _compute in REDUCTIONS.items():
    _register_reduction(_name, _compute)


@op("reduce_argmax")
def reduce_argmax(x: Tensor, axis: int = -1, keep_dims: bool = False, output_dtype: str = "int32") -> Tensor:
    """Return the index of the largest value along `axis`, int32."""
    return torch.argmax(x, axis, keepdim=keep_dims).to(torch.int32)


@op("reduce_argmin")
def reduce_argmin(x: Tensor, axis: int = -1, keep_dims: bool = False, output_dtype: str = "int32") -> Tensor:
    """Return the index of the smallest value along `axis`, int32."""
    return torch.argmin(x, axis, keepdim=keep_dims).to(torch.int32)


@op("argsort")
def argsort(x: Tensor, axis: int = -1, ascending: bool = False) -> Tensor:
    """Return the indices that sort `x` along `axis`, int32; equal values keep their order."""
    return torch.argsort(x, dim=axis, descending=not ascending, stable=True).to(torch.int32)


@op("topk")
def topk(
    x: Tensor,
    k: int = 1,
    axis: int = -1,
    ascending: bool = False,
    sort: bool = True,
    return_indices: bool = True,
    output_indices_dtype: str = "int32",
) -> tuple[Tensor, Tensor]:
    """Return the `k` largest values along `axis` (smallest if ascending), and their indices, int32."""
    values, indices = torch.topk(x, k, dim=axis, largest=not ascending, sorted=sort)
    return values, indices.to(torch.int32)


@op("cumsum")
def cumsum(x: Tensor, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Tensor:
    """Return the running sum along `axis`, without the own element if exclusive, from the end if reverse."""
    x = x.flip(axis) if reverse else x
    summed = torch.cumsum(x, axis, dtype=x.dtype)
    if exclusive:
        start = torch.zeros_like(summed.narrow(axis, 0, 1))
        summed = torch.cat([start, summed.narrow(axis, 0, x.shape[axis] - 1)], axis)
    return summed.flip(axis) if reverse else summed
