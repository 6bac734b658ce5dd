"""`bertkit demo`: the embedded reader answers questions of a document that ships with bertkit."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_result

_DOCUMENT = "lighthouses.txt"
_QUESTIONS = 4


def demo(
    question: Annotated[str | None, typer.Option("--question", "-q", help="Your own question of the document.")] = None,
    debug: options.Debug = False,
) -> None:
    """Answer a few questions of an example document with the embedded reader.

    Examples:
      bertkit demo
      bertkit demo --question "What was found in the dead keeper's stomach?"
    """
    from bertkit.qa import Document, Reader
    from bertkit.resources import default_model, resource

    document = Document.open(resource(f"documents/{_DOCUMENT}"))
    typer.echo(f"Model    {default_model()}\nDocument {document.source} ({len(document.text.split())} words)\n")
    reader = Reader()
    for asked in example_questions() if question is None else [question]:
        started = time.perf_counter()
        result = reader.ask(asked, document, top_k=1)
        print_result(result)
        typer.echo(f"   {(time.perf_counter() - started) * 1000:.0f} ms\n")


def example_questions() -> list[str]:
    """Return the questions that the demo asks: the first ones about its document."""
    from bertkit.resources import resource

    questions = json.loads(resource("questions.json").read_text(encoding="utf-8"))["questions"]
    answerable = [row["question"] for row in questions if row["document"] == _DOCUMENT and row["answers"]]
    return answerable[:_QUESTIONS]
