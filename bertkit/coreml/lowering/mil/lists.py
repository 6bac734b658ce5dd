"""Lists of tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op
from bertkit.coreml.lowering.sizes import Sizes, vector
from bertkit.coreml.lowering.tensor_list import TensorList
from bertkit.errors import ModelError

_DTYPES = {"bool": torch.bool, "fp16": torch.float32, "fp32": torch.float32, "int32": torch.int32}
_LONGEST = 1 << 24


@op("make_list")
def make_list(
    elem_shape: list[str], init_length: int = 1, dynamic_length: bool = True, dtype: str = "fp32"
) -> TensorList:
    """Return a list in which nothing is written; an axis of the elements that is named instead of numbered may vary."""
    if dtype not in _DTYPES:
        raise ModelError(f"A list holds {', '.join(_DTYPES)}; got {dtype}.")
    if not 0 <= init_length <= _LONGEST:
        raise ModelError(f"A list begins with 0 to {_LONGEST} elements, got {init_length}.")
    sizes = tuple(size for value in elem_shape for size in _sizes(value))
    known = tuple(size for size in sizes if isinstance(size, int))
    return TensorList(
        (None,) * init_length, known if len(known) == len(sizes) else None, _DTYPES[dtype], dynamic_length
    )


def _sizes(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


@op("list_length")
def list_length(ls: TensorList) -> Tensor:
    """Return the number of elements."""
    return torch.scalar_tensor(len(ls.items), dtype=torch.int32)


@op("list_read")
def list_read(ls: TensorList, index: int) -> Tensor:
    """Return one element."""
    return ls.read(_one(index))


@op("list_write")
def list_write(ls: TensorList, index: int, value: Tensor) -> TensorList:
    """Replace one element; a list of dynamic length grows as needed."""
    return ls.write(_one(index), value)


@op("list_gather")
def list_gather(ls: TensorList, indices: Sequence[int]) -> Tensor:
    """Return several elements, stacked along a new first axis."""
    return ls.gather(indices)


@op("list_scatter")
def list_scatter(ls: TensorList, indices: Sequence[int], value: Tensor) -> TensorList:
    """Replace several elements by those of a tensor along its first axis."""
    for index, item in zip(indices, value, strict=True):
        ls = ls.write(index, item)
    return ls


def _one(index: Sizes) -> int:
    return int(vector(index)[0])
