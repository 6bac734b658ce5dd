"""`bertkit view`: a model as a page of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options


def view(
    model: Annotated[Path | None, typer.Argument(help="A .mlpackage or .mlmodel; the embedded reader if none.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write the page.")] = Path("model.html"),
    text: Annotated[bool, typer.Option("--text", help="Print the map of the model instead of writing a page.")] = False,
    debug: options.Debug = False,
) -> None:
    """Write a page that shows a model: its modules, layers and graphs, and what the file holds.

    The page is one file that needs no server and no network; trees, sliders and tabs work in it.

    Examples:
      bertkit view reader.mlpackage -o reader.html
      bertkit view reader.mlpackage --text
    """
    from bertkit.coreml import Package
    from bertkit.inspect import inspect_model
    from bertkit.inspect.atlas import atlas_of
    from bertkit.resources import default_model
    from bertkit.widgets.model_inspector.panel import ModelInspectorPanel
    from bertkit.widgets.model_map.panel import ModelMapPanel
    from bertkit.widgets.page import write_page

    path = default_model() if model is None else model
    shown = ModelMapPanel(atlas_of(Package.open(path)))
    if text:
        typer.echo(shown.text({}))
        return
    write_page([shown, ModelInspectorPanel(inspect_model(path))], out, title=shown.title)
    typer.echo(f"{out}  ({out.stat().st_size / 1e3:.0f} kB)")
