"""The commands of `bertkit`, one file each."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Annotated

import typer

from bertkit.cli.ask import ask
from bertkit.cli.bench import bench
from bertkit.cli.calibrate import calibrate
from bertkit.cli.clean_notebook import clean_notebook
from bertkit.cli.codegen import codegen
from bertkit.cli.convert import convert
from bertkit.cli.demo import demo
from bertkit.cli.evaluate import evaluate
from bertkit.cli.export import export
from bertkit.cli.inspect import inspect
from bertkit.cli.predict import predict
from bertkit.cli.train import train
from bertkit.cli.update import update
from bertkit.cli.validate import validate
from bertkit.cli.view import view

app = typer.Typer(
    help="Ask documents with BERT as a Core ML model: convert, run on any machine, look inside.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _help(command: Callable[..., None]) -> str:
    """Return a command's help, its examples one a line: click joins the lines of a paragraph unless it is marked."""
    return cleandoc(str(command.__doc__)).replace("\nExamples:\n", "\n\b\nExamples:\n")


for command in (
    ask,
    bench,
    calibrate,
    clean_notebook,
    codegen,
    convert,
    demo,
    evaluate,
    export,
    inspect,
    predict,
    train,
    update,
    validate,
    view,
):
    app.command(help=_help(command))(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        from bertkit import __version__

        typer.echo(f"bertkit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask documents with BERT as a Core ML model: convert, run on any machine, look inside."""
