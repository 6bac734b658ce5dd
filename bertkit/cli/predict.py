"""`bertkit predict`: any Core ML model on arrays from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.errors import FileError, InputError


def predict(
    model: Annotated[Path, typer.Argument(help="A .mlpackage or .mlmodel file.")],
    inputs: Annotated[Path, typer.Option("--inputs", "-i", help="A .npz with one array an input.")],
    outputs: Annotated[Path, typer.Option("--outputs", "-o", help="The .npz to write, one array an output.")],
    engine: options.Engine = options.EngineName.auto,
    precision: options.Precision = options.ArithmeticPrecision.float32,
    threads: options.Threads = None,
    debug: options.Debug = False,
) -> None:
    """Run a Core ML model once.

    Arithmetic is float32 unless --precision says otherwise, so that results can be compared.

    Examples:
      bertkit predict reader.mlpackage --inputs window.npz --outputs logits.npz
    """
    import io

    import numpy as np

    from bertkit.coreml import Model
    from bertkit.files import write_atomically

    loaded = Model.load(model, options.configuration(engine, precision, threads))
    results = loaded.predict(read_arrays(inputs))
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **results)
    target = outputs if outputs.suffix == ".npz" else outputs.with_name(f"{outputs.name}.npz")
    try:
        write_atomically(target, content.getvalue())
    except OSError as error:
        raise FileError(f"Cannot write {target}: {error.strerror}.") from error
    for name, value in results.items():
        typer.echo(f"{name}: {value.dtype} {list(value.shape)}")


def read_arrays(path: Path) -> dict[str, object]:
    """Read the arrays of an `.npz` file.

    Raises:
        FileError: it is not there or cannot be read.
        InputError: it holds a single array without a name.
    """
    import zipfile

    import numpy as np

    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if isinstance(arrays, np.ndarray):
                raise InputError(f"{path} holds one array; a .npz with one named array an input is wanted.")
            return dict(arrays)
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        if isinstance(error, InputError):
            raise
        raise FileError(f"{path} cannot be read as a .npz of plain arrays: {error}.") from error
