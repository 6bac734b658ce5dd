"""Batches of rows of nearly one length, in an order that a seed decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.settings import PairTemplate
from bertkit.train.rows import UNMASKED, Rows

if TYPE_CHECKING:
    import torch

_JITTER_TOKENS = 16
_MULTIPLE = 8


class Batch(NamedTuple):
    """Rows side by side, as tensors.

    Attributes:
        input_ids: [batch, sequence] int64.
        attention_mask: [batch, sequence] int64.
        token_type_ids: [batch, sequence] int64.
        allowed: [batch, sequence] bool, where an answer may begin or end: the passage, and position 0 for none.
        spans: [batch, places, 2] int64, -1 where unused.
        labels: [batch, sequence] int64, -100 where nothing is hidden; None where nothing is hidden at all.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    token_type_ids: torch.Tensor
    allowed: torch.Tensor
    spans: torch.Tensor
    labels: torch.Tensor | None

    @property
    def tokens(self) -> int:
        """Tokens without padding."""
        return int(self.attention_mask.sum())

    def to(self, device: torch.device) -> Batch:
        """Return it on a device."""
        moved = {name: tensor.to(device) for name, tensor in self._asdict().items() if tensor is not None}
        return self._replace(**moved)


def plan(
    lengths: NDArray[np.int64], batch_tokens: int, rng: np.random.Generator, together: int = 1
) -> list[NDArray[np.int64]]:
    """Divide rows into batches of nearly one length, in random order.

    Rows of the same length change places at random, and those of near lengths by chance.

    Args:
        lengths: [rows], tokens.
        batch_tokens: padded tokens of a batch, at most.
        rng: decides the order.
        together: neighbors in the result that are of like length and number; so many processes share the work.

    Returns:
        Row indices, one array a batch; their number is a multiple of `together`.
    """
    order = np.argsort(lengths + rng.uniform(0, _JITTER_TOKENS, len(lengths)), kind="stable")
    batches: list[NDArray[np.int64]] = []
    begin, longest = 0, 0
    for place, row in enumerate(order):
        grown = max(longest, _padded(int(lengths[row])))
        if place > begin and grown * (place - begin + 1) > batch_tokens:
            batches.append(order[begin:place])
            begin, grown = place, _padded(int(lengths[row]))
        longest = grown
    batches.append(order[begin:])
    while len(batches) % together:
        batches.append(batches[len(batches) % together - 1])
    groups = [batches[at : at + together] for at in range(0, len(batches), together)]
    return [batch for group in rng.permutation(len(groups)) for batch in groups[group]]


def assemble(rows: Rows, indices: Sequence[int] | NDArray[np.int64], pair: PairTemplate) -> Batch:
    """Return rows as a batch, padded to the longest of them."""
    import torch

    lengths = rows.lengths[indices]
    shape = (len(indices), _padded(int(lengths.max())))
    ids, types = np.full(shape, pair.pad_id, np.int64), np.zeros(shape, np.int64)
    labels = np.full(shape, UNMASKED, np.int64)
    places = np.arange(shape[1])
    starts = rows.passage_starts[indices][:, None]
    ends = lengths[:, None]
    for row, index in enumerate(indices):
        part = slice(rows.offsets[index], rows.offsets[index + 1])
        ids[row, : lengths[row]] = rows.ids[part]
        if rows.labels is not None:
            labels[row, : lengths[row]] = rows.labels[part]
    types[places < starts] = pair.question_type
    types[(places >= starts) & (places < ends)] = pair.passage_type
    allowed = ((places >= starts) & (places < ends - len(pair.suffix_ids))) | (places == 0)
    return Batch(
        input_ids=torch.from_numpy(ids),
        attention_mask=torch.from_numpy((places < ends).astype(np.int64)),
        token_type_ids=torch.from_numpy(types),
        allowed=torch.from_numpy(allowed),
        spans=torch.from_numpy(rows.spans[indices].astype(np.int64)),
        labels=None if rows.labels is None else torch.from_numpy(labels),
    )


def _padded(length: int) -> int:
    return -(-length // _MULTIPLE) * _MULTIPLE
