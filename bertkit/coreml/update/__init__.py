"""Updates of Core ML models where they run: training examples in, a new model out.

`task.py` is the update as a user sees it, `loop.py` its epochs and mini-batches, `trainer.py` what it asks of a model.
Importing this package does not import torch; making a task does.
"""

from __future__ import annotations

from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.background import BackgroundUpdate
from bertkit.coreml.update.context import UpdateContext
from bertkit.coreml.update.events import Event, Metrics, TaskState
from bertkit.coreml.update.parameters import UpdateParameters
from bertkit.coreml.update.record import UpdateRecord, update_records
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.store import ModelStore
from bertkit.coreml.update.task import UpdateTask
from bertkit.coreml.update.versions import Version

__all__ = [
    "BackgroundUpdate",
    "Event",
    "Metrics",
    "ModelStore",
    "ParameterKey",
    "Semantics",
    "TaskState",
    "UpdateContext",
    "UpdateParameters",
    "UpdateRecord",
    "UpdateTask",
    "Version",
    "update_records",
]
