"""Lists of tensors, as the `list_` operations of ML Programs know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from bertkit.errors import ModelError


@dataclass(frozen=True, eq=False)
class TensorList:
    """Tensors of one shape; writing makes a new list.

    Attributes:
        items: the elements; None where nothing was written, which reads as zeros.
        shape: of an element; None where an axis is not known before something is written.
        dtype: of an element.
        grows: whether writing beyond the end makes it longer.
    """

    items: tuple[Tensor | None, ...]
    shape: tuple[int, ...] | None
    dtype: torch.dtype
    grows: bool

    def read(self, index: int) -> Tensor:
        """Return one element.

        Raises:
            ModelError: the list is shorter, or nothing was written there and the shape of elements is not known.
        """
        if not 0 <= index < len(self.items):
            raise ModelError(f"A list of {len(self.items)} elements was read at {index}.")
        item = self.items[index]
        if item is not None:
            return item
        written = next((other for other in self.items if other is not None), None)
        if written is not None:
            return torch.zeros_like(written)
        if self.shape is None:
            raise ModelError(f"A list was read at {index} before anything was written, and its shape is not known.")
        return torch.zeros(self.shape, dtype=self.dtype)

    def write(self, index: int, value: Tensor) -> TensorList:
        """Return the list with one element replaced.

        Raises:
            ModelError: the list is shorter and does not grow.
        """
        if index < 0 or (index >= len(self.items) and not self.grows):
            raise ModelError(f"A list of {len(self.items)} elements was written at {index}.")
        items = [*self.items, *[None] * (index + 1 - len(self.items))]
        items[index] = value
        return replace(self, items=tuple(items))

    def gather(self, indices: Sequence[int]) -> Tensor:
        """Return several elements, stacked along a new first axis."""
        if not indices:
            return torch.zeros((0, *(self.shape or ())), dtype=self.dtype)
        return torch.stack([self.read(index) for index in indices])

    def stacked(self) -> Tensor:
        """Return all elements, stacked along a new first axis; nothing where no shape is known."""
        known = self.shape is not None or any(item is not None for item in self.items)
        return self.gather(range(len(self.items))) if known else torch.zeros(0, dtype=self.dtype)
