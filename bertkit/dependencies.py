"""Optional packages are imported where they are needed, and their absence names the extra that brings them."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from bertkit.errors import DependencyError


def installed(module: str) -> bool:
    """Say whether a top-level module can be imported, without importing it."""
    return importlib.util.find_spec(module) is not None


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional module.

    Args:
        module: dotted module name, for example `pypdf`.
        extra: the extra of bertkit that installs it, for example `documents`.
        purpose: what it is needed for, as the end of "is needed to ...".

    Returns:
        The imported module.

    Raises:
        DependencyError: the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.split(".")[0]
        if error.name is None or error.name.split(".")[0] != package:
            raise
        raise DependencyError(
            f'The package "{package}" is needed to {purpose}. Install it with: pip install "bertkit[{extra}]"'
        ) from error
