"""A JupyterLab of its own for tests: it serves Notebook 7 too, keeps nothing, and asks for no token."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bertkit

_SECONDS_TO_START = 180
_PATIENCE_MS = 120_000


@dataclass(frozen=True)
class JupyterServer:
    """A running server.

    Attributes:
        address: `http://127.0.0.1:port`.
        folder: the notebooks it serves.
    """

    address: str
    folder: Path

    def write(self, name: str, *cells: str) -> None:
        """Write a notebook of code cells."""
        (self.folder / name).write_text(json.dumps(code_notebook(*cells)), encoding="utf-8")

    def trust(self, name: str) -> None:
        """Sign a notebook, so that its saved outputs may run scripts."""
        import nbformat
        from nbformat.sign import NotebookNotary

        notary = NotebookNotary(data_dir=str(self.folder.parent / "data"))
        notary.sign(nbformat.read(self.folder / name, 4))
        notary.store.close()

    def lab(self, name: str) -> str:
        """Return the address of a notebook in JupyterLab; `reset` keeps tabs of earlier tests away."""
        return f"{self.address}/lab/tree/{name}?reset"

    def notebook(self, name: str) -> str:
        """Return the address of a notebook in Notebook 7."""
        return f"{self.address}/notebooks/{name}"

    def voila(self, name: str) -> str:
        """Return the address of a notebook as a Voila application, which runs it when it is opened."""
        return f"{self.address}/voila/render/{name}"


def code_notebook(*cells: str) -> dict[str, Any]:
    """Return a notebook of code cells that were not run."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{at}",
                "source": cell,
                "metadata": {},
                "outputs": [],
                "execution_count": None,
            }
            for at, cell in enumerate(cells)
        ],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def ready(page: Any) -> None:
    """Wait until a notebook page can run: the widgets' plugin is there, and the kernel is idle."""
    plugin = "() => window.jupyterapp?.isPluginActivated('anywidget:plugin')"
    page.wait_for_function(plugin, timeout=_PATIENCE_MS)
    idle = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(idle, timeout=_PATIENCE_MS)


def run_cell(page: Any, number: int) -> None:
    """Run a code cell by its number, from 0."""
    page.evaluate(
        """async (number) => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.activeCellIndex = number;
            await window.jupyterapp.commands.execute("notebook:run-cell");
        }""",
        number,
    )


@contextmanager
def started(folder: Path) -> Iterator[JupyterServer]:
    """Start a server whose settings, data and run-time files all lie below `folder`."""
    notebooks = folder / "notebooks"
    notebooks.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{part}_DIR": str(folder / part.lower()) for part in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(bertkit.__file__).parents[1])}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    command += [
        "--IdentityProvider.token=",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(command, cwd=notebooks, env={**os.environ, **own}, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, address, folder / "server.log")
        yield JupyterServer(address, notebooks)
    finally:
        # A polite signal would wait for the kernels; they end by themselves when their server is gone.
        server.kill()
        server.wait(20)
        log.close()


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
