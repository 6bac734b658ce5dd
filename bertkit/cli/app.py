"""The commands of `bertkit`, one file each."""

from __future__ import annotations

from typing import Annotated

import typer

from bertkit.cli.ask import ask
from bertkit.cli.calibrate import calibrate
from bertkit.cli.clean_notebook import clean_notebook
from bertkit.cli.convert import convert
from bertkit.cli.demo import demo
from bertkit.cli.evaluate import evaluate
from bertkit.cli.export import export
from bertkit.cli.inspect import inspect
from bertkit.cli.predict import predict
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

for command in (
    ask,
    calibrate,
    clean_notebook,
    convert,
    demo,
    evaluate,
    export,
    inspect,
    predict,
    update,
    validate,
    view,
):
    app.command()(command)


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
