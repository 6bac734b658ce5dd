"""Model types that hold the same thing in three wrappings: networks and pipelines."""

from __future__ import annotations

from typing import Any

NETWORKS = ("neuralNetwork", "neuralNetworkClassifier", "neuralNetworkRegressor")
PIPELINES = ("pipeline", "pipelineClassifier", "pipelineRegressor")


def pipeline_models(specification: Any) -> list[tuple[str, Any]]:
    """Return the models inside a pipeline with their names; unnamed ones are `model0`, `model1`, ... as in Core ML.

    Args:
        specification: `Model_pb2.Model` of one of the `PIPELINES`.
    """
    kind = specification.WhichOneof("Type")
    model = getattr(specification, kind)
    pipeline = model if kind == "pipeline" else model.pipeline
    names = list(pipeline.names) or [f"model{position}" for position in range(len(pipeline.models))]
    return list(zip(names, pipeline.models, strict=True))
