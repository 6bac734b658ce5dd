"""The content of a model inspector."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from bertkit.coreml.save import save_model
from bertkit.errors import InputError
from bertkit.inspect.differences import differences, value_changes
from bertkit.inspect.fields import fields_at
from bertkit.inspect.files import files_of, sha256_of
from bertkit.inspect.inspection import Inspection
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.model_inspector import values
from bertkit.widgets.model_inspector.static import static_inspector
from bertkit.widgets.model_inspector.text import text_inspector
from bertkit.widgets.panel import Answer, Json, Method, Request, Task

_HASHED_IN_PAGES_BYTES = 64_000_000
_EDITABLE = {"description": "shortDescription", "author": "author", "license": "license", "version": "versionString"}


class ModelInspectorPanel:
    """What is inside a model file.

    Args:
        inspection: the model.
        other: a model to compare it with, the later one of two.
    """

    kind = "model_inspector"

    def __init__(self, inspection: Inspection, other: Inspection | None = None) -> None:
        self.inspection = inspection
        self.other = other

    @property
    def title(self) -> str:
        """The file's name."""
        return self.inspection.path.name

    def view(self) -> dict[str, Json]:
        """Return every tab's content but the specification and the hashes, which are asked for."""
        inspection = self.inspection
        return {
            "title": self.title,
            "facts": values.facts(inspection),
            "updatable": inspection.description.is_updatable,
            "metadata": values.metadata_values(inspection),
            "interface": values.interface_values(inspection),
            "parameters": values.parameter_values(inspection),
            "update": values.update_values(inspection),
            "training": [values.feature_values(feature) for feature in inspection.description.training_inputs],
            "problems": self.problems,
            "files": values.file_values(inspection),
            "other": None if self.other is None else self.other.path.name,
            "difference": self.difference,
            "code": values.code(inspection),
        }

    @cached_property
    def problems(self) -> list[Json]:
        """What keeps the model from being updated: rule, place and message of each."""
        from bertkit.coreml.validate import why_not_updatable

        return [[found.rule, found.where, found.message] for found in why_not_updatable(self.inspection.package)]

    @property
    def difference(self) -> Json:
        """What the other model has differently; None without one."""
        if self.other is None:
            return None
        return values.difference_values(differences(self.inspection.package, self.other.package))

    def methods(self) -> Mapping[str, Method]:
        """Return `fields`, `hash`, `changes` and `save_as`."""
        return {"fields": self.fields, "hash": self.hash, "changes": self.changes, "save_as": self.save_as}

    def fields(self, path: str) -> Answer:
        """List what is inside a part of the specification."""
        fields, count = fields_at(self.inspection.package, path)
        return Answer({"rows": [list(vars(field).values()) for field in fields], "count": count})

    def hash(self, file: str) -> Task:
        """Compute the SHA-256 of one of the files."""

        def work(report: Reporter) -> Answer:
            return Answer(sha256_of(self.inspection.package, file, lambda done, total: report(done, total, "reading")))

        return Task(work)

    def changes(self) -> Task:
        """Compare the numbers of the parameters with those of the other model."""

        def work(report: Reporter) -> Answer:
            if self.other is None:
                raise InputError("There is no other model to compare with.")
            found = value_changes(
                self.inspection.package, self.other.package, lambda at, of: report(at, of, "comparing")
            )
            return Answer([[change.name, change.largest, min(change.relative, 1e30)] for change in found])

        return Task(work)

    def save_as(self, path: str, fields: str) -> Answer:
        """Write a copy of the model with other metadata.

        Args:
            path: where to write.
            fields: JSON object of description, author, license and version, those to be changed.

        Raises:
            InputError: the path's suffix does not suit the model, or is the model's own path.
            FileError: it cannot be written.
        """
        package = self.inspection.package
        if Path(path).resolve() == package.path.resolve():
            raise InputError(f"{path} is the model itself. Choose another name, so that the original stays as it is.")
        specification = type(package.specification)()
        specification.CopyFrom(package.specification)
        for name, value in json.loads(fields).items():
            if name in _EDITABLE:
                setattr(specification.description.metadata, _EDITABLE[name], str(value))
        weights = package.weight_paths()
        folder = package.specification_path.parent / "weights" if weights else None
        return Answer(str(save_model(path, specification, folder)))

    def recordings(self) -> Iterable[Request]:
        """Return the upper levels of the specification and the hashes of files that are soon read."""
        for file in files_of(self.inspection.package):
            if file.size_bytes <= _HASHED_IN_PAGES_BYTES:
                yield Request("hash", {"file": file.name})
        waiting = [""]
        for _ in range(2):
            inner = []
            for path in waiting:
                yield Request("fields", {"path": path})
                inner += [field.path for field in fields_at(self.inspection.package, path)[0] if field.opens]
            waiting = inner

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the tabs as parts that fold."""
        return static_inspector(self.view())

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return everything but the single parameters as lines."""
        return text_inspector(self.view())
