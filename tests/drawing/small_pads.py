"""A small drawing model and drawings made by code, for tests."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import validate_models as models

from bertkit.coreml import save_model
from bertkit.drawing import Drawing, Stroke

SIZE, DIMENSIONS = 16, 24


def small_pipeline(known: bool = False) -> Any:
    """Return an updatable pipeline: a random projection of a 16 x 16 image, and nearest neighbors.

    Args:
        known: whether one label, `dot`, is known from the start.
    """
    made = models.model()
    made.isUpdatable = True
    embedding = models.model()
    for features in (made.description.input, made.description.trainingInput, embedding.description.input):
        image = features.add(name="drawing").type.imageType
        image.width = image.height = SIZE
        image.colorSpace = type(image).GRAYSCALE
    models.array(embedding.description.output, "embedding", [DIMENSIONS])
    network = embedding.neuralNetwork
    network.preprocessing.add(featureName="drawing").scaler.channelScale = 1 / 255
    models.layer(network, "flatten", "flatten", ["drawing"], ["row"])
    dense = models.layer(network, "dense", "innerProduct", ["row"], ["embedding"])
    dense.inputChannels, dense.outputChannels = SIZE * SIZE, DIMENSIONS
    weights = np.random.default_rng(0).normal(0, 0.1, SIZE * SIZE * DIMENSIONS)
    dense.weights.floatValue.extend(weights.astype(np.float32).tolist())
    classifier = models.neighbors(0, DIMENSIONS)
    content = classifier.kNearestNeighborsClassifier
    content.inverseDistanceWeighting.SetInParent()
    if known:
        content.stringClassLabels.vector.append("dot")
        content.nearestNeighborsIndex.floatSamples.add(vector=[0.0] * DIMENSIONS)
    for description in (made.description, classifier.description):
        if description is made.description:
            models.scalar(description.output, "label", "stringType")
            models.scalar(description.trainingInput, "label", "stringType")
        description.output.add(name="shares").type.dictionaryType.stringKeyType.SetInParent()
        description.predictedFeatureName, description.predictedProbabilitiesName = "label", "shares"
    made.pipelineClassifier.pipeline.models.extend([embedding, classifier])
    return made


def write_small(path: Path, known: bool = False) -> Path:
    """Write that pipeline."""
    return save_model(path, small_pipeline(known))


def circle(size: float = 100, x: float = 0, y: float = 0, squeeze: float = 1) -> Drawing:
    """Return a ring of one stroke."""
    turns = [math.tau * step / 24 for step in range(25)]
    return Drawing(
        (Stroke(tuple(x + size * math.cos(t) for t in turns), tuple(y + squeeze * size * math.sin(t) for t in turns)),)
    )


def cross(size: float = 100, bend: float = 0) -> Drawing:
    """Return two strokes that cross."""
    return Drawing((Stroke((0, size), (bend, size)), Stroke((0, size), (size, -bend))))
