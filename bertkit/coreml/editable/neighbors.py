"""Makes a nearest-neighbor classifier that is taught by examples."""

from __future__ import annotations

from typing import Any

from bertkit.coreml import proto
from bertkit.coreml.classes import Label
from bertkit.coreml.validate import check

_VERSION = 4


def nearest_neighbors(
    dimensions: int,
    *,
    default_label: Label = "unknown",
    neighbors: int = 3,
    inverse_distance: bool = True,
    input_name: str = "embedding",
    label_name: str = "label",
    probabilities_name: str = "labelProbs",
) -> Any:
    """Return an updatable classifier without samples.

    Args:
        dimensions: of the vectors that it compares.
        default_label: its answer while it has no samples; a string or an integer, which all labels are then.
        neighbors: how many vote; users may choose from 1 to 1000.
        inverse_distance: whether near neighbors count more.
        input_name: of the vector.
        label_name: of the label, predicted and trained with.
        probabilities_name: of the probabilities by label.

    Returns:
        `Model_pb2.Model`.

    Raises:
        ModelError: it would break a rule of the specification.
    """
    made = proto.model_pb2().Model(specificationVersion=_VERSION, isUpdatable=True)
    description, content = made.description, made.kNearestNeighborsClassifier
    kind = "stringType" if isinstance(default_label, str) else "int64Type"
    for features in (description.input, description.trainingInput):
        array = features.add(name=input_name).type.multiArrayType
        array.shape.append(dimensions)
        array.dataType = array.FLOAT32
    for features in (description.output, description.trainingInput):
        getattr(features.add(name=label_name).type, kind).SetInParent()
    probabilities = description.output.add(name=probabilities_name).type.dictionaryType
    getattr(probabilities, kind.replace("Type", "KeyType")).SetInParent()
    description.predictedFeatureName, description.predictedProbabilitiesName = label_name, probabilities_name
    content.numberOfNeighbors.defaultValue = neighbors
    content.numberOfNeighbors.range.minValue, content.numberOfNeighbors.range.maxValue = 1, 1000
    (content.inverseDistanceWeighting if inverse_distance else content.uniformWeighting).SetInParent()
    if isinstance(default_label, str):
        content.defaultStringLabel = default_label
        content.stringClassLabels.SetInParent()
    else:
        content.defaultInt64Label = default_label
        content.int64ClassLabels.SetInParent()
    index = content.nearestNeighborsIndex
    index.numberOfDimensions = dimensions
    index.linearIndex.SetInParent()
    index.squaredEuclideanDistance.SetInParent()
    check(made)
    return made
