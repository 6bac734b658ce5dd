"""`bertkit calibrate`: probabilities and the no-answer threshold, fitted to known answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json, progress_bar


def calibrate(
    model: Annotated[Path, typer.Argument(help="A .mlpackage or .mlmodel reader.")],
    data: Annotated[list[Path], typer.Argument(help="Questions with known answers: SQuAD JSON, or JSON lines.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write; MODEL is replaced if none.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions of each file.")] = None,
    as_json: options.AsJson = False,
    engine: options.Engine = options.EngineName.auto,
    precision: options.Precision = options.ArithmeticPrecision.auto,
    threads: options.Threads = None,
    debug: options.Debug = False,
) -> None:
    """Fit a reader's temperature, and its no-answer threshold where some questions have no answer.

    Use questions that the model was not trained on, and judge it by others.

    Examples:
      bertkit calibrate reader.mlpackage dev.json --out calibrated.mlpackage
    """
    from bertkit.qa.datasets import read_questions
    from bertkit.qa.recalibrate import recalibrate

    questions = [question for path in data for question in read_questions(path, limit)]
    configuration = options.configuration(engine, precision, threads)
    with progress_bar("calibrating", "window") as progress:
        fitted = recalibrate(model, questions, out=out, configuration=configuration, progress=progress)
    if as_json:
        print_json(fitted.to_json())
    else:
        typer.echo(fitted.summary())
