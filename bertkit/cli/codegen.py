"""`bertkit codegen`: typed Python classes for a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options


def codegen(
    model: Annotated[Path, typer.Argument(help="A .mlpackage or .mlmodel.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write the module; printed when not given.")
    ] = None,
    debug: options.Debug = False,
) -> None:
    """Write typed Python classes for a model: its inputs, outputs, training inputs, and the model itself.

    They are what Xcode generates for a Core ML file in Swift: fields with types, shapes and descriptions, checked by
    your type checker.

    Examples:
      bertkit codegen digits.mlmodel --out digits.py
      bertkit codegen reader.mlpackage
    """
    from bertkit.coreml import Package
    from bertkit.coreml.codegen import generate
    from bertkit.errors import FileError
    from bertkit.files import write_atomically

    text = generate(Package.open(model))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        write_atomically(out, text.encode())
    except OSError as error:
        raise FileError(f"Cannot write {out}: {error.strerror}.") from error
    typer.echo(f"Wrote {out}.")
