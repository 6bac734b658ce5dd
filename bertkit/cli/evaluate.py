"""`bertkit evaluate`: a data set of questions through a reader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json, progress_bar


def evaluate(
    data: Annotated[Path, typer.Argument(help="SQuAD JSON, or JSON lines; may be compressed with gzip or xz.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    as_json: options.AsJson = False,
    model: options.Model = None,
    engine: options.Engine = options.EngineName.auto,
    precision: options.Precision = options.ArithmeticPrecision.auto,
    threads: options.Threads = None,
    debug: options.Debug = False,
) -> None:
    """Measure exact match and F1 as SQuAD defines them, latency and throughput.

    Metrics are in percent, latencies in milliseconds a question.

    Examples:
      bertkit evaluate dev-v1.1.json
      bertkit evaluate questions.jsonl.xz --limit 500 --model reader.mlpackage --json
    """
    from bertkit.qa import Reader
    from bertkit.qa import evaluate as evaluate_reader

    reader = Reader(model, configuration=options.configuration(engine, precision, threads))
    with progress_bar("evaluating", "window") as progress:
        evaluation = evaluate_reader(data, reader, limit=limit, progress=progress)
    if as_json:
        print_json(evaluation.to_json())
    else:
        typer.echo(evaluation.summary())
