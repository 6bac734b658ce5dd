"""Linked models: a file that is part of another model, loaded once however many models link to it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.package import SUFFIXES, Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.errors import FileError, ModelError

if TYPE_CHECKING:
    from bertkit.coreml.model import Model

_COMPILED = ".mlmodelc"
_BUNDLE = "$BUNDLE_MAIN"

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
        ModelError: the file links to a model outside the folders that it may read, or that links back to it.
    """
    from bertkit.coreml.model import Model

    path = linked_path(package, configuration)
    linked_from = (*package.linked_from, package.path.resolve())
    if path in linked_from:
        circle = " -> ".join(map(str, (*linked_from, path)))
        raise ModelError(f"Models link to each other in a circle: {circle}. One of them must hold what it does.")
    configuration = replace(configuration, parameters={})  # those were about finding the file
    key = (path, path.stat().st_mtime_ns, repr(configuration))
    with _lock:
        model = _loaded.get(key)
        if model is None:
            model = Model.load(replace(Package.open(path), linked_from=linked_from), configuration)
            _loaded[key] = model
        return model


def linked_path(package: Package, configuration: Configuration) -> Path:
    """Return the file that a `linkedModel` names.

    The search path is a list of folders separated by colons, relative to the folder of the model that links; an empty
    one is that folder itself, and `$BUNDLE_MAIN` is the configuration's `bundle`. What the file itself says leads
    nowhere but into these two; a search path in the configuration may name any folder. A name that ends in
    `.mlmodelc` stands for the `.mlpackage` or `.mlmodel` it came from.

    Raises:
        FileError: it is not found; the message lists where it was looked for.
        ModelError: the file links to a model outside the folders that it may read.
    """
    file = package.specification.linkedModel.linkedModelFile
    given = {ParameterKey.of(key): str(value) for key, value in configuration.parameters.items()}
    name = given.get(ParameterKey.LINKED_MODEL_FILE_NAME, file.linkedModelFileName.defaultValue)
    search = given.get(ParameterKey.LINKED_MODEL_SEARCH_PATH, file.linkedModelSearchPath.defaultValue)
    base = package.path.parent.resolve()
    bundle = base if configuration.bundle is None else Path(configuration.bundle).resolve()
    folders = [_folder(folder, base, bundle) for folder in (search.split(":") if search else ["."])]
    allowed = {base, bundle, *(folders if ParameterKey.LINKED_MODEL_SEARCH_PATH in given else ())}
    tried = [(folder / candidate).resolve() for folder in folders for candidate in _file_names(name)]
    _check_inside(package, name, tried, allowed)
    for path in tried:
        if path.exists() and path != package.path.resolve():  # a model cannot link to itself
            return path
    raise FileError(
        f'{package.path} links to the model "{name}", which is not there. Looked for: '
        f"{', '.join(map(str, tried))}. Copy it there, or name its folder in the parameter linkedModelSearchPath."
    )


def _folder(folder: str, base: Path, bundle: Path) -> Path:
    if folder == _BUNDLE or folder.startswith(f"{_BUNDLE}/"):
        return bundle / folder.removeprefix(_BUNDLE).lstrip("/")
    return base / folder


def _file_names(name: str) -> list[str]:
    if Path(name).suffix in SUFFIXES:
        return [name]
    return [name.removesuffix(_COMPILED) + suffix for suffix in SUFFIXES]


def _check_inside(package: Package, name: str, tried: Iterable[Path], allowed: Collection[Path]) -> None:
    for path in tried:
        if not any(path.is_relative_to(root) for root in allowed):
            raise ModelError(
                f'{package.path} links to the model "{name}" at {path}, outside the folders that it may read '
                f"({', '.join(map(str, sorted(allowed)))}). Copy it into one of them, or allow its folder with "
                "Configuration(bundle=...) or the parameter linkedModelSearchPath."
            )
