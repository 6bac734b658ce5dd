"""Prediction for coremltools where Core ML is not: `MLModel.predict` and its relatives answered by `Model`."""

from bertkit.coreml.drop_in.installation import coremltools_prediction, disable, enable

__all__ = ["coremltools_prediction", "disable", "enable"]
