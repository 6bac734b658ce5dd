"""Non-maximum suppression: of boxes that overlap, the one with the best score stays."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op


@op("non_maximum_suppression")
def non_maximum_suppression(
    boxes: Tensor,
    scores: Tensor,
    iou_threshold: float,
    score_threshold: float,
    max_boxes: int,
    per_class_suppression: bool = False,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Choose boxes in the order of their best score.

    Args:
        boxes: [batch, boxes, 4]: center across and down, width, height.
        scores: [batch, boxes, classes].
        iou_threshold: a box goes if it shares more than this part of its union with a better one.
        score_threshold: a box goes if its best score is not above this; the best of all stays in any case.
        max_boxes: how many stay at most.
        per_class_suppression: only a box whose best class is the same can be the better one.

    Returns:
        The boxes [batch, max_boxes, 4] and scores [batch, max_boxes, classes] that stay, then zeros; their indices
        [batch, max_boxes] int32, then -1; their number [batch] int32.
    """
    kept = [
        _kept(*example, iou_threshold, score_threshold, max_boxes, per_class_suppression)
        for example in zip(boxes.unbind(0), scores.unbind(0), strict=True)
    ]
    indices = torch.full((len(kept), max_boxes), -1, dtype=torch.int32, device=boxes.device)
    for row, chosen in enumerate(kept):
        indices[row, : len(chosen)] = torch.tensor(chosen, dtype=torch.int32, device=boxes.device)
    counts = torch.tensor([len(chosen) for chosen in kept], dtype=torch.int32, device=boxes.device)
    return _rows(boxes, indices), _rows(scores, indices), indices, counts


@op("non_maximum_suppression", since="iOS17")
def non_maximum_suppression_by_columns(
    boxes: Tensor, scores: Tensor, iou_threshold: float, max_boxes: int, per_class_suppression: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Choose boxes that lie along the last axis, whatever their score: boxes [batch, 4, n], scores [batch, classes, n].

    Returns:
        As before, with the boxes along the last axis and without their number.
    """
    chosen, values, indices, _ = non_maximum_suppression(
        boxes.mT, scores.mT, iou_threshold, float("-inf"), max_boxes, per_class_suppression
    )
    return chosen.mT, values.mT, indices


def _kept(
    boxes: Tensor, scores: Tensor, overlap_limit: float, score_limit: float, count: int, per_class: bool
) -> list[int]:
    best, classes = scores.max(-1)
    order = torch.argsort(best, descending=True, stable=True)
    suppresses = overlaps(boxes) > overlap_limit
    if per_class:
        suppresses = suppresses & (classes.unsqueeze(0) == classes.unsqueeze(1))
    alive = best > score_limit
    kept: list[int] = []
    for index in order.tolist():
        if len(kept) == count:
            break
        if alive[index]:
            kept.append(index)
            alive = alive & ~suppresses[index]
    return kept if kept else order[:1].tolist()


def overlaps(boxes: Tensor) -> Tensor:
    """Return the shared part of the union of every two boxes [..., n, 4]: [..., n, n]; 0 where both are empty."""
    center, size = torch.split(boxes, 2, -1)
    low, high = center - size / 2, center + size / 2
    last = torch.minimum(high.unsqueeze(-3), high.unsqueeze(-2))
    first = torch.maximum(low.unsqueeze(-3), low.unsqueeze(-2))
    shared = torch.clamp(last - first, min=0).prod(-1)
    areas = size.prod(-1)
    union = areas.unsqueeze(-2) + areas.unsqueeze(-1) - shared
    return torch.where(union > 0, shared / union, torch.zeros_like(union))


def _rows(values: Tensor, indices: Tensor) -> Tensor:
    """Pick rows of values [batch, n, size] by indices [batch, count]; zeros where an index is negative."""
    picked = torch.take_along_dim(values, indices.clamp(min=0).long().unsqueeze(-1), 1)
    return picked * (indices >= 0).unsqueeze(-1)
