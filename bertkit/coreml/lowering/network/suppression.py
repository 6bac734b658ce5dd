"""Non-maximum suppression: of boxes that overlap, the one with the best score stays."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.suppression import overlaps
from bertkit.coreml.lowering.registry import layer
from bertkit.coreml.lowering.sizes import single


@layer("NonMaximumSuppression")
def suppress(
    boxes: Tensor,
    scores: Tensor,
    iou_threshold: int | float | Sequence[int | float] = 0.0,
    score_threshold: int | float | Sequence[int | float] = 0.0,
    max_boxes: int | Sequence[int] = 0,
    *,
    per_class_suppression: bool = False,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Choose boxes by their scores, the best first, leaving out those that overlap a chosen one.

    Args:
        boxes: [batch, n, 4]: center x, center y, width, height.
        scores: [batch, n, classes]; a box counts with the best of its scores.
        iou_threshold: boxes whose intersection over union exceeds it overlap.
        score_threshold: boxes with lower scores are left out, unless no box is as good: then the best one is chosen.
        max_boxes: how many to return; filled up with zeros, and indices of -1.
        per_class_suppression: only boxes whose best score is of the same class suppress each other.

    Returns:
        Boxes [batch, max_boxes, 4], scores [batch, max_boxes, classes], indices [batch, max_boxes], number [batch].
    """
    most, overlap, least = single(max_boxes), single(iou_threshold), single(score_threshold)
    best, classes = scores.max(-1)  # [batch, n]
    related = overlaps(boxes) > overlap  # [batch, n, n]
    if per_class_suppression:
        related = related & (classes.unsqueeze(1) == classes.unsqueeze(2))
    left = best >= least
    left = left | (~left.any(-1, keepdim=True) & (_places(best) == best.argmax(-1, keepdim=True)))
    chosen, found = [], []
    for _ in range(min(most, boxes.shape[1])):
        index = torch.where(left, best, float("-inf")).argmax(-1, keepdim=True)  # [batch, 1]
        found.append(left.any(-1, keepdim=True))
        chosen.append(index)
        suppressed = torch.take_along_dim(related, index.unsqueeze(-1), 1).squeeze(1)
        left = left & ~suppressed & (_places(best) != index)
    return _gathered(boxes, scores, torch.cat(chosen, -1), torch.cat(found, -1), most)


def _gathered(
    boxes: Tensor, scores: Tensor, chosen: Tensor, found: Tensor, most: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    missing = most - chosen.shape[1]
    rows = [
        torch.take_along_dim(values, chosen.unsqueeze(-1), 1) * found.unsqueeze(-1).to(values.dtype)
        for values in (boxes, scores)
    ]
    kept = [torch.nn.functional.pad(values, (0, 0, 0, missing)) for values in rows]
    indices = torch.where(found, chosen, -1).to(boxes.dtype)
    count = found.sum(-1).to(boxes.dtype)
    return kept[0], kept[1], torch.nn.functional.pad(indices, (0, missing), value=-1.0), count


def _places(values: Tensor) -> Tensor:
    return torch.arange(values.shape[-1], device=values.device)
