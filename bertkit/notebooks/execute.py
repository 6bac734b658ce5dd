"""A notebook run from top to bottom in a kernel of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bertkit.dependencies import require
from bertkit.errors import InputError
from bertkit.widgets.display_mode import ENVIRONMENT, Mode


def execute(notebook: Any, folder: str | Path, mode: Mode, seconds_a_cell: int) -> None:
    """Run every cell; the outputs replace those in the notebook.

    Args:
        notebook: an `nbformat.NotebookNode`, changed in place.
        folder: where the kernel works, the notebook's own as a rule.
        mode: how the kernel displays widgets, unless the notebook chooses itself.
        seconds_a_cell: a cell that takes longer is an error.

    Raises:
        DependencyError: nbclient is not installed.
        InputError: a cell failed or took too long, or the kernel is missing or died.
    """
    nbclient = require("nbclient", "notebook", "run notebooks")
    from jupyter_client.kernelspec import NoSuchKernel

    client = nbclient.NotebookClient(
        notebook,
        timeout=seconds_a_cell,
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env={**os.environ, ENVIRONMENT: mode})
    except nbclient.exceptions.CellExecutionError as error:
        raise InputError(f"Cell {_failed(notebook)} failed with {error.ename}: {error.evalue}") from error
    except nbclient.exceptions.CellTimeoutError as error:
        raise InputError(f"A cell took longer than {seconds_a_cell} s. Allow more with --timeout.") from error
    except nbclient.exceptions.DeadKernelError as error:
        raise InputError("The kernel died while the notebook ran. Is there enough memory?") from error
    except NoSuchKernel as error:
        name = error.name
        raise InputError(f'The notebook wants a kernel "{name}", which is not installed: jupyter kernelspec list') from (
            error
        )


def _failed(notebook: Any) -> int:
    """Return the number of the last cell that has an error among its outputs, from 1."""
    failed = [
        number
        for number, cell in enumerate(notebook.cells, start=1)
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    ]
    return failed[-1] if failed else 0
