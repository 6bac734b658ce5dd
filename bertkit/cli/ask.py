"""`bertkit ask`: questions of documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json, print_result, progress_bar


def ask(
    documents: Annotated[list[Path], typer.Argument(help="Text, Markdown, HTML, PDF or Word files.")],
    question: Annotated[list[str], typer.Option("--question", "-q", help="A question; may be given several times.")],
    top_k: Annotated[int, typer.Option("--top-k", "-k", min=1, help="How many answers to show.")] = 3,
    max_answer_tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in word pieces.")] = 30,
    as_json: options.AsJson = False,
    model: options.Model = None,
    engine: options.Engine = options.EngineName.auto,
    precision: options.Precision = options.ArithmeticPrecision.auto,
    threads: options.Threads = None,
    debug: options.Debug = False,
) -> None:
    """Answer questions with the words of documents.

    With --json, one object a question, one a line: question, answers (text, start, end, score, probability, document,
    page) and no_answer (score, probability). Offsets are characters of the document's text.

    Examples:
      bertkit ask report.pdf -q "Who wrote the report?"
      bertkit ask notes/*.md -q "When is the launch?" --top-k 5 --json
    """
    from bertkit.qa import Document, Reader

    reader = Reader(model, configuration=options.configuration(engine, precision, threads))
    opened = [Document.open(path) for path in documents]
    with progress_bar("reading", "window") as progress:
        results = reader.ask_many(question, opened, top_k=top_k, max_answer_tokens=max_answer_tokens, progress=progress)
    for result in results:
        if as_json:
            print_json(result.to_json())
        else:
            print_result(result)
