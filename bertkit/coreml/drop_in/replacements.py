"""What is replaced in coremltools: the compiled module that calls Core ML, and the questions for the system.

coremltools 9.0 holds its compiled classes and the tests for macOS by value in several modules, so each is listed.
Another version may hold them elsewhere, and is refused rather than half replaced.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.drop_in.assets import AssetProxy
from bertkit.coreml.drop_in.proxy import ModelProxy, proxy_class
from bertkit.errors import UnsupportedError

_COMPILED = "coremltools.libcoremlpython"
_KNOWN_VERSION = "9.0"
_MACOS = (26, 0)  # the first system that runs specification version 10, the newest
_ABSENT = object()


@dataclass(frozen=True)
class Replacement:
    """A value to put into a namespace.

    Attributes:
        namespace: the `__dict__` of a module, or `sys.modules`.
        name: under which the value stands there.
        value: what to put there; `_ABSENT` removes the name.
    """

    namespace: dict[str, Any]
    name: str
    value: Any

    def apply(self) -> Replacement:
        """Put the value in place, and return what would put the old one back."""
        before = Replacement(self.namespace, self.name, self.namespace.get(self.name, _ABSENT))
        if self.value is _ABSENT:
            self.namespace.pop(self.name, None)
        else:
            self.namespace[self.name] = self.value
        return before


def replacements(configuration: Callable[[], Configuration]) -> list[Replacement]:
    """Return everything to be replaced in the installed coremltools.

    Args:
        configuration: called whenever a model is opened.

    Raises:
        UnsupportedError: the installed version is another than 9.0.
    """
    coremltools = importlib.import_module("coremltools")
    version = str(coremltools.__version__)
    if version != _KNOWN_VERSION:
        raise UnsupportedError(
            f"Prediction can be added to coremltools {_KNOWN_VERSION}, and {version} is installed. Install "
            f"coremltools=={_KNOWN_VERSION}, or use bertkit.coreml.Model, which reads the same files."
        )
    proxy = proxy_class(configuration)
    compiled = _compiled_module(proxy)
    return [
        Replacement(sys.modules, _COMPILED, compiled),
        Replacement(vars(coremltools), "libcoremlpython", compiled),
        *(
            Replacement(vars(importlib.import_module(f"coremltools.models.{module}")), name, value)
            for module, names in _held_by_value(proxy).items()
            for name, value in names.items()
        ),
    ]


def _held_by_value(proxy: type[ModelProxy]) -> dict[str, dict[str, Any]]:
    """Return what stands in coremltools' modules, by module below `coremltools.models` and by name."""
    return {
        "model": {
            "_MLModelProxy": proxy,
            "_MLModelAssetProxy": AssetProxy,
            "_is_macos": _is_macos,
            "_macos_version": _macos_version,
        },
        "_compiled_model": {"_MLModelProxy": proxy, "_macos_version": _macos_version},
        "compute_device": {"_MLModelProxy": proxy},
        "compute_plan": {"_MLModelProxy": proxy},
        "neural_network.quantization_utils": {"_macos_version": _macos_version},
        "utils": {"_is_macos": _is_macos, "_macos_version": _macos_version},
    }


def _compiled_module(proxy: type[ModelProxy]) -> ModuleType:
    module = ModuleType(_COMPILED, "The classes that coremltools calls Core ML through, answered by bertkit.")
    vars(module).update(_MLModelProxy=proxy, _MLModelAssetProxy=AssetProxy)
    return module


def _is_macos() -> bool:
    return True


def _macos_version() -> tuple[int, int]:
    return _MACOS
