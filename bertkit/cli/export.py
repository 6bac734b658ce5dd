"""`bertkit export`: a notebook as a page of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json


def export(
    notebook: Annotated[Path, typer.Argument(help="A notebook, .ipynb.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The page; beside the notebook if not given.")] = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Run the notebook first, so that its widgets work in the page.")
    ] = False,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that a cell may run.")] = 600,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Write a notebook as one page that needs no server, no kernel and no network.

    Widgets work in it on recorded data: trees, tabs, sliders, and what they select together. Recorded are the outputs
    of a notebook run with --execute, or with BERTKIT_WIDGETS=selfcontained; of others the page shows the static form.
    With --json, one object: path, size_bytes, alive and static (numbers of widgets).

    Examples:
      bertkit export report.ipynb --execute
      bertkit export report.ipynb -o report.html
    """
    from bertkit.notebooks import export_notebook

    page = notebook.with_suffix(".html") if out is None else out
    exported = export_notebook(notebook, page, run=execute, seconds_a_cell=timeout)
    if as_json:
        print_json(exported.to_json())
        return
    typer.echo(f"{page}  ({exported.size_bytes / 1e3:.0f} kB, {exported.alive} live widgets)")
    if exported.static:
        again = "they are saved so, or chose so" if execute else "--execute runs the notebook and records their data"
        typer.echo(f"{exported.static} widgets show their static form: {again}")
