"""The parts of an inspection as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bertkit.coreml.features import Feature
from bertkit.inspect.differences import Difference
from bertkit.inspect.files import files_of
from bertkit.inspect.inspection import Inspection
from bertkit.inspect.modules import Module
from bertkit.widgets import units
from bertkit.widgets.panel import Json
from bertkit.widgets.treemap import treemap

_LONGEST_VALUE = 2000
_LONGEST_DIFFERENCE = 160
_MOST_PARAMETERS = 2000
_MOST_DIFFERENCES = 1000
_MAP_WIDTH, _MAP_HEIGHT = 640.0, 220.0
_MOST_TILES = 60
_LARGE_SHARE = 0.1
_PREVIEW = "com.apple.coreml.model.preview.type"
_OWN_KEYS = {
    "org.bertkit.reader": "how bertkit's reader uses the model",
    "org.bertkit.modules": "the tree of modules",
    "org.bertkit.tokenizer": "the tokenizer",
    "org.bertkit.source": "the checkpoint it was converted from",
    "org.bertkit.training": "how its weights were trained",
    _PREVIEW: "which preview Xcode shows",
}


def facts(inspection: Inspection) -> list[str]:
    """Return what stands beside the title."""
    description = inspection.description
    return [
        description.model_type,
        f"specification {description.specification_version}, needs {description.operating_systems}",
        units.size(inspection.size_bytes),
        "updatable" if description.is_updatable else "not updatable",
    ]


def metadata_values(inspection: Inspection) -> Json:
    """Return the fields that every model has and the user-defined ones: key, value (cut), length, meaning."""
    metadata = inspection.description.metadata
    fields = [
        ["description", metadata.short_description],
        ["author", metadata.author],
        ["license", metadata.license],
        ["version", metadata.version],
    ]
    user = [
        [key, cut(value), len(value), _OWN_KEYS.get(key, "")] for key, value in sorted(metadata.user_defined.items())
    ]
    return {"fields": fields, "user": user}


def interface_values(inspection: Inspection) -> Json:
    """Return every function's inputs, outputs and states."""
    return [
        {
            "name": function.name,
            "inputs": [feature_values(feature) for feature in function.inputs],
            "outputs": [feature_values(feature) for feature in function.outputs],
            "states": [feature_values(feature) for feature in function.states],
            "label": function.predicted_feature_name,
            "probabilities": function.predicted_probabilities_name,
        }
        for function in inspection.description.functions
    ]


def feature_values(feature: Feature) -> Json:
    """Return name, type, whether it is optional, and description."""
    return [feature.name, str(feature.type), feature.optional, feature.description]


def parameter_values(inspection: Inspection) -> Json:
    """Return the parameters, by storage, by module, as tiles of a treemap, and one by one."""
    by_storage: dict[str, list[int]] = {}
    for parameter in inspection.parameters:
        sums = by_storage.setdefault(parameter.storage, [0, 0])
        sums[0] += parameter.count
        sums[1] += parameter.bytes
    modules = list(_modules(inspection.modules, 0))
    tops = _tiles(inspection.modules)
    tiles = treemap([module.bytes for _, module in tops], _MAP_WIDTH, _MAP_HEIGHT)
    shown = inspection.parameters[:_MOST_PARAMETERS]
    return {
        "count": sum(parameter.count for parameter in inspection.parameters),
        "bytes": sum(parameter.bytes for parameter in inspection.parameters),
        "arrays": len(inspection.parameters),
        "storage": [[name, *sums] for name, sums in by_storage.items()],
        "modules": [
            [depth, module.name, module.parameters, module.bytes, module.updatable] for depth, module in modules
        ],
        "map": [
            [
                tops[tile.index][0],
                tops[tile.index][1].bytes,
                *(round(n, 1) for n in (tile.x, tile.y, tile.width, tile.height)),
            ]
            for tile in tiles
        ],
        "map_size": [_MAP_WIDTH, _MAP_HEIGHT],
        "rows": [[item.name, list(item.shape), item.storage, item.count, item.bytes, item.updatable] for item in shown],
    }


def update_values(inspection: Inspection) -> Json:
    """Return the update parameters in words; None for a model that is not updatable."""
    declared = inspection.update_parameters
    if declared is None:
        return None
    losses = [_loss(loss) for loss in declared.get("losses", [])]
    plain = [
        [name, str(value)] for name, value in declared.items() if isinstance(value, (str, int)) and value is not None
    ]
    return {
        "layers": list(declared.get("layers", [])),
        "losses": losses,
        "facts": plain,
        "numbers": [[name, str(value["default"]), allowed(value)] for name, value in _numbers(declared)],
    }


def allowed(value: Mapping[str, Json]) -> str:
    """Return which values an update parameter may take, in words."""
    if "range" in value:
        low, high = value["range"]
        return f"{low} to {high}"
    return ", ".join(map(str, value["set"])) if "set" in value else "any"


def file_values(inspection: Inspection) -> Json:
    """Return name, size and role of every file."""
    return [[file.name, file.size_bytes, file.role] for file in files_of(inspection.package)]


def difference_values(found: list[Difference]) -> Json:
    """Return area, name, kind, before and after of what differs, and how much was left out."""
    shown = found[:_MOST_DIFFERENCES]
    rows = [
        [item.area, item.name, item.kind, cut(item.before, _LONGEST_DIFFERENCE), cut(item.after, _LONGEST_DIFFERENCE)]
        for item in shown
    ]
    return {"rows": rows, "left_out": len(found) - len(shown)}


def code(inspection: Inspection) -> str:
    """Return Python that runs the model once on zeros."""
    inputs = []
    for feature in inspection.description.inputs:
        sizes = getattr(getattr(feature.type, "shape", None), "sizes", None)
        dtype = getattr(feature.type, "dtype", None)
        value = f"np.zeros({tuple(sizes)}, np.{dtype})" if sizes is not None and dtype is not None else "..."
        inputs.append(f"    {feature.name!r}: {value},")
    lines = [
        "import numpy as np",
        "from bertkit import Model",
        "",
        f"model = Model.load({str(inspection.path)!r})",
        "outputs = model.predict({",
        *inputs,
        "})",
    ]
    return "\n".join(lines)


def cut(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def _loss(loss: Mapping[str, str]) -> str:
    name, kind, source, target = (loss.get(part, "?") for part in ("name", "type", "input", "target"))
    return f"{name}: {kind} of {source} against {target}"


def _numbers(declared: Mapping[str, Json]) -> Iterable[tuple[str, Mapping[str, Json]]]:
    return ((name, value) for name, value in declared.items() if isinstance(value, dict) and "default" in value)


def _modules(module: Module, depth: int) -> Iterable[tuple[int, Module]]:
    for child in module.children.values():
        yield depth, child
        yield from _modules(child, depth + 1)


def _tiles(root: Module) -> list[tuple[str, Module]]:
    """Return modules that together are the whole: the largest, and all as large, are opened while there are few."""
    parts = [(child.name, child) for child in root.children.values()]
    while True:
        largest = max((module.bytes for _, module in parts if module.children), default=0)
        alike = [part for part in parts if part[1].children and part[1].bytes == largest]
        opened = [(f"{path}/{child.name}", child) for path, module in alike for child in module.children.values()]
        small = largest < _LARGE_SHARE * root.bytes
        if small or not opened or len(parts) - len(alike) + len(opened) > _MOST_TILES:
            return parts
        parts = [part for part in parts if part not in alike] + opened
