"""A Core ML file: open it, describe it, run it. Knows nothing of BERT or of questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

if TYPE_CHECKING:
    from bertkit.coreml.configuration import Configuration as Configuration
    from bertkit.coreml.custom import register_custom_layer as register_custom_layer
    from bertkit.coreml.drop_in import coremltools_prediction as coremltools_prediction
    from bertkit.coreml.drop_in import disable as disable
    from bertkit.coreml.drop_in import enable as enable
    from bertkit.coreml.editable import make_updatable as make_updatable
    from bertkit.coreml.image_feature import ImageFeature as ImageFeature
    from bertkit.coreml.model import Model as Model
    from bertkit.coreml.package import Package as Package
    from bertkit.coreml.save import save_model as save_model
    from bertkit.coreml.state import State as State

_HOME = {
    "Configuration": "bertkit.coreml.configuration",
    "ImageFeature": "bertkit.coreml.image_feature",
    "Model": "bertkit.coreml.model",
    "Package": "bertkit.coreml.package",
    "State": "bertkit.coreml.state",
    "coremltools_prediction": "bertkit.coreml.drop_in",
    "disable": "bertkit.coreml.drop_in",
    "enable": "bertkit.coreml.drop_in",
    "make_updatable": "bertkit.coreml.editable",
    "register_custom_layer": "bertkit.coreml.custom",
    "save_model": "bertkit.coreml.save",
}

__all__ = [
    "Configuration",
    "ImageFeature",
    "Model",
    "Package",
    "State",
    "coremltools_prediction",
    "disable",
    "enable",
    "make_updatable",
    "register_custom_layer",
    "save_model",
]

__getattr__, __dir__ = lazy_names(__name__, _HOME)
