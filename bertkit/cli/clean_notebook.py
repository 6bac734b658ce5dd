"""`bertkit clean-notebook`: notebooks without widget state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json

_DIRTY = 1


def clean_notebook(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks, .ipynb.")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 if a notebook is dirty.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Remove widget state and live views from notebooks, so that GitHub and viewers show the static forms.

    Nothing else in a file changes. Exit codes: 0 clean now, 1 dirty (with --check), 2 not readable. With --json, a list
    of objects: path and removed.

    Examples:
      bertkit clean-notebook report.ipynb
      bertkit clean-notebook --check notebooks/*.ipynb
    """
    from bertkit.notebooks import clean_notebook as clean

    cleanings = [clean(path, check) for path in notebooks]
    if as_json:
        print_json([cleaning.to_json() for cleaning in cleanings])
    else:
        word = "dirty" if check else "removed"
        for cleaning in cleanings:
            typer.echo(f"{cleaning.path}: {f'{word}: ' + ', '.join(cleaning.removed) if cleaning.removed else 'clean'}")
    if check and any(cleaning.removed for cleaning in cleanings):
        raise typer.Exit(_DIRTY)
