"""What an editable model declares that may change: its update parameters, as plain values."""

from __future__ import annotations

from typing import Any

from bertkit.coreml.kinds import NETWORKS, PIPELINES, pipeline_models

_PARAMETERS = ("Int64Parameter", "DoubleParameter", "BoolParameter")


def update_parameters(specification: Any) -> dict[str, Any] | None:
    """Return the update parameters of a model; None when it is not updatable.

    Of a pipeline they are those of its last model, the only one that the specification lets be updatable.

    Args:
        specification: `Model_pb2.Model`.
    """
    if not specification.isUpdatable:
        return None
    kind = specification.WhichOneof("Type")
    if kind in PIPELINES:
        models = pipeline_models(specification)
        return update_parameters(models[-1][1]) if models else {}
    if kind in NETWORKS:
        return _network(getattr(specification, kind))
    if kind == "kNearestNeighborsClassifier":
        return _neighbors(specification.kNearestNeighborsClassifier)
    return {}


def _network(network: Any) -> dict[str, Any]:
    declared = network.updateParams
    optimizer = declared.optimizer.WhichOneof("OptimizerType")
    return {
        "layers": [layer.name for layer in network.layers if layer.isUpdatable],
        "losses": [_loss(layer) for layer in declared.lossLayers],
        "optimizer": optimizer,
        **_declared(getattr(declared.optimizer, optimizer) if optimizer else None),
        **_declared(declared),
    }


def _loss(layer: Any) -> dict[str, str]:
    kind = layer.WhichOneof("LossLayerType")
    if kind is None:
        return {"name": layer.name}
    loss = getattr(layer, kind)
    return {"name": layer.name, "type": kind, "input": loss.input, "target": loss.target}


def _neighbors(model: Any) -> dict[str, Any]:
    index = model.nearestNeighborsIndex
    return {
        "numberOfNeighbors": _values(model.numberOfNeighbors),
        "index": index.WhichOneof("IndexType"),
        "weighting": model.WhichOneof("WeightingScheme"),
        "numberOfDimensions": index.numberOfDimensions,
        "samples": len(index.floatSamples),
    }


def _declared(message: Any) -> dict[str, Any]:
    """Return the fields of a message that are numbers with a default and what values are allowed."""
    if message is None:
        return {}
    return {
        field.name: _values(value)
        for field, value in message.ListFields()
        if field.message_type is not None and field.message_type.name in _PARAMETERS
    }


def _values(parameter: Any) -> dict[str, Any]:
    allowed: dict[str, Any] = {"default": parameter.defaultValue}
    kind = parameter.WhichOneof("AllowedValues") if "AllowedValues" in parameter.DESCRIPTOR.oneofs_by_name else None
    if kind == "range":
        allowed["range"] = [parameter.range.minValue, parameter.range.maxValue]
    elif kind == "set":
        allowed["set"] = list(parameter.set.values)
    return allowed
