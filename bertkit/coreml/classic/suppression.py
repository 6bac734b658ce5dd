"""Non-maximum suppression: of boxes that overlap, the most confident one is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import Doubles
from bertkit.coreml.features import MultiArray
from bertkit.coreml.shapes import EnumeratedShapes, FixedShape, ShapeRange
from bertkit.errors import InputError, ModelError

_BOX = 4
_MOST_BOXES = 1 << 20  # what a file declares is not allocated unseen


def suppression(subject: Subject) -> Predictor:
    """Read a `NonMaximumSuppression`.

    Boxes below the confidence threshold are left out; of the others, from the most confident on, each one that overlaps
    a kept one (of its own class where the file says so) by more than the threshold. The outputs hold the rows that are
    kept, as many as they declare at most, and rows of zeros where they declare more.
    """
    content = subject.content
    least, most = _bounds(subject)

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        confidence = np.asarray(inputs[content.confidenceInputFeatureName])
        boxes = np.asarray(inputs[content.coordinatesInputFeatureName])
        if confidence.ndim != 2 or boxes.shape != (len(confidence), _BOX):
            raise InputError(
                f"Confidence must be [boxes, classes] and coordinates [boxes, 4]; got {list(confidence.shape)} and "
                f"{list(boxes.shape)}."
            )
        overlap = _threshold(inputs, content.iouThresholdInputFeatureName, content.iouThreshold)
        confident = _threshold(inputs, content.confidenceThresholdInputFeatureName, content.confidenceThreshold)
        kept = keep(confidence, boxes.astype(np.float64), overlap, confident, content.pickTop.perClass)[:most]
        rows = max(len(kept), least)
        return {
            content.confidenceOutputFeatureName: _padded(confidence[kept], rows),
            content.coordinatesOutputFeatureName: _padded(boxes[kept], rows),
        }

    return predict


def keep(
    confidence: NDArray[Any], boxes: Doubles, overlap: float, confident: float, per_class: bool
) -> NDArray[np.int64]:
    """Return the rows that are kept, the most confident first.

    Args:
        confidence: [boxes, classes].
        boxes: [boxes, 4] center x, center y, width, height.
        overlap: a box is left out if it shares more than this with a kept one: intersection over union, 0 to 1.
        confident: a box is left out if no class has this confidence.
        per_class: whether only boxes of the same most confident class suppress each other.
    """
    if not confidence.size:
        return np.zeros(0, dtype=np.int64)
    best, classes = confidence.max(1), confidence.argmax(1)
    order = np.argsort(-best, kind="stable")
    pending = order[best[order] >= confident]
    kept = []
    while len(pending):
        first, others = pending[0], pending[1:]
        kept.append(first)
        suppressed = _shared(boxes[first], boxes[others]) > overlap
        if per_class:
            suppressed &= classes[others] == classes[first]
        pending = others[~suppressed]
    return np.array(kept, dtype=np.int64)


def _shared(box: Doubles, others: Doubles) -> Doubles:
    """Return intersection over union of a box and each of several others."""
    low = np.maximum(box[:2] - box[2:] / 2, others[:, :2] - others[:, 2:] / 2)
    high = np.minimum(box[:2] + box[2:] / 2, others[:, :2] + others[:, 2:] / 2)
    intersection = np.clip(high - low, 0, None).prod(1)
    union = box[2:].prod() + others[:, 2:].prod(1) - intersection
    shared: Doubles = np.divide(intersection, union, out=np.zeros(len(others)), where=union > 0)
    return shared


def _threshold(inputs: Mapping[str, Any], name: str, default: float) -> float:
    value = float(inputs.get(name, math.nan))
    return default if math.isnan(value) else value


def _bounds(subject: Subject) -> tuple[int, int | None]:
    """Return how many rows the outputs have at least and at most."""
    least, most = 0, None
    for feature in subject.function.outputs:
        shape = feature.type.shape if isinstance(feature.type, MultiArray) else None
        if isinstance(shape, FixedShape) and shape.sizes:
            bounds: tuple[int, int | None] = (shape.sizes[0], shape.sizes[0])
        elif isinstance(shape, ShapeRange) and shape.bounds:
            bounds = shape.bounds[0]
        elif isinstance(shape, EnumeratedShapes):
            bounds = (min(sizes[0] for sizes in shape.shapes), max(sizes[0] for sizes in shape.shapes))
        else:
            continue
        least = max(least, bounds[0])
        most = bounds[1] if most is None else most if bounds[1] is None else min(most, bounds[1])
    if least > _MOST_BOXES or (most is not None and most < least):
        raise ModelError(f"The outputs declare {least} to {most} boxes; at most {_MOST_BOXES} are supported.")
    return least, most


def _padded(rows: NDArray[Any], count: int) -> NDArray[Any]:
    return np.pad(rows, ((0, count - len(rows)), (0, 0)))


READERS = {"nonMaximumSuppression": suppression}
