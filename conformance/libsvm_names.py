"""The names of libsvm's Python modules, where coremltools looks for them: newer releases keep them in enumerations."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

_MODULES = ("svm", "svmutil")
_ENUMERATIONS = ("svm_forms", "kernel_names")


def install() -> None:
    """Let the tests find version, modules and constants; nothing where libsvm is not installed."""
    try:
        installed = version("libsvm-official")
    except PackageNotFoundError:
        return
    vars(import_module("libsvm"))["__version__"] = installed
    modules = {name: import_module(f"libsvm.{name}") for name in _MODULES}
    enumerations = (getattr(modules["svm"], name, None) for name in _ENUMERATIONS)
    constants = {name: value for kind in enumerations for name, value in getattr(kind, "__members__", {}).items()}
    for name, module in modules.items():
        vars(module).update(constants)
        sys.modules[name] = module
