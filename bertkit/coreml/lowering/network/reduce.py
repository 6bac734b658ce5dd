"""Reductions along axes, and the order of values along one. A result has at least one axis."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.reduce import REDUCTIONS, Reduction
from bertkit.coreml.lowering.mil.reduce import cumsum as mil_cumsum
from bertkit.coreml.lowering.network.reshape import with_an_axis
from bertkit.coreml.lowering.registry import layer
from bertkit.coreml.lowering.sizes import single

_DEFAULT_EPSILON = 1e-6
_LAYERS = {
    "reduceL1": "l1_norm",
    "reduceL2": "l2_norm",
    "reduceLogSum": "log_sum",
    "reduceLogSumExp": "log_sum_exp",
    "reduceMax": "max",
    "reduceMean": "mean",
    "reduceMin": "min",
    "reduceProd": "prod",
    "reduceSum": "sum",
    "reduceSumSquare": "sum_square",
}
_LEGACY_AXES = {"CHW": [-3, -2, -1], "HW": [-2, -1], "C": [-3], "H": [-2], "W": [-1]}
_LEGACY_MODES = {
    "AVG": "mean",
    "L1": "l1_norm",
    "L2": "l2_norm",
    "MAX": "max",
    "MIN": "min",
    "PROD": "prod",
    "SUM": "sum",
    "SUMSQUARE": "sum_square",
}


def _register_reduction(name: str, compute: Reduction) -> None:
    def reduction(x: Tensor, *, axes: Sequence[int] = (), keep_dims: bool = False, reduce_all: bool = False) -> Tensor:
        chosen = list(range(x.ndim)) if reduce_all else list(axes)
        return with_an_axis(compute(x, chosen, keep_dims))

    reduction.__name__ = name
    layer(name)(reduction)


for _name, _mode in _LAYERS.items():
    _register_reduction(_name, REDUCTIONS[_mode])


@layer("reduce")
def reduce(x: Tensor, *, mode: str = "SUM", axis: str = "CHW", epsilon: float = 0.0) -> Tensor:
    """Reduce one, two or three of the last axes, which stay with size 1."""
    axes = _LEGACY_AXES[axis]
    if mode == "ARGMAX":
        return torch.argmax(x, axes[0], keepdim=True).to(x.dtype)
    if mode == "LOGSUM":
        return torch.log(x + (_DEFAULT_EPSILON if epsilon == 0 else epsilon)).sum(axes, keepdim=True)
    return REDUCTIONS[_LEGACY_MODES[mode]](x, axes, True)


@layer("argMax")
def arg_max(x: Tensor, *, axis: int = 0, remove_dim: bool = False) -> Tensor:
    """Return the index of the largest value along `axis`."""
    return with_an_axis(torch.argmax(x, axis, keepdim=not remove_dim)).to(x.dtype)


@layer("argMin")
def arg_min(x: Tensor, *, axis: int = 0, remove_dim: bool = False) -> Tensor:
    """Return the index of the smallest value along `axis`."""
    return with_an_axis(torch.argmin(x, axis, keepdim=not remove_dim)).to(x.dtype)


@layer("topK")
def top_k(x: Tensor, k: int | Sequence[int] = 0, *, axis: int = 0, use_bottom_k: bool = False) -> tuple[Tensor, Tensor]:
    """Return the `k` largest values along `axis`, or the smallest, and their indices; of equal ones the first."""
    values, indices = torch.sort(x, dim=axis, descending=not use_bottom_k, stable=True)
    return values.narrow(axis, 0, single(k)), indices.narrow(axis, 0, single(k)).to(x.dtype)


@layer("argSort")
def arg_sort(x: Tensor, *, axis: int = 0, descending: bool = False) -> Tensor:
    """Return the indices that sort `x` along `axis`."""
    return torch.argsort(x, dim=axis, descending=descending, stable=True).to(x.dtype)


@layer("cumSum")
def cum_sum(
    x: Tensor, axis: int | Sequence[int] = 0, *, exclude_final_sum: bool = False, reverse: bool = False
) -> Tensor:
    """Return the running sum along `axis`."""
    return mil_cumsum(x, single(axis), exclude_final_sum, reverse)
