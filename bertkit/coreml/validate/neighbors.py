"""Rules about nearest-neighbor classifiers."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.features import kind_of, rank_of
from bertkit.coreml.validate.interface.classes import labels_of
from bertkit.coreml.validate.numbers import integer_problems
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_NEIGHBORS = "kNearestNeighborsClassifier"
_LABEL_TYPES = {"stringClassLabels": "defaultStringLabel", "int64ClassLabels": "defaultInt64Label"}


@rule("neighbors.count", _NEIGHBORS)
def number_of_neighbors_is_positive(subject: Subject) -> Iterable[Finding]:
    """The number of neighbors is positive, as are all allowed ones."""
    for message in integer_problems(subject.content.numberOfNeighbors, "numberOfNeighbors", positive=True):
        yield "", message


@rule("neighbors.weighting", _NEIGHBORS)
def weighting_is_set(subject: Subject) -> Iterable[Finding]:
    """It is said how neighbors count."""
    if subject.content.WhichOneof("WeightingScheme") is None:
        yield "", "A weighting scheme is required; wanted uniformWeighting or inverseDistanceWeighting."


@rule("neighbors.default-label", _NEIGHBORS)
def default_label_fits(subject: Subject) -> Iterable[Finding]:
    """The default label has the labels' type, and is required where there are no labels."""
    field, labels = labels_of(subject.content)
    default = subject.content.WhichOneof("DefaultClassLabel")
    if default is None and not labels:
        yield "", "A default class label is required where there are no class labels."
    elif default is not None and field and _LABEL_TYPES[field] != default:
        yield "", f"The class labels are {field} and the default one is {default}; they must be of one type."


@rule("neighbors.label-count", _NEIGHBORS)
def every_sample_has_a_label(subject: Subject) -> Iterable[Finding]:
    """There are as many labels as samples."""
    _, labels = labels_of(subject.content)
    samples = subject.content.nearestNeighborsIndex.floatSamples
    if len(labels) != len(samples):
        yield "", f"There are {len(labels)} labels for {len(samples)} samples; wanted one each."


@rule("neighbors.dimensions", _NEIGHBORS)
def samples_have_all_dimensions(subject: Subject) -> Iterable[Finding]:
    """Every sample has as many values as the index has dimensions."""
    index = subject.content.nearestNeighborsIndex
    for position, sample in enumerate(index.floatSamples):
        if len(sample.vector) != index.numberOfDimensions:
            yield (
                f"sample {position}",
                f"The sample has {len(sample.vector)} values; the index has {index.numberOfDimensions} dimensions.",
            )


@rule("neighbors.index", _NEIGHBORS)
def index_is_set(subject: Subject) -> Iterable[Finding]:
    """The kind of index is set, and a tree has a leaf size."""
    index = subject.content.nearestNeighborsIndex
    kind = index.WhichOneof("IndexType")
    if kind is None:
        yield "", "An index type is required; wanted linearIndex or singleKdTreeIndex."
    elif kind == "singleKdTreeIndex" and index.singleKdTreeIndex.leafSize <= 0:
        yield "", f"The leaf size of a tree index must be positive, it is {index.singleKdTreeIndex.leafSize}."


@rule("neighbors.distance", _NEIGHBORS)
def distance_is_set(subject: Subject) -> Iterable[Finding]:
    """It is said how far samples are from each other."""
    if subject.content.nearestNeighborsIndex.WhichOneof("DistanceFunction") is None:
        yield "", "A distance function is required; wanted squaredEuclideanDistance."


@rule("neighbors.input", _NEIGHBORS)
def input_has_all_dimensions(subject: Subject) -> Iterable[Finding]:
    """The input is a vector of the index's dimensions."""
    dimensions = subject.content.nearestNeighborsIndex.numberOfDimensions
    for feature in subject.description.input:
        if kind_of(feature) != "multiArrayType":
            yield f"input {feature.name}", "Nearest neighbors are found of a multi-array."
            continue
        array = feature.type.multiArrayType
        if rank_of(array) > 1 or (len(array.shape) == 1 and array.shape[0] != dimensions):
            yield f"input {feature.name}", f"The input has shape {list(array.shape)}; wanted [{dimensions}]."
