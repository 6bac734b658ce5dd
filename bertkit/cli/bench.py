"""`bertkit bench`: how fast and how exact a model is with each engine and precision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json, progress_bar


def bench(
    model: Annotated[Path, typer.Argument(help="A .mlpackage or .mlmodel file.")],
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--inputs", "-i", help="A .npz with one array an input; made up from the description if not given."
        ),
    ] = None,
    engine: Annotated[
        list[options.EngineName] | None,
        typer.Option(
            "--engine", help="An engine to measure, several times for several; all that are here if not given."
        ),
    ] = None,
    precision: Annotated[
        list[options.ArithmeticPrecision] | None,
        typer.Option("--precision", help="Arithmetic to measure, several times for several; all if not given."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="How long the steady predictions of each take.")] = 2.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the inputs that are made up.")] = 0,
    threads: options.Threads = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Measure load time, prediction time, memory and error of a model, by engine and precision.

    Each is measured in a process of its own. "Load" opens and compiles the model, "again" takes what was compiled
    from a cache; then the first prediction, and the 50th and 95th percentile of steady ones. The error is the largest
    difference of an output from the torch engine in float32, absolute and relative to its largest number.

    Examples:
      bertkit bench reader.mlpackage
      bertkit bench reader.mlpackage --engine openvino --precision bfloat16 --seconds 10
      bertkit bench network.mlmodel --inputs window.npz --json
    """
    from bertkit.cli.predict import read_arrays
    from bertkit.coreml.bench import bench as measure

    chosen = {"precisions": [each.value for each in precision]} if precision else {}
    with progress_bar("Measuring", "combination") as progress:
        result = measure(
            model,
            None if inputs is None else read_arrays(inputs),
            engines=[each.value for each in engine] if engine else None,
            threads=threads,
            seconds=seconds,
            seed=seed,
            progress=progress,
            **chosen,
        )
    if as_json:
        print_json(result.to_json())
    else:
        typer.echo(str(result))
