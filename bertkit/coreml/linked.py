"""Linked models: a file that is part of another model, loaded once however many models link to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.errors import FileError

if TYPE_CHECKING:
    from bertkit.coreml.model import Model

_SUFFIXES = (".mlpackage", ".mlmodel")
_COMPILED = ".mlmodelc"

# Sharing one instance is what linked models are for; it lives as long as a model that uses it.
_loaded: WeakValueDictionary[tuple[Path, int, str], Model] = WeakValueDictionary()
_lock = threading.Lock()


def linked_model(package: Package, configuration: Configuration) -> Model:
    """Return the model that a `linkedModel` names; the same instance for the same file and configuration.

    Args:
        package: the model that links. `linkedModelFileName` and `linkedModelSearchPath` among the configuration's
            parameters take the place of what it says.
        configuration: how the linked model is run.

    Raises:
        FileError: it is not found; the message lists where it was looked for.
    """
    from bertkit.coreml.model import Model

    path = linked_path(package, configuration)
    configuration = replace(configuration, parameters={})  # those were about finding the file
    key = (path, path.stat().st_mtime_ns, repr(configuration))
    with _lock:
        model = _loaded.get(key)
        if model is None:
            model = Model.load(path, configuration)
            _loaded[key] = model
        return model


def linked_path(package: Package, configuration: Configuration) -> Path:
    """Return the file that a `linkedModel` names.

    The search path is a list of folders separated by colons, relative to the folder of the model that links; an empty
    one is that folder itself. A name that ends in `.mlmodelc` stands for the `.mlpackage` or `.mlmodel` it came from.

    Raises:
        FileError: it is not found; the message lists where it was looked for.
    """
    file = package.specification.linkedModel.linkedModelFile
    given = {ParameterKey.of(key): value for key, value in configuration.parameters.items()}
    name = str(given.get(ParameterKey.LINKED_MODEL_FILE_NAME, file.linkedModelFileName.defaultValue))
    search = str(given.get(ParameterKey.LINKED_MODEL_SEARCH_PATH, file.linkedModelSearchPath.defaultValue))
    tried = list(_candidates(package.path.parent, name, search))
    for path in tried:
        if path.exists() and path.resolve() != package.path.resolve():  # a model cannot link to itself
            return path.resolve()
    raise FileError(
        f'{package.path} links to the model "{name}", which is not there. Looked for: '
        f"{', '.join(map(str, tried))}. Copy it there, or name its folder in the parameter linkedModelSearchPath."
    )


def _candidates(base: Path, name: str, search: str) -> Iterator[Path]:
    suffix = Path(name).suffix
    stem = name.removesuffix(_COMPILED)
    names = [name] if suffix in _SUFFIXES else [stem + suffix for suffix in _SUFFIXES]
    for folder in search.split(":") if search else ["."]:
        yield from (base / folder / candidate for candidate in names)
