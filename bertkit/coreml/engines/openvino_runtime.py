"""OpenVINO itself: importing it, and what it can do on this processor."""

from __future__ import annotations

import sys
from typing import Any

from bertkit.coreml.configuration import Precision
from bertkit.dependencies import require
from bertkit.errors import InputError, UnsupportedError

HINTS = {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}

_TELEMETRY = "openvino_telemetry"
_CAPABILITIES = {"bfloat16": "BF16", "float16": "FP16"}


class NotConvertibleError(UnsupportedError):
    """The torch engine can run the graph, OpenVINO cannot."""


def import_openvino() -> Any:
    """Import OpenVINO without its telemetry.

    Importing openvino reports that import over the network unless its telemetry package is missing. bertkit opens no
    connection of its own accord, so the package is hidden while openvino is imported. A program that imports openvino
    itself beforehand keeps what it chose.

    Raises:
        DependencyError: OpenVINO is not installed.
    """
    hidden = "openvino" not in sys.modules and _TELEMETRY not in sys.modules
    if hidden:
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # how Python spells "cannot be imported"
    try:
        return require("openvino", "openvino", "run models with the openvino engine")
    finally:
        if hidden:
            del sys.modules[_TELEMETRY]


def compile_converted(core: Any, model: Any, device: str, properties: dict[str, Any]) -> Any:
    """Compile a converted model.

    Raises:
        NotConvertibleError: OpenVINO's compiler does not take it, which its converter cannot know.
    """
    try:
        return core.compile_model(model, device, properties)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise NotConvertibleError(f"OpenVINO cannot compile the model ({reason}). Use the torch engine.") from error


def capabilities(core: Any) -> tuple[str, ...]:
    """Return the number formats that OpenVINO computes in on this processor, for example `BF16`."""
    return tuple(sorted(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")))


def choose_precision(wanted: Precision, available: tuple[str, ...]) -> str:
    """Return the precision in OpenVINO's words, `f32`, `bf16` or `f16`.

    Raises:
        InputError: a low precision is asked for on a processor that does not compute in it.
    """
    if wanted in _CAPABILITIES and _CAPABILITIES[wanted] not in available:
        raise InputError(
            f'This processor does not compute in {wanted} (it has {", ".join(available)}). Pass precision="float32".'
        )
    if wanted == "auto":
        return "bf16" if "BF16" in available else "f32"
    return HINTS[wanted]
