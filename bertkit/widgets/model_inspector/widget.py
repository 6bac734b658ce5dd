"""A model inspector in a notebook."""

from __future__ import annotations

from pathlib import Path

from bertkit.coreml.validate import Problem, why_not_updatable
from bertkit.inspect.inspection import Inspection, inspect_model
from bertkit.widgets.model_inspector.panel import ModelInspectorPanel
from bertkit.widgets.widget import Widget


class ModelInspector(Widget):
    """What is inside a model file: parameters, metadata, interface, and what Core ML 3 added for models that learn.

    Args:
        model: path of a `.mlmodel` or `.mlpackage`; the embedded reader when None.
        other: path of a later model to compare it with.

    Raises:
        FileError: nothing is there, or it is no Core ML model.
        ModelError: it breaks the specification so that it cannot be described.

    Example:
        >>> from bertkit.widgets import ModelInspector  # doctest: +SKIP
        >>> ModelInspector("before.mlmodel", other="after.mlmodel")  # doctest: +SKIP
    """

    def __init__(self, model: str | Path | None = None, other: str | Path | None = None) -> None:
        from bertkit.resources import default_model

        self.inspection: Inspection = inspect_model(default_model() if model is None else model)
        second = None if other is None else inspect_model(other)
        super().__init__(ModelInspectorPanel(self.inspection, second))

    @property
    def why_not_updatable(self) -> tuple[Problem, ...]:
        """Every rule that keeps the model from being updated; nothing for a model that can be."""
        return why_not_updatable(self.inspection.package)
