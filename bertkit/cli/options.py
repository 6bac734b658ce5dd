"""Options that several commands share, declared once."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bertkit.coreml import Configuration


class EngineName(str, Enum):
    """What runs the model."""

    auto = "auto"
    torch = "torch"
    openvino = "openvino"
    apple = "apple"


class ArithmeticPrecision(str, Enum):
    """The number format of the arithmetic, whatever format the weights are stored in."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Model = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="A .mlpackage or .mlmodel reader; the embedded reader when not given."),
]
Engine = Annotated[EngineName, typer.Option("--engine", help="What runs the model.")]
Precision = Annotated[
    ArithmeticPrecision, typer.Option("--precision", help="Arithmetic; auto is bfloat16 where the CPU has it.")
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help="CPU threads; all cores when not given.")]


def configuration(engine: EngineName, precision: ArithmeticPrecision, threads: int | None) -> Configuration:
    """Return the configuration that the shared options describe."""
    from bertkit.coreml import Configuration

    return Configuration(engine=engine.value, precision=precision.value, threads=threads)
