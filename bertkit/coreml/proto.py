"""The protobuf classes of the Core ML specification, without importing coremltools.

`import coremltools` takes seconds because it brings in the converters and torch. The generated message modules need
only protobuf, so they are imported from the installed coremltools under a private package name of our own. The message
classes are the very ones that a later `import coremltools` uses, because protobuf keeps one pool of descriptors.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from bertkit.errors import DependencyError

_PACKAGE = "bertkit.coreml._proto"


@cache
def load(name: str) -> ModuleType:
    """Import one generated module, for example `Model` for `Model_pb2`.

    Raises:
        DependencyError: coremltools is not installed, or holds no such module.
    """
    if _PACKAGE not in sys.modules:
        package = ModuleType(_PACKAGE)
        package.__path__ = [str(_folder())]
        sys.modules[_PACKAGE] = package
    try:
        return importlib.import_module(f"{_PACKAGE}.{name}_pb2")
    except ModuleNotFoundError as error:
        raise DependencyError(
            f"coremltools in {_folder().parent} has no proto/{name}_pb2.py. "
            'Reinstall it with: pip install --force-reinstall "coremltools>=9.0,<10"'
        ) from error


def _folder() -> Path:
    found = importlib.util.find_spec("coremltools")
    if found is None or not found.submodule_search_locations:
        raise DependencyError(
            "coremltools is needed to read the Core ML format and is not installed. "
            'Install it with: pip install "coremltools>=9.0,<10"'
        )
    return Path(found.submodule_search_locations[0]) / "proto"


def model_pb2() -> ModuleType:
    """Return `Model_pb2`: `Model`, `ModelDescription`, `Metadata`, `FeatureDescription`, pipelines."""
    return load("Model")


def feature_types_pb2() -> ModuleType:
    """Return `FeatureTypes_pb2`: `FeatureType`, `ArrayFeatureType`, `ImageFeatureType`."""
    return load("FeatureTypes")


def mil_pb2() -> ModuleType:
    """Return `MIL_pb2`: `Program`, `Function`, `Block`, `Operation`, `Value`, `DataType`."""
    return load("MIL")


def neural_network_pb2() -> ModuleType:
    """Return `NeuralNetwork_pb2`: `NeuralNetwork`, `NeuralNetworkLayer`, `WeightParams`, layer parameters."""
    return load("NeuralNetwork")


def decode_error() -> type[Exception]:
    """Return the exception that protobuf raises for bytes that are no message."""
    error: type[Exception] = importlib.import_module("google.protobuf.message").DecodeError
    return error
