"""`bertkit view`: a model or a document as a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import progress_bar
from bertkit.errors import FileError, InputError

if TYPE_CHECKING:
    from bertkit.widgets.panel import Panel


def view(
    target: Annotated[
        Path | None,
        typer.Argument(
            help="A .mlpackage or .mlmodel, a Hugging Face folder, or a document; the embedded reader if none."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where to write; model.html or document.html when not given."),
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option("--question", "-q", help="Asked of the document; may be given several times.")
    ] = None,
    original: Annotated[
        str | None,
        typer.Option("--original", help="The Hugging Face model that a Core ML file came from, to show beside it."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the view as text instead of writing a page.")] = False,
    model: options.Model = None,
    debug: options.Debug = False,
) -> None:
    """Write a page that shows a model, or a document with the answers to questions.

    The page is one file that needs no server and no network. Of a model it shows modules, layers, graphs and what the
    file holds; of a document its text, with the answers that --model, a reader, found.

    Examples:
      bertkit view reader.mlpackage -o reader.html
      bertkit view reader.mlpackage --original deepset/minilm-uncased-squad2
      bertkit view report.pdf -q "Who wrote the report?" -q "When?" -o report.html
      bertkit view reader.mlpackage --text
    """
    from bertkit.widgets.page import write_page

    panels = _panels(target, [] if question is None else question, model, original)
    if text:
        typer.echo(panels[0].text({}))
        return
    path = Path("document.html" if panels[0].kind == "ask_document" else "model.html") if out is None else out
    write_page(panels, path, title=panels[0].title)
    typer.echo(f"{path}  ({path.stat().st_size / 1e3:.0f} kB)")


def _panels(target: Path | None, questions: Sequence[str], model: Path | None, original: str | None) -> list[Panel]:
    from bertkit.coreml.package import SUFFIXES as MODEL_SUFFIXES
    from bertkit.qa.loaders import SUFFIXES

    if target is not None and target.suffix.lower() in SUFFIXES:
        if original is not None:
            raise InputError(f"--original is for Core ML files ({', '.join(MODEL_SUFFIXES)}); got {target}.")
        return [_document(target, questions, model)]
    if questions or model is not None:
        raise InputError(f"--question and --model are for documents ({', '.join(SUFFIXES)}); got {target}.")
    if target is None or target.suffix.lower() in MODEL_SUFFIXES or target.is_dir():
        return _model(target, original)
    raise FileError(
        f"{target} is neither a model ({', '.join(MODEL_SUFFIXES)}) nor a document ({', '.join(SUFFIXES)}) by its "
        "suffix."
    )


def _model(target: Path | None, original: str | None) -> list[Panel]:
    from bertkit.inspect import inspect_model
    from bertkit.inspect.origin import FileOrigin
    from bertkit.resources import default_model
    from bertkit.widgets.model_inspector.panel import ModelInspectorPanel
    from bertkit.widgets.model_map.opening import open_atlas
    from bertkit.widgets.model_map.panel import ModelMapPanel
    from bertkit.widgets.model_pair.panel import pair

    path = default_model() if target is None else target
    shown = ModelMapPanel(open_atlas(path))
    first: Panel = shown if original is None else pair(shown, open_atlas(original))
    return [first, ModelInspectorPanel(inspect_model(path))] if isinstance(shown.atlas.origin, FileOrigin) else [first]


def _document(target: Path, questions: Sequence[str], model: Path | None) -> Panel:
    from bertkit.qa import Document, Reader
    from bertkit.widgets.ask_document.asked import Asked
    from bertkit.widgets.ask_document.panel import AskDocumentPanel
    from bertkit.widgets.ask_document.session import Session

    session = Session(Document.open(target), Reader(model) if questions else None)
    with progress_bar("reading", "window") as progress:

        def report(asked: Asked | None) -> None:
            if progress is not None and asked is not None:
                progress(asked.windows_read, asked.windows)

        for question in questions:
            session.ask(question, on_update=report)
    return AskDocumentPanel(session)
