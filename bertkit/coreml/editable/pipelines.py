"""Makes pipelines whose last model learns, and links to models in other files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bertkit.coreml import proto
from bertkit.coreml.validate import check
from bertkit.errors import InputError

_LEAST_VERSION = 4
_CLASSIFIERS = ("neuralNetworkClassifier", "kNearestNeighborsClassifier", "pipelineClassifier")


def pipeline(models: Mapping[str, Any]) -> Any:
    """Return a pipeline of models; updatable if the last one is.

    It takes what no model in it provides, and returns what the last one returns.

    Args:
        models: `Model_pb2.Model` by name, in order.

    Raises:
        InputError: there are no models.
        ModelError: it would break a rule of the specification, for example because types do not fit together.
    """
    if not models:
        raise InputError("A pipeline needs models; none were given.")
    last = list(models.values())[-1]
    version = max(_LEAST_VERSION, *(model.specificationVersion for model in models.values()))
    made = proto.model_pb2().Model(specificationVersion=version, isUpdatable=last.isUpdatable)
    description = made.description
    provided: set[str] = set()
    for model in models.values():
        for feature in model.description.input:
            if feature.name not in provided | {known.name for known in description.input}:
                description.input.add().CopyFrom(feature)
        provided |= {feature.name for feature in model.description.output}
    description.output.extend(last.description.output)
    if last.isUpdatable:
        taken = {feature.name for feature in last.description.input}
        description.trainingInput.extend(description.input)
        description.trainingInput.extend(
            feature for feature in last.description.trainingInput if feature.name not in taken
        )
    content = made.pipeline
    if last.WhichOneof("Type") in _CLASSIFIERS:
        content = made.pipelineClassifier.pipeline
        description.predictedFeatureName = last.description.predictedFeatureName
        description.predictedProbabilitiesName = last.description.predictedProbabilitiesName
    content.models.extend(models.values())
    content.names.extend(models)
    check(made)
    return made


def link(specification: Any, file_name: str, search_path: str = ".") -> Any:
    """Return a link to a model in another file, with the interface of that model.

    Args:
        specification: `Model_pb2.Model` of that file.
        file_name: its name; Core ML itself wants that of the compiled model, which ends in `.mlmodelc`.
        search_path: folders separated by colons, relative to the file that links.

    Raises:
        ModelError: it would break a rule of the specification.
    """
    made = proto.model_pb2().Model(specificationVersion=max(specification.specificationVersion, _LEAST_VERSION))
    made.description.input.extend(specification.description.input)
    made.description.output.extend(specification.description.output)
    file = made.linkedModel.linkedModelFile
    file.linkedModelFileName.defaultValue, file.linkedModelSearchPath.defaultValue = file_name, search_path
    check(made)
    return made
